using System;
using System.Runtime.InteropServices;
using Consonance.Native;

namespace Consonance
{
    /// <summary>A packet that passes through the game.</summary>
    public struct VoicePacket
    {
        internal VoicePacket(NativePacket native, ArraySegment<byte> bytes)
        {
            Action = (PacketAction)native.Action;
            Peer = native.Peer;
            IsReliable = native.Reliable != 0;
            Bytes = bytes;
        }

        /// <summary>What is to be done.</summary>
        public PacketAction Action { get; private set; }
        /// <summary>Of a host, the game's number of the player concerned.</summary>
        public ulong Peer { get; private set; }
        /// <summary>True if it must arrive, in order; false for voice.</summary>
        public bool IsReliable { get; private set; }
        /// <summary>The packet, until the next one is taken: copy it where it has to wait.</summary>
        public ArraySegment<byte> Bytes { get; private set; }
    }

    /// <summary>A call that takes the next packet.</summary>
    internal delegate int TakingPacket(
        ulong handle, ref NativePacket packet, byte[] buffer, UIntPtr capacity, out UIntPtr length);

    /// <summary>Takes packets into a buffer that is used again and again.</summary>
    internal sealed class PacketTaker
    {
        readonly TakingPacket take;
        NativePacket native = new NativePacket { Size = (uint)Marshal.SizeOf(typeof(NativePacket)) };
        byte[] buffer = new byte[VoiceChatSettings.UsualPacketBytes];

        internal PacketTaker(TakingPacket take)
        {
            this.take = take;
        }

        internal bool TryTake(ulong handle, out VoicePacket packet)
        {
            while (true)
            {
                UIntPtr length;
                int error = take(handle, ref native, buffer, (UIntPtr)(uint)buffer.Length, out length);
                if (error == Call.BufferTooSmall)
                {
                    buffer = new byte[(int)length];
                    continue;
                }
                bool took = Call.Took(error);
                int bytes = took ? (int)length : 0;
                packet = new VoicePacket(native, new ArraySegment<byte>(buffer, 0, bytes));
                return took;
            }
        }
    }
}
