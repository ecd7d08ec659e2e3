using System;
using System.Collections.Generic;

namespace Dissonance.Networking
{
    /// <summary>The numbers are those of the wire.</summary>
    internal enum MessageType : byte
    {
        ClientState = 1,
        VoiceData = 2,
        TextData = 3,
        HandshakeRequest = 4,
        HandshakeResponse = 5,
        ErrorWrongSession = 6,
        ServerRelayReliable = 7,
        ServerRelayUnreliable = 8,
        DeltaChannelState = 9,
        RemoveClient = 10,
        HandshakeP2P = 11
    }

    internal enum ChannelKind
    {
        Player = 0,
        Room = 1
    }

    internal static class Wire
    {
        internal const ushort Magic = 0x8BC7;

        /// <summary>Bytes of the original's buffers.</summary>
        internal const int BufferBytes = 1024;

        /// <summary>The 32-bit FNV-1a hash of a name's UTF-16, high bytes first.</summary>
        internal static uint Fnv(string name)
        {
            var hash = 2166136261;
            foreach (var unit in name)
            {
                hash = unchecked((hash ^ (byte)(unit >> 8)) * 16777619);
                hash = unchecked((hash ^ (byte)unit) * 16777619);
            }
            return hash;
        }

        internal static ushort RoomId(string name)
        {
            var hash = Fnv(name);
            return (ushort)((hash >> 16) * 5791 + (hash & 0xFFFF) * 7639);
        }

        /// <summary>to − from, in the signed range of so many bits.</summary>
        internal static int WrappedDelta(int from, int to, int bits)
        {
            var shift = 32 - bits;
            return unchecked((to - from) << shift) >> shift;
        }
    }

    /// <summary>The channel bits of a voice packet.</summary>
    internal struct ChannelBits
    {
        internal readonly ushort Raw;

        internal ChannelBits(ushort raw)
        {
            Raw = raw;
        }

        /// <summary>Senders leave the session at 0, as the original's do.</summary>
        internal ChannelBits(ChannelKind kind, bool positional, bool closing, ChannelPriority priority,
            float amplitude, int session = 0)
        {
            var bits = (int)kind | (positional ? 2 : 0) | (closing ? 4 : 0) | WirePriority(priority) << 3;
            Raw = (ushort)(bits | (session & 3) << 5 | AmplitudeByte(amplitude) << 8);
        }

        internal ChannelKind Kind
        {
            get { return (ChannelKind)(Raw & 1); }
        }

        internal bool Positional
        {
            get { return (Raw & 2) != 0; }
        }

        internal bool Closing
        {
            get { return (Raw & 4) != 0; }
        }

        internal ChannelPriority Priority
        {
            get
            {
                switch (Raw >> 3 & 3)
                {
                    case 1: return ChannelPriority.Low;
                    case 2: return ChannelPriority.Medium;
                    case 3: return ChannelPriority.High;
                    default: return ChannelPriority.Default;
                }
            }
        }

        /// <summary>Modulo 4.</summary>
        internal int Session
        {
            get { return Raw >> 5 & 3; }
        }

        internal float Amplitude
        {
            get { return (float)((float)(Raw >> 8) / 255f) * 2f; }
        }

        internal static byte AmplitudeByte(float amplitude)
        {
            var half = (float)(Math.Min(Math.Max(amplitude, 0f), 2f) / 2f);
            return (byte)Math.Round((double)(float)(half * 255f), MidpointRounding.ToEven);
        }

        private static int WirePriority(ChannelPriority priority)
        {
            switch (priority)
            {
                case ChannelPriority.Low: return 1;
                case ChannelPriority.Medium: return 2;
                case ChannelPriority.High: return 3;
                default: return 0;
            }
        }
    }

    internal struct WireChannel
    {
        internal ChannelBits Bits;
        internal ushort Recipient;

        /// <summary>Kind and recipient in one number.</summary>
        internal int Key
        {
            get { return (int)Bits.Kind << 16 | Recipient; }
        }
    }

    internal sealed class WireClient
    {
        internal string Name;
        internal ushort Id;
        internal CodecSettings Codec;
    }

    internal sealed class ClientState
    {
        internal WireClient Client;
        internal List<string> Rooms;
    }

    internal sealed class RoomPeers
    {
        internal ushort Room;
        internal List<int> Peers;
    }

    internal sealed class HandshakeResponse
    {
        internal ushort Id;
        internal readonly List<WireClient> Clients = new List<WireClient>();
        internal readonly List<string> RoomNames = new List<string>();
        internal readonly List<RoomPeers> Channels = new List<RoomPeers>();
    }

    internal sealed class VoiceData
    {
        internal ushort Sender;
        internal byte Options;
        internal ushort Sequence;
        internal readonly List<WireChannel> Channels = new List<WireChannel>();
        internal byte[] Frame;

        internal bool IsExtended
        {
            get { return (Options & 0x80) != 0; }
        }

        /// <summary>The channel session, of which old peers use the low two bits only.</summary>
        internal int ChannelSession
        {
            get { return Options & 0x7F; }
        }
    }

    internal sealed class TextData
    {
        /// <summary>0 is a room and 1 a player: the opposite of a voice channel's bit.</summary>
        internal byte RecipientType;

        internal ushort Sender;
        internal ushort Recipient;
        internal string Text;
    }
}
