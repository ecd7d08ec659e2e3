using System;
using System.Text;
using Consonance.Native;

namespace Consonance
{
    /// <summary>
    /// A link to a server that carries packets of the protocol: for a game with a voice engine of its own that speaks it.
    /// </summary>
    public sealed class PacketLink : NativeObject
    {
        readonly PacketTaker taker = new PacketTaker(NativeMethods.consonance_packet_out);

        PacketLink(ulong handle) : base(handle)
        {
            Reason = "";
        }

        /// <summary>Begins to connect; the address is as for a chat.</summary>
        public static PacketLink Connect(string address)
        {
            VoiceLibrary.Require();
            ulong link;
            Call.Check(NativeMethods.consonance_connect(Utf8.Bytes(address), out link));
            return new PacketLink(link);
        }

        /// <summary>Whether it is up, as of the last packet that was taken.</summary>
        public bool IsConnected { get; private set; }

        /// <summary>Whether it has ended, or could not be made.</summary>
        public bool HasEnded { get; private set; }

        /// <summary>What carries it.</summary>
        public Transport Transport { get; private set; }

        /// <summary>Why that carries it or, once it has ended, why that is.</summary>
        public string Reason { get; private set; }

        /// <summary>Sends a packet; it is dropped while the link is not up.</summary>
        public void Send(ArraySegment<byte> packet, bool isReliable)
        {
            if (packet.Count == 0) return;
            Call.Check(NativeMethods.consonance_packet_in(
                Handle, isReliable ? 1u : 0, ref packet.Array[packet.Offset], (UIntPtr)(uint)packet.Count));
        }

        /// <summary>
        /// Takes the next packet from the server; false where none waits. To be called in every frame, also for the link
        /// to come up.
        /// </summary>
        public bool TryReceive(out VoicePacket packet)
        {
            while (!HasEnded && taker.TryTake(Handle, out packet))
            {
                if (packet.Action == PacketAction.Received) return true;
                IsConnected = packet.Action == PacketAction.Connected;
                HasEnded = packet.Action == PacketAction.Disconnected;
                Transport = packet.Peer == 0 ? Transport.Udp : Transport.WebSocket;
                Reason = Encoding.UTF8.GetString(packet.Bytes.Array, packet.Bytes.Offset, packet.Bytes.Count);
            }
            packet = new VoicePacket();
            return false;
        }
    }
}
