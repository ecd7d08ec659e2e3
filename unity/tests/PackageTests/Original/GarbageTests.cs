using System;
using System.Diagnostics;
using System.Threading;
using Consonance.Links;
using Consonance.Tests;

namespace Consonance.Unity.Tests
{
    /// <summary>
    /// What a frame leaves to the garbage collector, while voice goes over a link in both directions.
    /// </summary>
    internal static class GarbageTests
    {
        const int FrameMs = 10;
        const int WarmUpFrames = 100;
        const int Frames = 200;
        const int VoiceBytes = 150;
        // What the runtime itself may take, once: nothing is left over for each frame.
        const long BytesMax = 256;

        internal static void Add(Suite suite, ServerProcess server)
        {
            suite.Add("a_frame_over_quic_allocates_nothing", () => NoGarbage(server.Address));
            suite.Add("a_frame_over_a_websocket_allocates_nothing", () => NoGarbage(server.AnyWebSocket));
            suite.Add("a_frame_over_tcp_and_udp_allocates_nothing", () => NoGarbage(server.TcpUdp));
            suite.Add("a_frame_of_a_sidecar_allocates_nothing", () => NoGarbageOfSidecar(server));
        }

        static void NoGarbage(string address)
        {
            string why;
            IPacketLink alice = PacketLinks.Choose(address, null, null, out why);
            IPacketLink bob = PacketLinks.Choose(address, null, null, out why);
            Joined aliceIs = Join(alice, "Alice"), bobIs = Join(bob, "Bob");
            ArraySegment<byte> voice = new ArraySegment<byte>(Relay(aliceIs, bobIs));
            int heard = 0;
            Measure(() =>
            {
                ArraySegment<byte> packet;
                bool isReliable;
                alice.Send(voice, false);
                while (alice.TryReceive(out packet, out isReliable))
                {
                }
                while (bob.TryReceive(out packet, out isReliable)) heard++;
            });
            alice.Close();
            bob.Close();
            Suite.Require(heard > Frames / 2, "only " + heard + " packets were heard");
        }

        sealed class Players : ISidecarPlayers
        {
            internal Joined Last;
            internal int Heard;

            public void SendToPlayer(ulong player, bool isReliable, ArraySegment<byte> packet)
            {
                Heard++;
                if (Last == null) Last = Joined.Read(packet);
            }

            public void Kick(ulong player, string reason)
            {
                throw new TestFailure("kicked: " + reason);
            }
        }

        static void NoGarbageOfSidecar(ServerProcess server)
        {
            Players players = new Players();
            SidecarSettings settings =
                new SidecarSettings(server.Sidecar, "main", ServerProcess.SidecarSecret, "garbage");
            using (SidecarLink link = new SidecarLink(settings, players))
            {
                Stopwatch clock = Stopwatch.StartNew();
                Action poll = () => link.Poll(clock.Elapsed.TotalSeconds);
                Suite.Until("the link", () => link.IsUp, poll);
                Joined[] ids = new Joined[2];
                for (uint player = 0; player < 2; player++)
                {
                    players.Last = null;
                    link.Packet(player, true, new ArraySegment<byte>(Joined.Handshake("Player " + player)));
                    Suite.Until("an answer", () => players.Last != null, poll);
                    ids[player] = players.Last;
                }
                ArraySegment<byte> voice = new ArraySegment<byte>(Relay(ids[0], ids[1]));
                players.Heard = 0;
                Measure(() =>
                {
                    link.Packet(0, false, voice);
                    poll();
                });
                Suite.Require(players.Heard > Frames / 2, "only " + players.Heard + " packets were heard");
            }
        }

        static void Measure(Action frame)
        {
            Func<long> allocated = Allocations.Counter() ?? (() => 0);
            for (int number = 0; number < WarmUpFrames; number++)
            {
                frame();
                Thread.Sleep(FrameMs);
            }
            long before = allocated();
            for (int number = 0; number < Frames; number++)
            {
                frame();
                Thread.Sleep(FrameMs);
            }
            long bytes = allocated() - before;
            Suite.Require(bytes <= BytesMax, Frames + " frames have allocated " + bytes + " bytes");
        }

        static Joined Join(IPacketLink link, string name)
        {
            link.Open();
            Joined joined = null;
            ArraySegment<byte> packet;
            bool isReliable;
            bool hasAsked = false;
            Suite.Until("the answer to a handshake: " + link.Reason, () => joined != null, () =>
            {
                while (joined == null && link.TryReceive(out packet, out isReliable)) joined = Joined.Read(packet);
                if (hasAsked || link.State != LinkState.Up) return;
                hasAsked = true;
                link.Send(new ArraySegment<byte>(Joined.Handshake(name)), true);
            });
            return joined;
        }

        /// <summary>Voice of one player to another, as its client sends it to the server.</summary>
        static byte[] Relay(Joined from, Joined to)
        {
            byte[] inner = new byte[7 + 7 + 4 + 2 + VoiceBytes];
            Joined.Head(inner, 2, from.Session);
            Joined.U16(inner, 7, from.Id);
            inner[9] = 0x80;
            inner[13] = 1;
            Joined.U16(inner, 16, to.Id);
            Joined.U16(inner, 18, VoiceBytes);
            byte[] relay = new byte[7 + 1 + 2 + 2 + inner.Length];
            Joined.Head(relay, 8, from.Session);
            relay[7] = 1;
            Joined.U16(relay, 8, to.Id);
            Joined.U16(relay, 10, inner.Length);
            Buffer.BlockCopy(inner, 0, relay, 12, inner.Length);
            return relay;
        }
    }

    /// <summary>What a server has answered to a handshake.</summary>
    internal sealed class Joined
    {
        internal uint Session;
        internal int Id;

        /// <summary>Null for another packet.</summary>
        internal static Joined Read(ArraySegment<byte> packet)
        {
            const int handshakeResponse = 5;
            byte[] bytes = packet.Array;
            int at = packet.Offset;
            if (packet.Count < 9 || bytes[at + 2] != handshakeResponse) return null;
            uint session = (uint)(bytes[at + 3] << 24 | bytes[at + 4] << 16 | bytes[at + 5] << 8 | bytes[at + 6]);
            return new Joined { Session = session, Id = bytes[at + 7] << 8 | bytes[at + 8] };
        }

        internal static byte[] Handshake(string name)
        {
            byte[] packet = new byte[3 + 9 + 2 + name.Length];
            Head(packet, 4, 0);
            packet[3] = 1;
            U16(packet, 6, 1920);
            U16(packet, 10, 48000);
            U16(packet, 12, name.Length + 1);
            for (int index = 0; index < name.Length; index++) packet[14 + index] = (byte)name[index];
            return packet;
        }

        internal static void Head(byte[] packet, byte type, uint session)
        {
            U16(packet, 0, 0x8BC7);
            packet[2] = type;
            U16(packet, 3, (int)(session >> 16));
            U16(packet, 5, (int)(session & 0xFFFF));
        }

        internal static void U16(byte[] packet, int offset, int value)
        {
            packet[offset] = (byte)(value >> 8);
            packet[offset + 1] = (byte)value;
        }
    }
}
