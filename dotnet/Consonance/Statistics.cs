using System.Runtime.InteropServices;
using Consonance.Native;

namespace Consonance
{
    /// <summary>What a chat has counted since it was started.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ChatStatistics
    {
        uint size;

        /// <summary>The bit rate of the voice that is sent, in bit/s.</summary>
        public uint BitrateBps { get; private set; }
        /// <summary>Packets that came in.</summary>
        public ulong PacketsReceived { get; private set; }
        /// <summary>Their bytes.</summary>
        public ulong BytesReceived { get; private set; }
        /// <summary>Packets that went out.</summary>
        public ulong PacketsSent { get; private set; }
        /// <summary>Their bytes.</summary>
        public ulong BytesSent { get; private set; }
        /// <summary>The share of frames that did not reach the server, 0 to 1; −1 while it is not known.</summary>
        public float UplinkLoss { get; private set; }
        /// <summary>By how much what is sent is later than what was recorded, in ms.</summary>
        public float CaptureDelayMs { get; private set; }
        /// <summary>How much sound waits for the engine, in ms.</summary>
        public float OutputFillMs { get; private set; }
        /// <summary>By how much the engine's clock is faster than ours, in millionths.</summary>
        public float OutputDriftPpm { get; private set; }
        /// <summary>How often sound for the engine was interrupted.</summary>
        public ulong OutputInterruptions { get; private set; }
        /// <summary>How much of the engine's sound waits for us, in ms.</summary>
        public float InputFillMs { get; private set; }
        /// <summary>By how much the engine's clock is faster than ours, in millionths.</summary>
        public float InputDriftPpm { get; private set; }
        /// <summary>How often sound from the engine was interrupted.</summary>
        public ulong InputInterruptions { get; private set; }

        internal static ChatStatistics Of(ulong chat)
        {
            ChatStatistics statistics = new ChatStatistics { size = (uint)Marshal.SizeOf(typeof(ChatStatistics)) };
            Call.Check(NativeMethods.consonance_get_statistics(chat, ref statistics));
            return statistics;
        }
    }

    /// <summary>How a player's voice arrives.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct SpeakerStatistics
    {
        uint size;

        /// <summary>The share of its last 128 frames that never came, 0 to 1.</summary>
        public float Loss { get; private set; }
        /// <summary>Packets that arrived.</summary>
        public ulong Received { get; private set; }
        /// <summary>Frames that were played from their own packet.</summary>
        public ulong Played { get; private set; }
        /// <summary>Frames whose turn came without their packet.</summary>
        public ulong Lost { get; private set; }
        /// <summary>Frames that were recovered from a later packet.</summary>
        public ulong Recovered { get; private set; }
        /// <summary>Packets that came after their turn.</summary>
        public ulong Late { get; private set; }
        /// <summary>How long frames wait in the jitter buffer, in ms.</summary>
        public float DelayMs { get; private set; }
        /// <summary>How unevenly packets arrive (RFC 3550), in ms.</summary>
        public float JitterMs { get; private set; }
        /// <summary>Level of the last 10 ms, in dB of full scale.</summary>
        public float LevelDbfs { get; private set; }
        uint Reserved { get; set; }

        internal static SpeakerStatistics Of(ulong chat, uint player)
        {
            SpeakerStatistics statistics =
                new SpeakerStatistics { size = (uint)Marshal.SizeOf(typeof(SpeakerStatistics)) };
            Call.Check(NativeMethods.consonance_get_speaker_statistics(chat, player, ref statistics));
            return statistics;
        }
    }
}
