using System;
using System.Diagnostics;
using Consonance.Links;
using Consonance.Tests;

namespace Consonance.Unity.Tests
{
    /// <summary>A player with the original reaches the server over every link.</summary>
    internal static class LinkTests
    {
        // A server notices after some ten seconds that a client has gone without a goodbye.
        const int GoodbyeMsMax = 5000;

        internal static void Add(Suite suite, ServerProcess server)
        {
            suite.Add("the_original_talks_with_ours_over_quic", () => Talk(server, server.Address, "QUIC"));
            suite.Add("the_original_talks_with_ours_over_a_websocket",
                () => Talk(server, server.WebSocket, "WebSocket"));
            suite.Add("the_original_talks_with_ours_over_tcp_and_udp",
                () => Talk(server, server.TcpUdp, "TCP and UDP"));
            suite.Add("a_link_to_an_unknown_session_ends_with_the_servers_reason",
                () => Fails(server.WebSocket.Replace("/main", "/nowhere"), "unknown"));
            suite.Add("a_link_to_nothing_ends_with_a_reason", () => Fails("ws://127.0.0.1:1/main", "refused"));
            suite.Add("a_closed_link_leaves_no_player_behind", () => Leave(server));
            if (server.HasTls) AddTls(suite, server);
            else Console.WriteLine("skipped: TLS, which this runtime does not have");
        }

        static void AddTls(Suite suite, ServerProcess server)
        {
            suite.Add("the_original_talks_with_ours_over_a_websocket_with_tls",
                () => Talk(server, server.WebSocketTls, "WebSocket with TLS"));
            suite.Add("another_certificate_than_that_of_the_address_is_refused", () => WrongCertificate(server));
            suite.Add("an_unknown_authority_is_refused_where_the_address_has_no_fingerprint",
                () => Fails(server.WebSocketTls.Substring(0, server.WebSocketTls.IndexOf('#')), ""));
        }

        static void Talk(ServerProcess server, string address, string transport)
        {
            using (Game game = new Game())
            {
                Actor bob = game.Player("Bob", server.Address);
                ConsonanceCommsNetwork network = game.Network("Alice", address);
                game.Converse("Alice", bob, "Bob");
                Suite.AreEqual(transport, network.TransportName, "transport");
                Suite.Require(network.TransportReason.Length > 0, "no reason");
                bob.Chat.Room("lobby").SendText("hello");
                game.Until("a text", () => game.Talker("Alice").Texts.Contains("Bob: hello"));
                game.Talker("Alice").Voice.SendTextToPlayer("Bob", "hi");
                game.Until("its answer", () => bob.Events.Contains("Alice to : hi"));
                Game.RequireNoErrors();
            }
        }

        static void WrongCertificate(ServerProcess server)
        {
            string wrong = new string('0', 64);
            Fails(server.WebSocketTls.Replace(server.Fingerprint, wrong), "");
        }

        static void Fails(string address, string part)
        {
            string why;
            IPacketLink link = PacketLinks.Choose(address, null, null, out why);
            LinkRun.Until(link, () => link.State == LinkState.Ended);
            bool isTold = link.Reason.Length > 0 && link.Reason.ToLowerInvariant().Contains(part);
            Suite.Require(isTold, "reason: " + link.Reason);
        }

        static void Leave(ServerProcess server)
        {
            foreach (string address in new[] { server.Address, server.WebSocket, server.AnyWebSocket, server.TcpUdp })
            {
                using (Game game = new Game())
                {
                    Actor bob = game.Player("Bob", server.Address);
                    ConsonanceCommsNetwork network = game.Network("Alice", address);
                    game.Until("Alice is here", () => bob.Chat.FindPlayer("Alice") != null);
                    network.Disconnect();
                    Stopwatch watch = Stopwatch.StartNew();
                    game.Until("Alice has left", () => bob.Chat.FindPlayer("Alice") == null);
                    Suite.Require(watch.ElapsedMilliseconds < GoodbyeMsMax, address + ": no goodbye");
                    Suite.AreEqual("", network.TransportName, "transport");
                    network.Connect();
                    game.Until("Alice is back", () => bob.Chat.FindPlayer("Alice") != null);
                }
            }
        }
    }
}
