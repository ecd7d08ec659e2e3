using System;
using System.Text;

namespace Consonance.Unity
{
    /// <summary>
    /// Shows a join token and a password behind the original's own HandshakeRequest, in the block that Consonance's
    /// clients use and originals do not read (crates/wire/src/extension.rs).
    /// </summary>
    internal sealed class Handshake
    {
        /// <summary>Of token, line break and password, as the server allows.</summary>
        internal const int ShownBytesMax = 832;

        const byte JoinTokenItem = 9;
        const int BlockBytes = 5;

        readonly byte[] shown;

        /// <summary>For what is null, nothing is shown.</summary>
        internal Handshake(string token, string password)
        {
            // No token has a line break: it divides the two.
            string text = string.IsNullOrEmpty(password) ? token : token + "\n" + password;
            shown = Encoding.UTF8.GetBytes(text ?? "");
        }

        /// <summary>Whether a server would read it.</summary>
        internal bool Fits
        {
            get { return shown.Length <= ShownBytesMax; }
        }

        /// <summary>The packet, or the packet and what is shown if it is a handshake.</summary>
        internal ArraySegment<byte> Extend(ArraySegment<byte> packet)
        {
            if (shown.Length == 0 || !Fits || !VoicePackets.IsHandshake(packet)) return packet;
            byte[] extended = new byte[packet.Count + BlockBytes + shown.Length];
            Buffer.BlockCopy(packet.Array, packet.Offset, extended, 0, packet.Count);
            int at = packet.Count;
            extended[at++] = 0xC0;
            extended[at++] = 0x5A;
            extended[at++] = JoinTokenItem;
            extended[at++] = (byte)(shown.Length >> 8);
            extended[at++] = (byte)shown.Length;
            Buffer.BlockCopy(shown, 0, extended, at, shown.Length);
            return new ArraySegment<byte>(extended);
        }
    }
}
