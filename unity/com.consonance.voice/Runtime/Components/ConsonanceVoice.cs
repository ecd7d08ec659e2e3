using System;
using System.Collections.Generic;
using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>Where a player's voice comes from.</summary>
    public enum MicrophoneSource
    {
        /// <summary>Recorded by Consonance, with echo cancelling.</summary>
        Consonance,
        /// <summary>Recorded by Unity's <c>Microphone</c>, for platforms where the native library has none.</summary>
        Unity,
        /// <summary>None: the player only listens.</summary>
        None,
    }

    /// <summary>What plays the voices.</summary>
    public enum Playback
    {
        /// <summary>
        /// Unity: each <see cref="VoicePlayer"/> by its <c>AudioSource</c>, so that the game's mixer, occlusion and
        /// spatializer apply; players without one by this object.
        /// </summary>
        Unity,
        /// <summary>Consonance, on the loudspeaker; voices are placed by its own spatializer.</summary>
        Loudspeaker,
    }

    /// <summary>
    /// The voice chat of a game: joins the session when its scene starts, stays over scene changes, and comes back after a
    /// lost connection. Other components find it by themselves.
    /// </summary>
    [AddComponentMenu("Consonance/Consonance Voice")]
    [DisallowMultipleComponent]
    // Events are raised before other scripts run.
    [DefaultExecutionOrder(-100)]
    public sealed partial class ConsonanceVoice : MonoBehaviour
    {
        [Header("Session")]
        [SerializeField, Tooltip("As the server prints it: quic://…  \"offline:\" is a session of your own, to try things out.")]
        string address = "offline:";
        [SerializeField, Tooltip("The player's name, its identity in the session. Empty for a random one.")]
        string playerName = "";
        [SerializeField, Tooltip("The session's password, if it has one.")]
        string password = "";
        [SerializeField, Tooltip("Rooms to listen to from the beginning.")]
        List<string> listenRooms = new List<string> { "lobby" };
        [SerializeField, Tooltip("Rooms to speak in from the beginning.")]
        List<string> speakRooms = new List<string> { "lobby" };
        [SerializeField, Tooltip("Joins by itself. Otherwise call StartChat.")]
        bool startsWithScene = true;
        [SerializeField, Tooltip("Goes on when another scene is loaded. Only for an object without a parent.")]
        bool survivesSceneChanges = true;

        [Header("Sound")]
        [SerializeField, Tooltip("What records the player's voice.")]
        MicrophoneSource microphone = MicrophoneSource.Consonance;
        [SerializeField, Tooltip("The microphone's name. Empty for what the system uses.")]
        string microphoneName = "";
        [SerializeField, Tooltip("What plays the voices of others.")]
        Playback playback = Playback.Unity;

        [Header("Voice")]
        [SerializeField, Tooltip("When the player is heard.")]
        Activation activation = Activation.Voice;
        [SerializeField, Tooltip("How thoroughly echo is removed.")]
        EchoCancelling echoCancelling = EchoCancelling.Moderate;
        [SerializeField, Tooltip("By how much steady noise is reduced.")]
        NoiseSuppression noiseSuppression = NoiseSuppression.Db12;
        [SerializeField, Tooltip("How much sound the voice takes with it.")]
        Quality quality = Quality.High;

        [Header("Diagnostics")]
        [SerializeField, Tooltip("Log lines of this importance go to Unity's console.")]
        LogLevel logLevel = LogLevel.Warning;

        VoiceChat chat;
        VoiceSound sound;

        /// <summary>The one of the scene, or null. Static state is cleared when play mode begins.</summary>
        public static ConsonanceVoice Current { get; private set; }

        /// <summary>A chat was started.</summary>
        public event Action<VoiceChat> ChatStarted;

        /// <summary>The chat has ended, by the game or by the server, and why.</summary>
        public event Action<string> ChatEnded;

        /// <summary>The running chat, or null.</summary>
        public VoiceChat Chat
        {
            get { return chat; }
        }

        /// <summary>Why there is no chat; empty while there is one.</summary>
        public string Problem { get; private set; }

        /// <summary>How the packets travel, for a server that is reached over more than one way.</summary>
        public Transport Transport { get; private set; }

        /// <summary>Why they travel so; empty where that is the first choice.</summary>
        public string TransportReason { get; private set; } = "";

        /// <summary>The session's address; takes effect with the next start.</summary>
        public string Address
        {
            get { return address; }
            set { address = value; }
        }

        /// <summary>The player's name; empty for a random one. Takes effect with the next start.</summary>
        public string PlayerName
        {
            get { return playerName; }
            set { playerName = value; }
        }

        /// <summary>The session's password; takes effect with the next start.</summary>
        public string Password
        {
            get { return password; }
            set { password = value; }
        }

        /// <summary>
        /// What to show to a server that restricts joining: from the game's own server, and in no scene file. Takes effect
        /// with the next start.
        /// </summary>
        public string JoinToken { get; set; }

        /// <summary>Rooms to listen to from the next start on.</summary>
        public IList<string> ListenRooms
        {
            get { return listenRooms; }
        }

        /// <summary>Rooms to speak in from the next start on.</summary>
        public IList<string> SpeakRooms
        {
            get { return speakRooms; }
        }

        /// <summary>Whether it joins by itself.</summary>
        public bool StartsWithScene
        {
            get { return startsWithScene; }
            set { startsWithScene = value; }
        }

        /// <summary>Whether it goes on when another scene is loaded.</summary>
        public bool SurvivesSceneChanges
        {
            get { return survivesSceneChanges; }
            set { survivesSceneChanges = value; }
        }

        /// <summary>What records the player's voice, from the next start on.</summary>
        public MicrophoneSource Microphone
        {
            get { return microphone; }
            set { microphone = value; }
        }

        /// <summary>What plays the voices, from the next start on.</summary>
        public Playback Playback
        {
            get { return playback; }
            set { playback = value; }
        }

        /// <summary>When the player is heard, from the next start on; <see cref="VoiceChat.Settings"/> changes it now.</summary>
        public Activation Activation
        {
            get { return activation; }
            set { activation = value; }
        }

        /// <summary>Starts the chat, if none runs. Returns whether one does.</summary>
        public bool StartChat()
        {
            if (chat != null) return true;
            if (!isActiveAndEnabled) return Fail("the component is not enabled");
            try
            {
                VoiceLibrary.SetLogLevel(logLevel);
                chat = VoiceChat.Start(Settings());
                sound = new VoiceSound(this);
                NoteTransport(Transport.Udp, "");
                chat.TransportChanged += NoteTransport;
                chat.EncryptionChanged += PassOnEncryption;
                chat.Ended += NoteEnd;
                Problem = "";
            }
            catch (VoiceException exception)
            {
                StopChat();
                return Fail(exception.Message);
            }
            if (ChatStarted != null) ChatStarted(chat);
            return true;
        }

        /// <summary>Leaves the session.</summary>
        public void StopChat()
        {
            End("stopped by the game");
        }

        VoiceChatSettings Settings()
        {
            VoiceSettings voice = VoiceSettings.Default;
            voice.Activation = activation;
            voice.Echo = echoCancelling;
            voice.Noise = noiseSuppression;
            voice.Quality = quality;
            bool usesDevices = microphone == MicrophoneSource.Consonance || playback == Playback.Loudspeaker;
            VoiceChatSettings settings = new VoiceChatSettings(address)
            {
                Name = OrNull(playerName),
                Password = OrNull(password),
                JoinToken = OrNull(JoinToken),
                Microphone = OrNull(microphoneName),
                Sound = usesDevices ? Sound.Devices : Sound.Engine,
                Voice = voice,
                Encryption = Encryption(),
                RetryFirstConnect = true,
            };
            foreach (string room in listenRooms) settings.ListenRooms.Add(room);
            foreach (string room in speakRooms) settings.SpeakRooms.Add(room);
            return settings;
        }

        static string OrNull(string text)
        {
            return string.IsNullOrEmpty(text) ? null : text;
        }

        bool Fail(string why)
        {
            Problem = why;
            Debug.LogError("Consonance: voice chat cannot start: " + why, this);
            return false;
        }

        void NoteTransport(Transport transport, string why)
        {
            Transport = transport;
            TransportReason = why;
        }

        void NoteEnd(EndOfChat end)
        {
            // Not here: the chat still raises events.
            Problem = end.Reason;
        }

        void End(string why)
        {
            if (chat == null) return;
            if (sound != null) sound.Dispose();
            sound = null;
            VoiceChat ended = chat;
            chat = null;
            if (!ended.IsDisposed) KnownKeys = ended.GetKnownKeys();
            ended.Dispose();
            if (ChatEnded != null) ChatEnded(why);
        }
    }
}
