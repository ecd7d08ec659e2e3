// Made from crates/ffi by `cargo xtask write declarations`; do not edit.

using System.Runtime.InteropServices;

namespace Consonance
{
    /// <summary>The processing and sending of the player's voice, and the playback of others.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public partial struct VoiceSettings
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

        /// <summary>When the player's voice is sent.</summary>
        public Activation Activation
        {
            get { return (Activation)activation; }
            set { activation = (int)value; }
        }

        /// <summary>The bit rate of the player's voice.</summary>
        public Quality Quality
        {
            get { return (Quality)quality; }
            set { quality = (int)value; }
        }

        /// <summary>Audio per packet, in ms: 10, 20, 40 or 60.</summary>
        public int FrameMs
        {
            get { return (int)frameMs; }
            set { frameMs = (uint)value; }
        }

        /// <summary>True for forward error correction, as much as the measured loss requires.</summary>
        public bool ErrorCorrection
        {
            get { return errorCorrection != 0; }
            set { errorCorrection = value ? 1u : 0; }
        }

        /// <summary>How much echo is removed.</summary>
        public EchoCancelling Echo
        {
            get { return (EchoCancelling)echo; }
            set { echo = (int)value; }
        }

        /// <summary>How much steady noise is removed.</summary>
        public NoiseSuppression Noise
        {
            get { return (NoiseSuppression)noise; }
            set { noise = (int)value; }
        }

        /// <summary>How much background a neural network removes, 0 (off) to 1 (80 dB).</summary>
        public float BackgroundRemoval
        {
            get { return backgroundRemoval; }
            set { backgroundRemoval = value; }
        }

        /// <summary>True to remove everything below 80 Hz.</summary>
        public bool HighPass
        {
            get { return highPass != 0; }
            set { highPass = value ? 1u : 0; }
        }

        /// <summary>True to even out the level of speech.</summary>
        public bool AutomaticGain
        {
            get { return automaticGain != 0; }
            set { automaticGain = value ? 1u : 0; }
        }

        /// <summary>The probability from which audio counts as speech, 0 to 1.</summary>
        public float DetectionThreshold
        {
            get { return detectionThreshold; }
            set { detectionThreshold = value; }
        }

        /// <summary>How far below the threshold the probability must fall for speech to end, 0 to 1.</summary>
        public float DetectionHysteresis
        {
            get { return detectionHysteresis; }
            set { detectionHysteresis = value; }
        }

        /// <summary>How long speech lasts after the probability has fallen, in ms, at most 60 000.</summary>
        public int DetectionHoldMs
        {
            get { return (int)detectionHoldMs; }
            set { detectionHoldMs = (uint)value; }
        }

        /// <summary>How much audio from before the detection is sent too, in ms.</summary>
        public int PreRollMs
        {
            get { return (int)preRollMs; }
            set { preRollMs = (uint)value; }
        }

        /// <summary>The volume of others while the player speaks: an amplitude factor, 0 to 1; 1 is off.</summary>
        public float DuckingLevel
        {
            get { return duckingLevel; }
            set { duckingLevel = value; }
        }

        /// <summary>The time to fade the others down, in ms.</summary>
        public int DuckingDownMs
        {
            get { return (int)duckingDownMs; }
            set { duckingDownMs = (uint)value; }
        }

        /// <summary>The time to fade them up again, in ms.</summary>
        public int DuckingUpMs
        {
            get { return (int)duckingUpMs; }
            set { duckingUpMs = (uint)value; }
        }

        /// <summary>True to bring all players to the same loudness.</summary>
        public bool AutoVolume
        {
            get { return autoVolume != 0; }
            set { autoVolume = value ? 1u : 0; }
        }

        /// <summary>The volume of all players: an amplitude factor, 0 to 4.</summary>
        public float MasterVolume
        {
            get { return masterVolume; }
            set { masterVolume = value; }
        }
    }
}
