using System;

namespace Consonance.Tests
{
    /// <summary>A link for packets of another voice engine.</summary>
    static class PacketTests
    {
        // "Dave" with Opus in frames of 20 ms at 48 kHz.
        static readonly byte[] Handshake =
        {
            0x8B, 0xC7, 4, 1, 0, 0, 0x03, 0xC0, 0, 0, 0xBB, 0x80, 0, 5, (byte)'D', (byte)'a', (byte)'v', (byte)'e',
        };

        public static void Add(Suite suite, string address)
        {
            suite.Add("a_link_carries_the_packets_of_another_engine", () => Join(address));
            suite.Add("a_link_to_nothing_ends_with_a_reason", Nothing);
        }

        static void Join(string address)
        {
            using (PacketLink link = PacketLink.Connect(address))
            {
                byte[] answer = null;
                VoicePacket packet;
                Action receive = () =>
                {
                    while (link.TryReceive(out packet))
                    {
                        if (answer == null) answer = Copy(packet.Bytes);
                    }
                };
                Suite.Until("the link is up", () => link.IsConnected, receive);
                Suite.AreEqual(Transport.Udp, link.Transport, "transport");
                Suite.Require(link.Reason.Length > 0, "no reason");
                link.Send(new ArraySegment<byte>(Handshake), true);
                Suite.Until("an answer", () => answer != null, receive);
                Suite.AreEqual(5, (int)answer[2], "its type");
            }
        }

        static void Nothing()
        {
            using (PacketLink link = PacketLink.Connect("quic://127.0.0.1:1/main"))
            {
                VoicePacket packet;
                Suite.Until("the link has ended", () => link.HasEnded, () => link.TryReceive(out packet));
                Suite.Require(!link.IsConnected && link.Reason.Length > 0, "no reason");
            }
        }

        static byte[] Copy(ArraySegment<byte> bytes)
        {
            byte[] copy = new byte[bytes.Count];
            Buffer.BlockCopy(bytes.Array, bytes.Offset, copy, 0, bytes.Count);
            return copy;
        }
    }
}
