using System;
using System.Collections.Generic;
using System.Diagnostics;

namespace Consonance.Tests
{
    /// <summary>A player of a test: a chat with an engine's sound, which plays a tone and measures what it hears.</summary>
    public sealed class Actor : IDisposable
    {
        const int Rate = 48000;
        const int BlockMs = 10;
        // A sound card plays silence for a program that is later than this. Some tests have frames of half a second.
        const int LateBlocksMax = 60;

        readonly InputStream microphone;
        readonly OutputStream loudspeaker;
        readonly Stopwatch clock = Stopwatch.StartNew();
        readonly float[] recorded = new float[BlockMs * Rate / 1000];
        readonly float[] played = new float[2 * BlockMs * Rate / 1000];
        long blocksDone;
        double phase;

        public Actor(VoiceChatSettings settings)
        {
            settings.Sound = Sound.Engine;
            if (!settings.Voice.HasValue) settings.Voice = ForTones(VoiceSettings.Default);
            Chat = VoiceChat.Start(settings);
            Events = new List<string>();
            microphone = Chat.OpenEngineInput();
            loudspeaker = Chat.OpenEngineOutput();
            Listen();
        }

        /// <summary>A player of the room "lobby", on this server.</summary>
        public Actor(string address, string name) : this(InLobby(address, name))
        {
        }

        /// <summary>
        /// A steady tone is no speech, and soon removed as noise: the same settings, but what is recorded is sent as
        /// it is. An open microphone does not turn the others down either.
        /// </summary>
        public static VoiceSettings ForTones(VoiceSettings voice)
        {
            voice.Activation = Activation.Open;
            voice.Noise = NoiseSuppression.Off;
            voice.Echo = EchoCancelling.Off;
            voice.AutomaticGain = false;
            voice.DuckingLevel = 1;
            return voice;
        }

        public VoiceChat Chat { get; private set; }
        public List<string> Events { get; private set; }
        /// <summary>The tone that it plays, in Hz; 0 for silence.</summary>
        public double ToneHz { get; set; }
        /// <summary>How loud it hears, left and right: a peak that falls by a tenth with each frame.</summary>
        public float HeardLeft { get; private set; }
        public float HeardRight { get; private set; }

        public static VoiceChatSettings InLobby(string address, string name)
        {
            VoiceChatSettings settings = new VoiceChatSettings(address) { Name = name };
            settings.ListenRooms.Add("lobby");
            settings.SpeakRooms.Add("lobby");
            return settings;
        }

        void Listen()
        {
            Chat.Joined += () => Events.Add("joined");
            Chat.PlayersSynced += () => Events.Add("synced");
            Chat.PlayerJoined += player => Events.Add(player + " joined");
            Chat.PlayerLeft += player => Events.Add(player + " left");
            Chat.EnteredRoom += (player, room) => Events.Add(player + " entered " + room);
            Chat.ExitedRoom += (player, room) => Events.Add(player + " exited " + room);
            Chat.StartedSpeaking += player => Events.Add(player + " speaks");
            Chat.StoppedSpeaking += player => Events.Add(player + " is silent");
            Chat.TextReceived += text => Events.Add(text.From + " to " + (object)text.Room + ": " + text.Text);
            Chat.Captioned += caption => Events.Add(caption.Player + " by " + caption.By + " to " + (object)caption.Room
                + (caption.IsFinal ? ": " : "… ") + caption.Text);
            Chat.TextSent += (number, count) => Events.Add("text " + number + " sent to " + count);
            Chat.ConnectionLost += (why, retryMs) => Events.Add("lost");
            Chat.Ended += end => Events.Add("ended: " + end.Code);
        }

        /// <summary>
        /// A frame of the game, and the blocks of sound that are due. A late frame drops the oldest of them: on an
        /// overloaded machine, each frame would take longer than the one before.
        /// </summary>
        public void Frame()
        {
            Chat.Update();
            long due = clock.ElapsedMilliseconds / BlockMs;
            for (blocksDone = Math.Max(blocksDone, due - LateBlocksMax); blocksDone < due; blocksDone++)
            {
                Speak();
                Hear();
            }
        }

        void Speak()
        {
            for (int sample = 0; sample < recorded.Length; sample++)
            {
                recorded[sample] = ToneHz == 0 ? 0 : (float)(0.3 * Math.Sin(phase += 2 * Math.PI * ToneHz / Rate));
            }
            microphone.Push(recorded, 1, Rate);
        }

        void Hear()
        {
            loudspeaker.Pull(played, 2, Rate);
            float left = 0, right = 0;
            for (int sample = 0; sample < played.Length; sample += 2)
            {
                left = Math.Max(left, Math.Abs(played[sample]));
                right = Math.Max(right, Math.Abs(played[sample + 1]));
            }
            HeardLeft = Math.Max(left, 0.9f * HeardLeft);
            HeardRight = Math.Max(right, 0.9f * HeardRight);
        }

        public void Dispose()
        {
            microphone.Dispose();
            loudspeaker.Dispose();
            Chat.Dispose();
        }
    }
}
