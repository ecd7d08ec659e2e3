using System;
using Consonance.Tests;
using UnityEngine;

namespace Consonance.Unity.Tests
{
    /// <summary>Which session a player with the original joins, what it shows, and how its life goes.</summary>
    internal static class SessionTests
    {
        internal static void Add(Suite suite, ServerProcess server, string program)
        {
            suite.Add("a_password_admits_a_player_of_the_original", () => Locked(server, server.AddressOf("locked")));
            if (server.HasTls)
            {
                suite.Add("a_password_admits_it_over_a_websocket_too", () => Locked(server, server.LockedWebSocket));
            }
            suite.Add("a_wrong_password_is_refused_with_the_servers_reason", () => WrongPassword(server));
            suite.Add("a_server_that_wants_tokens_admits_the_original_with_one", () => Token(program));
            suite.Add("a_token_that_comes_late_is_waited_for", () => LateToken(server));
            suite.Add("the_session_follows_what_the_games_network_calls_its_room", () => Follow(server));
            suite.Add("a_player_leaves_when_disabled_and_is_back_when_enabled", () => Disable(server));
            suite.Add("a_scene_change_and_a_domain_reload_leave_no_player_behind", () => Reload(server));
        }

        static void Locked(ServerProcess server, string address)
        {
            using (Game game = new Game())
            {
                VoiceChatSettings settings = Actor.InLobby(server.AddressOf("locked"), "Bob");
                settings.Password = ServerProcess.Password;
                Actor bob = new Actor(settings);
                game.Loop.Play(() => game.Make("Alice", address).Password = ServerProcess.Password);
                game.Until("they know each other", () =>
                {
                    bob.Frame();
                    return bob.Chat.FindPlayer("Alice") != null && game.Talker("Alice").Players.Contains("Bob");
                });
                bob.Dispose();
                Game.RequireNoErrors();
            }
        }

        static void WrongPassword(ServerProcess server)
        {
            using (Game game = new Game())
            {
                ConsonanceCommsNetwork network = null;
                game.Loop.Play(() => (network = game.Make("Alice", server.AddressOf("locked"))).Password = "wrong");
                game.Until("a reason", () => network.LastProblem.Length > 0);
                Suite.Require(network.LastProblem.Contains("password"), network.LastProblem);
                Suite.AreEqual(0, game.Talker("Alice").Players.Count, "players");
                Suite.Require(Game.Warnings("password") == 1, "warnings: " + Game.Warnings("password"));
                network.Password = ServerProcess.Password;
                game.Until("admitted after all", () => game.Talker("Alice").Players.Contains("Alice"));
            }
        }

        static void Token(string program)
        {
            using (ServerProcess server = new ServerProcess(program, true))
            using (Game game = new Game())
            {
                VoiceChatSettings settings = Actor.InLobby(server.Address, "Bob");
                settings.JoinToken = server.TokenFor("Bob");
                using (Actor bob = new Actor(settings))
                {
                    ConsonanceCommsNetwork network = null;
                    game.Loop.Play(() =>
                    {
                        network = game.Make("Alice", server.Address);
                        network.JoinToken = server.TokenFor("Alice");
                        game.Make("Mallory", server.AnyWebSocket);
                        game.Make("Eve", server.TcpUdp).JoinToken = server.TokenFor("Alice");
                    });
                    game.Until("Alice is in", () =>
                    {
                        bob.Frame();
                        return bob.Chat.FindPlayer("Alice") != null && game.Talker("Alice").Players.Contains("Bob");
                    });
                    game.For(1);
                    bob.Frame();
                    Suite.AreEqual(1, bob.Chat.Players.Count, "players besides Bob");
                    Suite.AreEqual("", network.LastProblem, "problem");
                }
            }
        }

        sealed class LateTokens : JoinTokenSource
        {
            internal string Token;
            internal string Asked = "";

            public override string TokenFor(string session)
            {
                Asked = session;
                return Token;
            }
        }

        static void LateToken(ServerProcess server)
        {
            using (Game game = new Game())
            {
                LateTokens tokens = null;
                ConsonanceCommsNetwork network = null;
                game.Loop.Play(() =>
                {
                    network = game.Make("Alice", server.Address);
                    network.Password = ServerProcess.Password;
                    tokens = network.gameObject.AddComponent<LateTokens>();
                    network.Connect("locked");
                });
                game.For(1);
                Suite.AreEqual("locked", tokens.Asked, "session");
                Suite.AreEqual(0, game.Talker("Alice").Players.Count, "players without a token");
                tokens.Token = "";
                game.Until("admitted", () => game.Talker("Alice").Players.Contains("Alice"));
                Game.RequireNoErrors();
            }
        }

        static void Follow(ServerProcess server)
        {
            using (Game game = new Game())
            {
                Actor bob = game.Player("Bob", server.Address), carol = game.Player("Carol", server.AddressOf("arena"));
                SessionName.Set("");
                ConsonanceCommsNetwork network = game.Network("Alice", server.AddressOf("unused"));
                SessionName.Set("");
                game.For(0.5);
                Suite.Require(network.Session == null && network.TransportName == "", "joined without a room");
                SessionName.Set("main");
                game.Until("in main", () => bob.Chat.FindPlayer("Alice") != null);
                SessionName.Set("arena");
                game.Until("in the arena",
                    () => bob.Chat.FindPlayer("Alice") == null && carol.Chat.FindPlayer("Alice") != null);
                Suite.AreEqual("arena", network.Session, "session");
                SessionName.Set("");
                game.Until("in none", () => carol.Chat.FindPlayer("Alice") == null);
                Game.RequireNoErrors();
            }
        }

        static void Disable(ServerProcess server)
        {
            using (Game game = new Game())
            {
                Actor bob = game.Player("Bob", server.Address);
                ConsonanceCommsNetwork network = game.Network("Alice", server.Address);
                for (int round = 0; round < 3; round++)
                {
                    game.Until("Alice is here", () => bob.Chat.FindPlayer("Alice") != null);
                    network.enabled = false;
                    game.Until("Alice has left", () => bob.Chat.FindPlayer("Alice") == null);
                    network.enabled = true;
                }
                game.Converse("Alice", bob, "Bob");
                Game.RequireNoErrors();
            }
        }

        static void Reload(ServerProcess server)
        {
            using (Game game = new Game())
            {
                Actor bob = game.Player("Bob", server.Address);
                game.Network("Alice", server.AnyWebSocket);
                game.Until("Alice is here", () => bob.Chat.FindPlayer("Alice") != null);
                game.Loop.LoadScene("Next", () => game.Make("Anna", server.TcpUdp));
                game.Until("Anna in place of Alice",
                    () => bob.Chat.FindPlayer("Alice") == null && bob.Chat.FindPlayer("Anna") != null);
                SessionName.Set("arena");
                game.Loop.ReloadDomain(() => game.Make("Agnes", server.Address));
                game.Until("Agnes in place of Anna",
                    () => bob.Chat.FindPlayer("Anna") == null && bob.Chat.FindPlayer("Agnes") != null);
                game.Converse("Agnes", bob, "Bob");
                Game.RequireNoErrors();
            }
        }
    }
}
