using System.Runtime.InteropServices;
using Consonance.Native;

namespace Consonance
{
    /// <summary>When the player is heard.</summary>
    public enum Activation
    {
        /// <summary>Always.</summary>
        Open,
        /// <summary>While <see cref="VoiceChat.PushToTalk"/> is true.</summary>
        PushToTalk,
        /// <summary>While speech is detected.</summary>
        Voice,
    }

    /// <summary>How much sound a voice takes with it.</summary>
    public enum Quality
    {
        /// <summary>10 kbit/s.</summary>
        Low,
        /// <summary>17 kbit/s.</summary>
        Medium,
        /// <summary>24 kbit/s.</summary>
        High,
        /// <summary>64 kbit/s, for more than speech.</summary>
        Music,
    }

    /// <summary>How thoroughly what the loudspeaker plays is removed from the microphone's sound.</summary>
    public enum EchoCancelling
    {
        /// <summary>Not at all, for headphones.</summary>
        Off,
        /// <summary>A little.</summary>
        Low,
        /// <summary>As in most rooms.</summary>
        Moderate,
        /// <summary>As much as can be.</summary>
        High,
    }

    /// <summary>By how much steady noise is reduced.</summary>
    public enum NoiseSuppression
    {
        /// <summary>Not at all.</summary>
        Off,
        /// <summary>By 6 dB.</summary>
        Db6,
        /// <summary>By 12 dB.</summary>
        Db12,
        /// <summary>By 18 dB.</summary>
        Db18,
        /// <summary>By 24 dB.</summary>
        Db24,
        /// <summary>All but speech, by a neural network: 20 ms later than the others.</summary>
        Strong,
        /// <summary>The same by a smaller network, at a fifth of the cost.</summary>
        StrongLight,
    }

    /// <summary>
    /// How the player's voice is processed and sent, and how others are heard. Take them from
    /// <see cref="Default"/> or <see cref="VoiceChat.Settings"/>, change them, and give them back.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct VoiceSettings
    {
        uint size;
        int activation;
        int quality;
        uint frameMs;
        uint errorCorrection;
        int echo;
        int noise;
        float backgroundRemoval;
        uint highPass;
        uint automaticGain;
        float detectionThreshold;
        float detectionHysteresis;
        uint detectionHoldMs;
        uint preRollMs;
        float duckingLevel;
        uint duckingDownMs;
        uint duckingUpMs;
        uint autoVolume;
        float masterVolume;

        /// <summary>What a chat begins with.</summary>
        public static VoiceSettings Default
        {
            get { return Of(0); }
        }

        internal static VoiceSettings Of(ulong chat)
        {
            VoiceLibrary.Require();
            VoiceSettings settings = new VoiceSettings { size = (uint)Marshal.SizeOf(typeof(VoiceSettings)) };
            Call.Check(NativeMethods.consonance_get_voice_settings(chat, ref settings));
            return settings;
        }

        /// <summary>When the player is heard.</summary>
        public Activation Activation
        {
            get { return (Activation)activation; }
            set { activation = (int)value; }
        }

        /// <summary>How much sound the voice takes with it.</summary>
        public Quality Quality
        {
            get { return (Quality)quality; }
            set { quality = (int)value; }
        }

        /// <summary>Sound in one packet, in ms: 10, 20, 40 or 60. Another one joins the session again.</summary>
        public int FrameMs
        {
            get { return (int)frameMs; }
            set { frameMs = (uint)value; }
        }

        /// <summary>Whether packets carry a copy of the sound before theirs, as far as losses ask for it.</summary>
        public bool ErrorCorrection
        {
            get { return errorCorrection != 0; }
            set { errorCorrection = value ? 1u : 0; }
        }

        /// <summary>How thoroughly echo is removed.</summary>
        public EchoCancelling Echo
        {
            get { return (EchoCancelling)echo; }
            set { echo = (int)value; }
        }

        /// <summary>By how much steady noise is reduced.</summary>
        public NoiseSuppression Noise
        {
            get { return (NoiseSuppression)noise; }
            set { noise = (int)value; }
        }

        /// <summary>How much of everything but speech a neural network removes, 0 (off) to 1 (80 dB).</summary>
        public float BackgroundRemoval
        {
            get { return backgroundRemoval; }
            set { backgroundRemoval = value; }
        }

        /// <summary>Whether everything below 80 Hz is removed.</summary>
        public bool HighPass
        {
            get { return highPass != 0; }
            set { highPass = value ? 1u : 0; }
        }

        /// <summary>Whether the level of speech is evened out.</summary>
        public bool AutomaticGain
        {
            get { return automaticGain != 0; }
            set { automaticGain = value ? 1u : 0; }
        }

        /// <summary>How probable speech must be to count as speech, 0 to 1.</summary>
        public float DetectionThreshold
        {
            get { return detectionThreshold; }
            set { detectionThreshold = value; }
        }

        /// <summary>How far below the threshold speech ends, 0 to 1.</summary>
        public float DetectionHysteresis
        {
            get { return detectionHysteresis; }
            set { detectionHysteresis = value; }
        }

        /// <summary>How long speech takes to end, in ms, at most 60 000.</summary>
        public int DetectionHoldMs
        {
            get { return (int)detectionHoldMs; }
            set { detectionHoldMs = (uint)value; }
        }

        /// <summary>How much from before speech was detected is sent too, in ms.</summary>
        public int PreRollMs
        {
            get { return (int)preRollMs; }
            set { preRollMs = (uint)value; }
        }

        /// <summary>How loud others are while the player speaks: an amplitude factor, 0 to 1; 1 is off.</summary>
        public float DuckingLevel
        {
            get { return duckingLevel; }
            set { duckingLevel = value; }
        }

        /// <summary>How long it takes to turn them down, in ms.</summary>
        public int DuckingDownMs
        {
            get { return (int)duckingDownMs; }
            set { duckingDownMs = (uint)value; }
        }

        /// <summary>How long it takes to return, in ms.</summary>
        public int DuckingUpMs
        {
            get { return (int)duckingUpMs; }
            set { duckingUpMs = (uint)value; }
        }

        /// <summary>Whether all players are brought to the same loudness.</summary>
        public bool AutoVolume
        {
            get { return autoVolume != 0; }
            set { autoVolume = value ? 1u : 0; }
        }

        /// <summary>How loud all players are: an amplitude factor, 0 to 4.</summary>
        public float MasterVolume
        {
            get { return masterVolume; }
            set { masterVolume = value; }
        }
    }
}
