using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>How a voice gets into an <c>AudioSource</c>.</summary>
    public enum VoiceFeed
    {
        /// <summary>By a filter behind it: the least delay.</summary>
        Filter,
        /// <summary>
        /// As a streaming clip, which Unity buffers ahead: more delay, for spatializers that work before all filters.
        /// </summary>
        Clip,
    }

    /// <summary>A player's avatar, from which its voice comes.</summary>
    [AddComponentMenu("Consonance/Voice Player")]
    [DisallowMultipleComponent]
    public sealed class VoicePlayer : VoiceBehaviour
    {
        [SerializeField, Tooltip("The player's name in the session, as set for its Consonance Voice.")]
        string playerName = "";
        [SerializeField, Tooltip("How the voice gets into the AudioSource.")]
        VoiceFeed feed = VoiceFeed.Filter;
        [SerializeField, Tooltip("A voice that is not positional, as over a radio, is heard at the listener.")]
        bool followsSpeech = true;

        readonly VoiceFilter filter = new VoiceFilter();
        AudioSource source;
        AudioClip clip;
        Player player;
        float spatialBlend;

        /// <summary>The player's name in the session. May change, as for avatars that are used again.</summary>
        public string PlayerName
        {
            get { return playerName; }
            set
            {
                if (playerName == value) return;
                playerName = value;
                Release();
            }
        }

        /// <summary>How the voice gets into the <c>AudioSource</c>; takes effect with the next voice.</summary>
        public VoiceFeed Feed
        {
            get { return feed; }
            set { feed = value; }
        }

        /// <summary>The player, once it is in the session.</summary>
        public Player Player
        {
            get { return player; }
        }

        /// <summary>Whether it is the player of this machine.</summary>
        public bool IsLocal
        {
            get { return Chat != null && Chat.LocalPlayer.Name == playerName; }
        }

        /// <summary>Whether it speaks to us; of the player of this machine, whether its voice goes out.</summary>
        public bool IsSpeaking
        {
            get { return player != null && Chat != null && player.IsSpeaking; }
        }

        /// <summary>How loud it is at this moment, 0 to 1, for mouths and signs above heads.</summary>
        public float Amplitude
        {
            get { return player == null || Chat == null ? 0 : (player.IsLocal ? Chat.Amplitude : player.Amplitude); }
        }

        /// <summary>What plays the voice, once there is one.</summary>
        public AudioSource Source
        {
            get { return source; }
        }

        internal VoiceFilter Filter
        {
            get { return filter; }
        }

        protected override void OnChatStarted()
        {
            Chat.PlayerJoined += Meet;
        }

        protected override void OnChatEnded()
        {
            Chat.PlayerJoined -= Meet;
            Release();
        }

        protected override void OnFrame()
        {
            if (player == null) Find();
            if (player == null || player.IsLocal) return;
            Place();
            if (source == null) return;
            filter.SampleRateHz = AudioSettings.outputSampleRate;
            // Goes on after the device of the output has changed, too.
            if (feed == VoiceFeed.Filter) Carrier.Play(source);
            else if (!source.isPlaying) source.Play();
        }

        void Find()
        {
            if (IsLocal) Meet(Chat.LocalPlayer);
            // Without garbage, since it is asked in every frame.
            for (int row = 0; row < Chat.Players.Count && player == null; row++) Meet(Chat.Players[row]);
        }

        void Meet(Player met)
        {
            if (player != null || met.Name != playerName) return;
            player = met;
            if (!met.IsLocal && Voice.Playback == Playback.Unity) Play();
        }

        void Play()
        {
            source = GetComponent<AudioSource>();
            if (source == null)
            {
                source = Carrier.SourceOn(gameObject);
                source.spatialBlend = 1;
            }
            spatialBlend = source.spatialBlend;
            OutputStream stream = player.OpenStream();
            // Behind a spatializer nothing is multiplied: it places what the filter writes.
            filter.Begin(stream, AudioSettings.outputSampleRate, !(source.spatialize && source.spatializePostEffects));
            if (feed == VoiceFeed.Clip)
            {
                clip = StreamingClip();
                source.clip = clip;
                source.loop = true;
            }
        }

        AudioClip StreamingClip()
        {
            int rate = AudioSettings.outputSampleRate;
            return AudioClip.Create("Voice of " + playerName, rate, 1, rate, true, filter.ReadMono);
        }

        void Place()
        {
            if (source == null)
            {
                Vector3 at = transform.position;
                player.SetPosition(at.x, at.y, at.z);
            }
            else if (followsSpeech && player.IsSpeaking)
            {
                float blend = player.IsPositional ? spatialBlend : 0;
                if (source.spatialBlend != blend) source.spatialBlend = blend;
            }
        }

        void Release()
        {
            if (source != null)
            {
                source.Stop();
                source.clip = null;
                source.spatialBlend = spatialBlend;
            }
            filter.End();
            if (clip != null) Destroy(clip);
            clip = null;
            source = null;
            player = null;
        }

        void OnAudioFilterRead(float[] data, int channels)
        {
            if (feed == VoiceFeed.Filter) filter.Fill(data, channels);
        }
    }
}
