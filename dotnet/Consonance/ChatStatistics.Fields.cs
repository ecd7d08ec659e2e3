// Made from crates/ffi by `cargo xtask write declarations`; do not edit.

using System.Runtime.InteropServices;

namespace Consonance
{
    /// <summary>The counters of a chat since it was started.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public partial struct ChatStatistics
    {
        uint size;
        uint bitrateBps;
        ulong packetsReceived;
        ulong bytesReceived;
        ulong packetsSent;
        ulong bytesSent;
        float uplinkLoss;
        float captureDelayMs;
        float outputFillMs;
        float outputDriftPpm;
        ulong outputInterruptions;
        float inputFillMs;
        float inputDriftPpm;
        ulong inputInterruptions;

        /// <summary>The bit rate of the voice that is sent, in bit/s.</summary>
        public uint BitrateBps
        {
            get { return bitrateBps; }
        }

        /// <summary>Packets received.</summary>
        public ulong PacketsReceived
        {
            get { return packetsReceived; }
        }

        /// <summary>Their bytes.</summary>
        public ulong BytesReceived
        {
            get { return bytesReceived; }
        }

        /// <summary>Packets sent.</summary>
        public ulong PacketsSent
        {
            get { return packetsSent; }
        }

        /// <summary>Their bytes.</summary>
        public ulong BytesSent
        {
            get { return bytesSent; }
        }

        /// <summary>The share of frames that did not reach the server, 0 to 1; −1 while unknown.</summary>
        public float UplinkLoss
        {
            get { return uplinkLoss; }
        }

        /// <summary>The delay from recording to sending, in ms.</summary>
        public float CaptureDelayMs
        {
            get { return captureDelayMs; }
        }

        /// <summary>Audio buffered for the engine, in ms.</summary>
        public float OutputFillMs
        {
            get { return outputFillMs; }
        }

        /// <summary>How much faster the engine's clock runs than ours, in parts per million.</summary>
        public float OutputDriftPpm
        {
            get { return outputDriftPpm; }
        }

        /// <summary>Interruptions of the audio for the engine.</summary>
        public ulong OutputInterruptions
        {
            get { return outputInterruptions; }
        }

        /// <summary>Audio buffered from the engine, in ms.</summary>
        public float InputFillMs
        {
            get { return inputFillMs; }
        }

        /// <summary>How much faster the engine's clock runs than ours, in parts per million.</summary>
        public float InputDriftPpm
        {
            get { return inputDriftPpm; }
        }

        /// <summary>Interruptions of the audio from the engine.</summary>
        public ulong InputInterruptions
        {
            get { return inputInterruptions; }
        }
    }
}
