using System;

namespace Consonance.Links
{
    /// <summary>The frames of a sidecar's link: a length, a kind, and a body, with big-endian numbers.</summary>
    internal static class SidecarFrame
    {
        internal const byte Hello = 1, Challenge = 2, Proof = 3, Welcome = 4, Bye = 5, Alive = 6;
        internal const byte Packet = 16, Deliver = 17, Joined = 18, Left = 20, Kick = 21;

        /// <summary>Of a whole frame.</summary>
        internal const int BytesMax = 2 + LengthMax;
        /// <summary>Of kind and body.</summary>
        internal const int LengthMax = 4096;
        /// <summary>Where the player's number is in a frame with a packet.</summary>
        internal const int PlayerPlace = 4;

        const int HeaderBytes = 3;

        /// <summary>Begins a frame; gives its length so far, as all of these do.</summary>
        internal static int Begin(byte[] frame, byte kind)
        {
            frame[2] = kind;
            return HeaderBytes;
        }

        internal static int Byte(byte[] frame, int length, int value)
        {
            frame[length] = (byte)value;
            return length + 1;
        }

        internal static int Number(byte[] frame, int length, ulong value)
        {
            WriteNumber(frame, length, value);
            return length + 8;
        }

        /// <summary>Bytes that do not fit are left out.</summary>
        internal static int Bytes(byte[] frame, int length, ArraySegment<byte> bytes)
        {
            int count = Math.Min(bytes.Count, frame.Length - length);
            if (count > 0) Buffer.BlockCopy(bytes.Array, bytes.Offset, frame, length, count);
            return length + count;
        }

        /// <summary>Writes the length in front, and gives it back.</summary>
        internal static int End(byte[] frame, int length)
        {
            frame[0] = (byte)(length - 2 >> 8);
            frame[1] = (byte)(length - 2);
            return length;
        }

        internal static void WriteNumber(byte[] target, int offset, ulong value)
        {
            for (int index = 0; index < 8; index++) target[offset + index] = (byte)(value >> 56 - 8 * index);
        }

        internal static ulong ReadNumber(byte[] source, int offset)
        {
            ulong value = 0;
            for (int index = 0; index < 8; index++) value = value << 8 | source[offset + index];
            return value;
        }
    }
}
