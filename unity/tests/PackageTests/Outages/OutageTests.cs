using System;
using Consonance.Tests;
using ConsonanceStubs;

namespace Consonance.Unity.Tests
{
    /// <summary>What players with the original do and log while they have no voice server, or are refused.</summary>
    internal static class OutageTests
    {
        internal static void Add(Suite suite, ServerProcess server)
        {
            suite.Add("all_come_back_after_the_server_was_gone", () => ServerLoss(server));
            suite.Add("an_outage_is_one_line_in_the_log_and_its_end_another_over_quic",
                () => Outage(server, () => server.Address));
            suite.Add("an_outage_is_one_line_in_the_log_and_its_end_another_over_a_websocket",
                () => Outage(server, () => server.WebSocket));
            suite.Add("an_outage_is_one_line_in_the_log_and_its_end_another_over_tcp_and_udp",
                () => Outage(server, () => server.TcpUdp));
            suite.Add("a_server_that_is_not_there_yet_is_one_line_in_the_log", () => StartsLater(server));
            suite.Add("a_refusal_is_one_line_in_the_log_however_often_it_comes", () => RefusedOften(server));
        }

        static void ServerLoss(ServerProcess server)
        {
            using (Game game = new Game())
            {
                Actor bob = game.Player("Bob", server.Address);
                game.Loop.Play(() =>
                {
                    game.Make("Alice", server.Address);
                    game.Make("Carla", server.AnyWebSocket);
                    game.Make("Dora", server.TcpUdp);
                });
                string[] names = { "Alice", "Carla", "Dora" };
                foreach (string name in names) game.Until(name, () => bob.Chat.FindPlayer(name) != null);
                server.WhileGone(() =>
                {
                    foreach (string name in names) game.Until(name + " is alone", () => game.Talker(name).IsAlone);
                });
                foreach (string name in names)
                {
                    game.Until(name + " is back",
                        () => bob.Chat.FindPlayer(name) != null && game.Talker(name).Players.Count == 4);
                    game.Converse(name, bob, "Bob");
                }
            }
        }

        /// <summary>Longer than the pauses between ten attempts that the original would log one by one.</summary>
        const double ManyAttemptsSeconds = 8;

        static void Outage(ServerProcess server, Func<string> address)
        {
            using (Game game = new Game())
            {
                Actor bob = game.Player("Bob", server.Address);
                game.Network("Alice", address());
                game.Converse("Alice", bob, "Bob");
                for (int round = 1; round <= 2; round++)
                {
                    server.WhileGone(() =>
                    {
                        game.Until("Alice is alone", () => game.Talker("Alice").IsAlone);
                        game.For(ManyAttemptsSeconds);
                        AreLines(round, round - 1);
                    });
                    game.Until("Alice is back", () => game.Talker("Alice").Players.Contains("Bob"));
                    AreLines(round, round);
                }
                game.Converse("Alice", bob, "Bob");
            }
        }

        static void StartsLater(ServerProcess server)
        {
            using (Game game = new Game())
            {
                ConsonanceCommsNetwork network = null;
                server.WhileGone(() =>
                {
                    network = game.Network("Alice", server.WebSocket);
                    game.Until("a problem", () => network.LastProblem.Length > 0);
                    game.For(ManyAttemptsSeconds);
                    AreLines(1, 0);
                });
                game.Until("Alice is in", () => game.Talker("Alice").Players.Contains("Alice"));
                AreLines(1, 1);
                Game.RequireNoErrors();
            }
        }

        static void RefusedOften(ServerProcess server)
        {
            using (Game game = new Game())
            {
                ConsonanceCommsNetwork network = null;
                game.Loop.Play(() => (network = game.Make("Alice", server.AddressOf("locked"))).Password = "wrong");
                game.For(ManyAttemptsSeconds);
                Suite.AreEqual(1, Game.Warnings("does not let this player join"), "warnings");
                Suite.AreEqual(0, Game.Warnings("no link"), "warnings of an outage");
                network.Password = ServerProcess.Password;
                game.Until("admitted after all", () => game.Talker("Alice").Players.Contains("Alice"));
                Suite.AreEqual(1, Game.Warnings("does not let this player join"), "warnings at the end");
                Game.RequireNoErrors();
            }
        }

        /// <summary>How many lines tell of an outage, and how many of its end.</summary>
        static void AreLines(int outages, int ends)
        {
            Suite.AreEqual(outages, LogRecord.Errors.Length + LogRecord.Warnings.Length, "lines about outages");
            Suite.AreEqual(ends, Game.Lines("the voice server is back"), "lines about their ends");
        }
    }
}
