using System;

namespace Consonance.Unity
{
    /// <summary>The little that is known of the original's packets here.</summary>
    internal static class VoicePackets
    {
        const int TypePlace = 2;
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

        internal static byte[] Copy(ArraySegment<byte> packet)
        {
            byte[] copy = new byte[packet.Count];
            Buffer.BlockCopy(packet.Array, packet.Offset, copy, 0, packet.Count);
            return copy;
        }

        static int TypeOf(ArraySegment<byte> packet)
        {
            return packet.Count > TypePlace ? packet.Array[packet.Offset + TypePlace] : 0;
        }
    }
}
