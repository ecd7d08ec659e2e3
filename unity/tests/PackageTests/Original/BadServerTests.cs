using System;
using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using Consonance.Links;
using Consonance.Tests;

namespace Consonance.Unity.Tests
{
    /// <summary>Servers that are slow, or send what they should not.</summary>
    internal static class BadServerTests
    {
        internal static void Add(Suite suite)
        {
            suite.Add("a_server_that_reads_nothing_does_not_hold_up_the_game", Stalled);
            suite.Add("whatever_a_websocket_sends_the_link_ends_with_a_reason", () => Hostile("ws", true));
            suite.Add("whatever_comes_before_a_websocket_the_link_ends_with_a_reason", () => Hostile("ws", false));
            suite.Add("whatever_comes_over_tcp_the_link_ends_with_a_reason", () => Hostile("darkrift", false));
            suite.Add("messages_in_fragments_are_put_together_between_pings", Fragments);
            suite.Add("a_sidecar_survives_whatever_its_server_sends", HostileToSidecar);
        }

        static void Stalled()
        {
            using (BadServer server = new BadServer(stream => Thread.Sleep(Timeout.Infinite), true))
            {
                string why;
                IPacketLink link = PacketLinks.Choose(server.Address("ws"), null, null, out why);
                LinkRun.Until(link, () => link.State == LinkState.Up);
                ArraySegment<byte> packet = new ArraySegment<byte>(new byte[1000]);
                Stopwatch watch = Stopwatch.StartNew();
                for (int sent = 0; sent < 100000; sent++) link.Send(packet, false);
                Suite.Require(watch.ElapsedMilliseconds < 2000, "voice took " + watch.ElapsedMilliseconds + " ms");
                Suite.AreEqual(LinkState.Up, link.State, "after voice");
                watch = Stopwatch.StartNew();
                for (int sent = 0; sent < 100000 && link.State == LinkState.Up; sent++) link.Send(packet, true);
                Suite.Require(watch.ElapsedMilliseconds < 2000, "the rest took " + watch.ElapsedMilliseconds + " ms");
                Suite.AreEqual(LinkState.Ended, link.State, "after the rest");
                Suite.Require(link.Reason.Contains("slow"), link.Reason);
            }
        }

        static void Hostile(string scheme, bool isUpgraded)
        {
            Random random = new Random(7);
            for (int round = 0; round < 40; round++)
            {
                byte[] garbage = new byte[random.Next(1, 3000)];
                random.NextBytes(garbage);
                if (scheme == "darkrift" && round % 2 == 0) garbage[0] = 1;
                using (BadServer server = new BadServer(stream => stream.Write(garbage, 0, garbage.Length), isUpgraded))
                {
                    string why;
                    IPacketLink link = PacketLinks.Choose(server.Address(scheme), null, null, out why);
                    LinkRun.Until(link, () => link.State == LinkState.Ended);
                    bool isTold = link.Reason.Length > 0 && !link.Reason.Contains("internal error");
                    Suite.Require(isTold, "round " + round + ": " + link.Reason);
                }
            }
        }

        static void Fragments()
        {
            // A reliable packet of three bytes in three frames, with a ping and an unknown message in between.
            byte[] frames = { 0x02, 2, 0, 7, 0x89, 1, 5, 0x00, 1, 8, 0x80, 1, 9, 0x82, 2, 200, 1, 0x82, 2, 1, 6 };
            using (BadServer server = new BadServer(stream =>
            {
                stream.Write(frames, 0, frames.Length);
                Thread.Sleep(Timeout.Infinite);
            }, true))
            {
                string why, got = "";
                IPacketLink link = PacketLinks.Choose(server.Address("ws"), null, null, out why);
                link.Open();
                Suite.Until("both packets", () => got.Length >= 8, () =>
                {
                    ArraySegment<byte> packet;
                    bool isReliable;
                    while (link.TryReceive(out packet, out isReliable))
                    {
                        got += isReliable ? "!" : "?";
                        for (int at = 0; at < packet.Count; at++) got += packet.Array[packet.Offset + at] + " ";
                    }
                });
                Suite.AreEqual("!7 8 9 ?6 ", got, "packets");
                link.Close();
            }
        }

        sealed class NoPlayers : ISidecarPlayers
        {
            public void SendToPlayer(ulong player, bool isReliable, ArraySegment<byte> packet)
            {
                throw new TestFailure("a packet from a server that does not know the secret");
            }

            public void Kick(ulong player, string reason)
            {
            }
        }

        static void HostileToSidecar()
        {
            Random random = new Random(8);
            for (int round = 0; round < 40; round++)
            {
                byte[] garbage = new byte[random.Next(1, 3000)];
                random.NextBytes(garbage);
                // Frames of all kinds with what looks like a length.
                garbage[0] = 0;
                if (garbage.Length > 2) garbage[2] = (byte)(round % 24);
                using (BadServer server = new BadServer(stream => stream.Write(garbage, 0, garbage.Length), false))
                {
                    SidecarSettings settings = new SidecarSettings(server.HostAndPort, "", "secret", "");
                    using (SidecarLink link = new SidecarLink(settings, new NoPlayers()))
                    {
                        link.Joined(1, "");
                        double seconds = 0;
                        string before = link.Problem;
                        Suite.Until("the end of it", () => link.Problem != before, () => link.Poll(seconds += 0.01));
                        Suite.Require(!link.IsUp && link.Problem.Length > 0, "round " + round + ": up, or no reason");
                    }
                }
            }
        }
    }

    /// <summary>
    /// Does something with each connection, and closes it; with an upgrade to a WebSocket and "admitted" before.
    /// </summary>
    internal sealed class BadServer : IDisposable
    {
        readonly TcpListener listener = new TcpListener(IPAddress.Loopback, 0);

        internal BadServer(Action<Stream> behave, bool isUpgraded)
        {
            listener.Start();
            new Thread(() => Accept(behave, isUpgraded)) { IsBackground = true }.Start();
        }

        internal string HostAndPort
        {
            get { return "127.0.0.1:" + ((IPEndPoint)listener.LocalEndpoint).Port; }
        }

        internal string Address(string scheme)
        {
            return scheme + "://" + HostAndPort + "/main";
        }

        public void Dispose()
        {
            listener.Stop();
        }

        void Accept(Action<Stream> behave, bool isUpgraded)
        {
            try
            {
                using (TcpClient client = listener.AcceptTcpClient())
                {
                    Stream stream = client.GetStream();
                    if (isUpgraded) Upgrade(stream);
                    behave(stream);
                }
            }
            catch (Exception cause)
            {
                bool isEnd = cause is IOException || cause is SocketException || cause is ObjectDisposedException
                    || cause is InvalidOperationException;
                if (!isEnd) throw;
            }
        }

        static void Upgrade(Stream stream)
        {
            const string suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", mark = "Sec-WebSocket-Key: ";
            StringBuilder request = new StringBuilder();
            while (!request.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                request.Append((char)stream.ReadByte());
            }
            string text = request.ToString();
            int begin = text.IndexOf(mark, StringComparison.Ordinal) + mark.Length;
            string key = text.Substring(begin, text.IndexOf('\r', begin) - begin);
            string accept;
            using (SHA1 hash = SHA1.Create())
            {
                accept = Convert.ToBase64String(hash.ComputeHash(Encoding.ASCII.GetBytes(key + suffix)));
            }
            byte[] answer = Encoding.ASCII.GetBytes(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: " + accept + "\r\n\r\n");
            byte[] admitted = { 0x82, 1, 2 };
            stream.Write(answer, 0, answer.Length);
            stream.Write(admitted, 0, admitted.Length);
        }
    }
}
