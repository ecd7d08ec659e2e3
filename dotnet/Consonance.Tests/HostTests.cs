using System;
using System.Collections.Generic;

namespace Consonance.Tests
{
    /// <summary>Servers in the game's process.</summary>
    static class HostTests
    {
        public static void Add(Suite suite)
        {
            suite.Add("a_host_serves_players_over_quic", Quic);
            suite.Add("packets_travel_over_a_network_of_the_games_own", OwnNetwork);
            suite.Add("a_chat_whose_host_ends_tries_to_come_back", Loss);
        }

        static void Quic()
        {
            using (VoiceHost host = VoiceHost.Start(new VoiceHostSettings { Listen = "127.0.0.1:0", Password = "sesame" }))
            {
                VoiceChatSettings settings = Actor.InLobby(host.Address, "Alice");
                settings.Password = "sesame";
                using (Actor alice = new Actor(settings))
                using (Actor mallory = new Actor(host.Address, "Mallory"))
                {
                    Action frame = TalkTests.Together(alice, mallory);
                    Suite.Until("Alice is in", () => alice.Chat.Connection == ConnectionState.Connected, frame);
                    Suite.Until("Mallory is not", () => mallory.Chat.Connection == ConnectionState.Ended, frame);
                }
            }
        }

        static void Loss()
        {
            VoiceHost host = VoiceHost.Start(new VoiceHostSettings { Listen = "127.0.0.1:0" });
            using (Actor alice = new Actor(host.Address, "Alice"))
            {
                Suite.Until("joined", () => alice.Events.Contains("joined"), alice.Frame);
                host.Dispose();
                Suite.Until("lost", () => alice.Events.Contains("lost"), alice.Frame);
                Suite.AreEqual(ConnectionState.Connecting, alice.Chat.Connection, "connection");
            }
        }

        /// <summary>Two players whose packets go through lists in memory.</summary>
        static void OwnNetwork()
        {
            VoiceHostSettings hosting = new VoiceHostSettings { ReliableBytes = 1024, UnreliableBytes = 1024 };
            using (VoiceHost host = VoiceHost.Start(hosting))
            using (Actor alice = new Actor(Hosted("Alice")))
            using (Actor bob = new Actor(Hosted("Bob")))
            {
                Actor[] actors = { alice, bob };
                Suite.AreEqual("", host.Address, "address");
                alice.ToneHz = 440;
                Suite.Until("Bob hears Alice", () => bob.HeardLeft > 0.1, () =>
                {
                    for (int peer = 0; peer < actors.Length; peer++) FromChat(host, actors[peer].Chat, (ulong)peer);
                    FromHost(host, actors);
                    foreach (Actor actor in actors) actor.Frame();
                });
            }
        }

        static VoiceChatSettings Hosted(string name)
        {
            VoiceChatSettings settings = Actor.InLobby(null, name);
            settings.IsHosted = true;
            return settings;
        }

        static void FromChat(VoiceHost host, VoiceChat chat, ulong peer)
        {
            VoicePacket packet;
            while (chat.TryTakePacket(out packet))
            {
                switch (packet.Action)
                {
                    case PacketAction.Connect:
                        host.PeerJoined(peer);
                        chat.SetLinkUp(true);
                        break;
                    case PacketAction.Send: host.Receive(peer, packet.Bytes, packet.IsReliable); break;
                    default: host.PeerLeft(peer); break;
                }
            }
        }

        static void FromHost(VoiceHost host, IList<Actor> actors)
        {
            VoicePacket packet;
            while (host.TryTakePacket(out packet))
            {
                Suite.AreEqual(PacketAction.Send, packet.Action, "action");
                actors[(int)packet.Peer].Chat.Receive(packet.Bytes, packet.IsReliable);
            }
        }
    }
}
