// Made from crates/ffi by `cargo xtask write declarations`; do not edit.

using System.Runtime.InteropServices;

namespace Consonance
{
    /// <summary>Reception statistics of a player's voice.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public partial struct SpeakerStatistics
    {
        uint size;
        float loss;
        ulong received;
        ulong played;
        ulong lost;
        ulong recovered;
        ulong late;
        float delayMs;
        float jitterMs;
        float levelDbfs;
        uint reserved;

        /// <summary>The share of its last 128 frames that were lost, 0 to 1.</summary>
        public float Loss
        {
            get { return loss; }
        }

        /// <summary>Packets received.</summary>
        public ulong Received
        {
            get { return received; }
        }

        /// <summary>Frames that were played from their own packet.</summary>
        public ulong Played
        {
            get { return played; }
        }

        /// <summary>Frames whose packet had not arrived at their playback time.</summary>
        public ulong Lost
        {
            get { return lost; }
        }

        /// <summary>Frames that were recovered from a later packet.</summary>
        public ulong Recovered
        {
            get { return recovered; }
        }

        /// <summary>Packets that arrived after their playback time.</summary>
        public ulong Late
        {
            get { return late; }
        }

        /// <summary>The delay of the jitter buffer, in ms.</summary>
        public float DelayMs
        {
            get { return delayMs; }
        }

        /// <summary>The interarrival jitter (RFC 3550), in ms.</summary>
        public float JitterMs
        {
            get { return jitterMs; }
        }

        /// <summary>Level of the last 10 ms, in dB of full scale.</summary>
        public float LevelDbfs
        {
            get { return levelDbfs; }
        }
    }
}
