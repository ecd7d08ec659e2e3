using System;
using Consonance.Links;
using Consonance.Tests;
using UnityEngine;

namespace Consonance.Unity.Tests
{
    /// <summary>A stock network whose server hands voice to a voice server.</summary>
    internal static class SidecarTests
    {
        internal static void Add(Suite suite, ServerProcess server)
        {
            suite.Add("a_stock_host_and_its_guest_talk_with_ours_by_one_changed_word", () => Talk(server, false));
            suite.Add("so_do_the_guests_of_a_stock_dedicated_server", () => Talk(server, true));
            suite.Add("without_settings_the_stock_server_does_what_it_did", () => Stock(server));
            suite.Add("without_the_voice_server_the_stock_one_goes_on_and_hands_over_when_it_is_back",
                () => LossAndReturn(server));
            suite.Add("a_short_loss_of_the_voice_server_needs_no_stock_server", () => ShortLoss(server));
            suite.Add("a_wrong_secret_is_told_once_and_the_stock_server_goes_on", () => WrongSecret(server));
            suite.Add("a_player_that_the_voice_server_refuses_is_told_to_the_game", () => Refused(server));
            suite.Add("the_environment_configures_a_dedicated_server", Configured);
            suite.Add("the_proofs_of_a_sidecar_are_those_of_its_document", Proofs);
        }

        /// <summary>The examples of docs/networks/sidecar.md.</summary>
        static void Proofs()
        {
            SidecarSettings settings =
                new SidecarSettings("localhost:1", "match-17", "correct horse battery staple", "eu-3");
            SidecarProof proof = new SidecarProof(settings.Secret);
            byte[] hello = proof.NewHello(settings, Hex("000102030405060708090a0b0c0d0e0f"));
            Suite.AreEqual(
                "4356534c01000102030405060708090a0b0c0d0e0f086d617463682d31370465752d33", Text(hello), "hello");
            byte[] challenge = Hex("01101112131415161718191a1b1c1d1e1f");
            const string answer = "d30a5e1f6fb5637b843704a6684cc6a51d039a636f028d88bf880870520b4392";
            Suite.AreEqual(answer, Text(proof.Answer(challenge, 0, challenge.Length)), "proof");
            byte[] welcome = Hex("5741ef90d7bb0c6b7182e7609554022909656edee57e7d73df84e2cda289e71a");
            Suite.Require(proof.IsOfServer(welcome, 0), "the server's proof is refused");
            welcome[31] ^= 1;
            Suite.Require(!proof.IsOfServer(welcome, 0), "another proof is taken");
        }

        static byte[] Hex(string text)
        {
            byte[] bytes = new byte[text.Length / 2];
            for (int index = 0; index < bytes.Length; index++)
            {
                bytes[index] = Convert.ToByte(text.Substring(2 * index, 2), 16);
            }
            return bytes;
        }

        static string Text(byte[] bytes)
        {
            return BitConverter.ToString(bytes).Replace("-", "").ToLowerInvariant();
        }

        static void Talk(ServerProcess server, bool isDedicated)
        {
            using (Game game = Start(server.Sidecar, ServerProcess.SidecarSecret, isDedicated))
            {
                Actor bob = game.Player("Bob", server.Address);
                string[] names = isDedicated ? new[] { "Guest", "Other" } : new[] { "Host", "Guest", "Other" };
                foreach (string name in names) game.Converse(name, bob, "Bob");
                StockGame.Among(game, "Guest", "Other");
                Suite.Require(StockHub.Host.StockServer.IsHandedOver, "not handed over");
                game.Talker("Other").Network.enabled = false;
                game.Until("Other has left", () => bob.Chat.FindPlayer("Other") == null);
                Game.RequireNoErrors();
            }
        }

        static void Stock(ServerProcess server)
        {
            using (Game game = Start(null, null, false))
            {
                Learn(game, server);
                StockGame.Among(game, "Host", "Guest");
                Suite.Require(!StockHub.Host.StockServer.IsHandedOver, "handed over to nothing");
                Suite.AreEqual("", StockHub.Host.StockServer.HandOverProblem, "problem");
                Suite.AreEqual(0, ConsonanceStubs.LogRecord.Warnings.Length, "warnings");
            }
        }

        static void LossAndReturn(ServerProcess server)
        {
            using (Game game = Start(server.Sidecar, ServerProcess.SidecarSecret, false))
            {
                Actor bob = game.Player("Bob", server.Address);
                game.Converse("Guest", bob, "Bob");
                game.Talker("Host").Learn(game.Talker("Guest"));
                server.WhileGone(() =>
                {
                    game.Until("the stock server has all of the game", () => AreAlone(game, "Host", "Guest", "Other"));
                    StockGame.Among(game, "Host", "Guest");
                    Suite.AreEqual(1, Game.Warnings("no voice server"), "warnings");
                });
                game.Until("all are together again", () => game.Talker("Other").Players.Contains("Bob"));
                foreach (string name in new[] { "Host", "Guest", "Other" }) game.Converse(name, bob, "Bob");
                StockGame.Among(game, "Host", "Guest");
                Suite.AreEqual(1, Game.Warnings("no voice server"), "warnings");
            }
        }

        static void ShortLoss(ServerProcess server)
        {
            using (Game game = Start(server.Sidecar, ServerProcess.SidecarSecret, false))
            {
                Actor bob = game.Player("Bob", server.Address);
                game.Converse("Guest", bob, "Bob");
                server.WhileGone(() => { });
                game.Until("handed over", () => StockHub.Host.StockServer.IsHandedOver);
                game.Until("Bob is alone", () => bob.Chat.FindPlayer("Guest") == null || bob.Events.Contains("lost"));
                game.Converse("Guest", bob, "Bob");
                game.Converse("Host", bob, "Bob");
                Suite.AreEqual(0, Game.Warnings("no voice server"), "warnings");
            }
        }

        static void WrongSecret(ServerProcess server)
        {
            using (Game game = Start(server.Sidecar, "not the secret of sixteen bytes", false))
            {
                Learn(game, server);
                StockGame.Among(game, "Host", "Guest");
                Suite.AreEqual(1, Game.Warnings("no voice server"), "warnings");
                Suite.Require(StockHub.Host.StockServer.HandOverProblem.Length > 0, "no problem");
            }
        }

        /// <summary>The session has a password, which players of a sidecar cannot show.</summary>
        static void Refused(ServerProcess server)
        {
            using (Game game = Start(server.Sidecar, ServerProcess.SidecarSecret, false, "locked"))
            {
                game.Until("all are refused",
                    () => StockHub.Host.StockServer != null && StockHub.Host.StockServer.Refused >= 3);
                Suite.Require(StockHub.Host.StockServer.IsHandedOver, "not handed over");
                Suite.AreEqual(3, Game.Warnings("refuses a player"), "warnings");
                Suite.Require(game.Talker("Guest").IsAlone, "in a session");
            }
        }

        static void Configured()
        {
            ConsonanceSidecar.Configure(null, null, null);
            Suite.Require(ConsonanceSidecar.Settings == null, "configured by nothing");
            Environment.SetEnvironmentVariable("CONSONANCE_SIDECAR_ADDRESS", "voice.example.org:7790");
            Environment.SetEnvironmentVariable("CONSONANCE_SIDECAR_SESSION", "match-1");
            Environment.SetEnvironmentVariable("CONSONANCE_SIDECAR_SECRET", "secret");
            try
            {
                SidecarSettings settings = ConsonanceSidecar.Settings;
                Suite.AreEqual("voice.example.org", settings.Host, "host");
                Suite.AreEqual(7790, settings.Port, "port");
                Suite.AreEqual("match-1", settings.Session, "session");
                Suite.AreEqual("secret", settings.Secret, "secret");
            }
            finally
            {
                Environment.SetEnvironmentVariable("CONSONANCE_SIDECAR_ADDRESS", null);
            }
        }

        static Game Start(string sidecar, string secret, bool isDedicated, string session = "main")
        {
            return StockGame.Start<NotifiedNetwork>(sidecar, secret, isDedicated, session);
        }

        /// <summary>Frames to speak with, of a player in another session.</summary>
        static void Learn(Game game, ServerProcess server)
        {
            ConsonanceCommsNetwork network = game.Make("Teacher", server.AddressOf("arena"));
            Actor carol = game.Player("Carol", server.AddressOf("arena"));
            game.Converse("Teacher", carol, "Carol");
            network.Disconnect();
            game.Talker("Host").Learn(game.Talker("Teacher"));
            game.Talker("Guest").Learn(game.Talker("Teacher"));
        }

        static bool AreAlone(Game game, params string[] names)
        {
            foreach (string name in names)
            {
                Talker talker = game.Talker(name);
                if (talker.Players.Count != names.Length || talker.Players.Contains("Bob")) return false;
            }
            return true;
        }
    }
}
