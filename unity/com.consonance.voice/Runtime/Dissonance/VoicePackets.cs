using System;
using System.Text;
using Dissonance;
using Dissonance.Audio.Codecs;

namespace Consonance.Unity
{
    /// <summary>The little that is known of the original's packets here.</summary>
    internal static class VoicePackets
    {
        const int TypePlace = 2, CodecPlace = 3, FrameSizePlace = 4, RatePlace = 8, NamePlace = 12;
        const byte HandshakeRequest = 4, ServerRelayUnreliable = 8;

        internal static bool IsHandshake(ArraySegment<byte> packet)
        {
            return TypeOf(packet) == HandshakeRequest;
        }

        /// <summary>Of those that clients send to a server, one type need not arrive.</summary>
        internal static bool IsUnreliable(ArraySegment<byte> packet)
        {
            return TypeOf(packet) == ServerRelayUnreliable;
        }

        /// <summary>Who asks to join with a handshake; false where it is damaged, or has no name.</summary>
        internal static bool TryReadHandshake(ArraySegment<byte> packet, out string name, out CodecSettings codec)
        {
            name = null;
            codec = new CodecSettings();
            if (!IsHandshake(packet) || packet.Count < NamePlace + 2) return false;
            // A length of 0 is that of no name, and 1 that of an empty one.
            int length = (Byte(packet, NamePlace) << 8 | Byte(packet, NamePlace + 1)) - 1;
            if (length < 0 || packet.Count < NamePlace + 2 + length) return false;
            name = Encoding.UTF8.GetString(packet.Array, packet.Offset + NamePlace + 2, length);
            int rate = unchecked((int)Number(packet, RatePlace));
            codec = new CodecSettings((Codec)Byte(packet, CodecPlace), Number(packet, FrameSizePlace), rate);
            return true;
        }

        internal static byte[] Copy(ArraySegment<byte> packet)
        {
            byte[] copy = new byte[packet.Count];
            Buffer.BlockCopy(packet.Array, packet.Offset, copy, 0, packet.Count);
            return copy;
        }

        static int TypeOf(ArraySegment<byte> packet)
        {
            return packet.Count > TypePlace ? Byte(packet, TypePlace) : 0;
        }

        static byte Byte(ArraySegment<byte> packet, int place)
        {
            return packet.Array[packet.Offset + place];
        }

        static uint Number(ArraySegment<byte> packet, int place)
        {
            uint number = 0;
            for (int at = place; at < place + 4; at++) number = number << 8 | Byte(packet, at);
            return number;
        }
    }
}
