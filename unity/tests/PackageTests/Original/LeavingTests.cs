using System;
using Consonance.Tests;
using UnityEngine;

namespace Consonance.Unity.Tests
{
    /// <summary>
    /// Stock servers learn in three ways that a player left: from the network's event, by looking at the connections of
    /// those that <c>AddClient</c> told them of, or never. With each, players leave and come back.
    /// </summary>
    internal static class LeavingTests
    {
        internal static void Add(Suite suite, ServerProcess server)
        {
            suite.Add("a_player_of_a_notified_stock_server_comes_back_under_its_name",
                () => Return<NotifiedNetwork>(server));
            suite.Add("the_host_of_a_notified_stock_server_talks_with_all", () => HostTalks<NotifiedNetwork>(server));
            suite.Add("a_player_of_a_polling_stock_server_comes_back_under_its_name",
                () => Return<PollingNetwork>(server));
            suite.Add("the_host_of_a_polling_stock_server_talks_with_all", () => HostTalks<PollingNetwork>(server));
            suite.Add("a_player_of_an_uninformed_stock_server_comes_back_under_its_name",
                () => Return<UninformedNetwork>(server));
            suite.Add("the_host_of_an_uninformed_stock_server_talks_with_all",
                () => HostTalks<UninformedNetwork>(server));
            suite.Add("a_leaver_of_a_notified_stock_server_leaves_the_session", () => Leave<NotifiedNetwork>(server));
            suite.Add("a_leaver_of_a_polling_stock_server_leaves_the_session", () => Leave<PollingNetwork>(server));
            suite.Add("a_player_that_cannot_be_sent_to_leaves_the_session", () => CannotBeSentTo(server));
            suite.Add("a_stock_server_is_told_of_each_player_once_each_time_that_it_comes", () => ToldOnce(server));
            suite.Add("a_player_that_is_here_keeps_its_name_from_another_one", () => KeepsName(server));
        }

        static void Return<TNetwork>(ServerProcess server) where TNetwork : MonoBehaviour, IStockNetwork
        {
            using (Game game = StockGame.Start<TNetwork>(server.Sidecar, ServerProcess.SidecarSecret, false))
            {
                Actor bob = game.Player("Bob", server.Address);
                game.Converse("Guest", bob, "Bob");
                Talker guest = game.Talker("Guest");
                for (int round = 1; round <= 2; round++)
                {
                    guest.Network.enabled = false;
                    guest.Players.Clear();
                    game.For(1);
                    guest.Network.enabled = true;
                    game.Until("Guest is back", () => guest.Players.Contains("Bob") && guest.Players.Contains("Host"));
                    game.Converse("Guest", bob, "Bob");
                    StockGame.Among(game, "Host", "Guest");
                    bool isSeen = typeof(TNetwork) != typeof(UninformedNetwork);
                    Suite.AreEqual(isSeen ? 0 : round, Game.Warnings("was not seen to leave"), "warnings");
                }
                Game.RequireNoErrors();
            }
        }

        static void HostTalks<TNetwork>(ServerProcess server) where TNetwork : MonoBehaviour, IStockNetwork
        {
            using (Game game = StockGame.Start<TNetwork>(server.Sidecar, ServerProcess.SidecarSecret, false))
            {
                Actor bob = game.Player("Bob", server.Address);
                game.Converse("Host", bob, "Bob");
                StockGame.Among(game, "Host", "Guest");
                StockGame.Among(game, "Host", "Other");
                Suite.Require(StockHub.Host.StockServer.IsHandedOver, "not handed over");
                Game.RequireNoErrors();
            }
        }

        static void Leave<TNetwork>(ServerProcess server) where TNetwork : MonoBehaviour, IStockNetwork
        {
            using (Game game = StockGame.Start<TNetwork>(server.Sidecar, ServerProcess.SidecarSecret, false))
            {
                Actor bob = game.Player("Bob", server.Address);
                foreach (string name in new[] { "Guest", "Other" })
                {
                    game.Until(name + " is here", () => bob.Chat.FindPlayer(name) != null);
                    game.Talker(name).Network.enabled = false;
                    game.Until(name + " has left", () => bob.Chat.FindPlayer(name) == null);
                }
                Suite.Require(bob.Chat.FindPlayer("Host") != null, "the host has left");
                Game.RequireNoErrors();
            }
        }

        /// <summary>Of a stock server that is told of no leavers, where sending to one throws.</summary>
        static void CannotBeSentTo(ServerProcess server)
        {
            using (Game game = StockGame.Start<UninformedNetwork>(server.Sidecar, ServerProcess.SidecarSecret, false))
            {
                Actor bob = game.Player("Bob", server.Address);
                game.Until("both are here",
                    () => bob.Chat.FindPlayer("Guest") != null && bob.Chat.FindPlayer("Other") != null);
                StockHub.ThrowsForLeavers = true;
                game.Talker("Guest").Network.enabled = false;
                game.Converse("Other", bob, "Bob");
                game.Until("Guest has left", () => bob.Chat.FindPlayer("Guest") == null);
                StockGame.Among(game, "Host", "Other");
                Suite.AreEqual(1, Game.Warnings("counts as gone"), "warnings");
                Game.RequireNoErrors();
            }
        }

        static void ToldOnce(ServerProcess server)
        {
            using (Game game = StockGame.Start<PollingNetwork>(server.Sidecar, ServerProcess.SidecarSecret, false))
            {
                Actor bob = game.Player("Bob", server.Address);
                foreach (string name in new[] { "Host", "Guest", "Other" }) game.Converse(name, bob, "Bob");
                game.Talker("Guest").Network.enabled = false;
                game.Until("Guest has left", () => bob.Chat.FindPlayer("Guest") == null);
                game.Talker("Guest").Network.enabled = true;
                game.Until("Guest is back", () => bob.Chat.FindPlayer("Guest") != null);
                // The host's own client is the first to ask; the guests' requests come in the order of their updates.
                string[] added = StockHub.Host.StockServer.Added.ToArray();
                Array.Sort(added, StringComparer.Ordinal);
                const string codec = " Opus 1920 48000";
                Suite.AreEqual("Guest" + codec + ", Guest" + codec + ", Host" + codec + ", Other" + codec,
                    string.Join(", ", added), "players");
            }
        }

        /// <summary>Nobody takes a name over from a player that still answers, whether it speaks or not.</summary>
        static void KeepsName(ServerProcess server)
        {
            using (Game game = StockGame.Start<NotifiedNetwork>(server.Sidecar, ServerProcess.SidecarSecret, false))
            {
                Actor bob = game.Player("Bob", server.Address);
                game.Converse("Guest", bob, "Bob");
                Talker holder = game.Talker("Guest");
                StockGame.Add<NotifiedNetwork>(game, "Guest");
                Talker newcomer = game.Talker("Guest");
                Suite.Require(newcomer != holder, "one player");
                game.Until("it is told", () => Game.Warnings("the name of another one that is here") == 1);
                game.For(6);
                Suite.AreEqual(1, Game.Warnings("the name of another one that is here"), "warnings");
                Suite.AreEqual(0, newcomer.Players.Count, "players that the newcomer knows");
                Suite.Require(holder.Players.Contains("Bob"), "the holder has left");
                holder.Network.enabled = false;
                game.Until("the newcomer is in", () => newcomer.Players.Contains("Bob"));
                game.Converse("Guest", bob, "Bob");
                Suite.AreEqual(0, Game.Warnings("was not seen to leave"), "warnings of leavers");
                Game.RequireNoErrors();
            }
        }
    }
}
