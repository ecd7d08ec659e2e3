using System;
using System.Collections.Generic;
using ConsonanceStubs;
using Dissonance;
using Dissonance.Audio.Codecs;
using Dissonance.Editor;
using Dissonance.Networking;
using UnityEngine;

namespace StubTests
{
    /// <summary>Components with a client and a server each, on a network in memory.</summary>
    internal static class TalkTests
    {
        internal static void AddTo(List<Test> tests)
        {
            tests.Add(new Test("players_of_a_host_and_of_a_client_hear_each_other", Talk));
            tests.Add(new Test("a_late_listener_hears_from_then_on", LateListener));
            tests.Add(new Test("texts_reach_rooms_and_players", Texts));
            tests.Add(new Test("a_player_whose_link_breaks_leaves", LinkBreaks));
            tests.Add(new Test("a_failed_client_comes_back_with_its_rooms_and_channels", ComesBack));
            tests.Add(new Test("clients_back_off_while_they_fail", BacksOff));
            tests.Add(new Test("a_server_that_fails_starts_again_with_another_session", ServerRestarts));
            tests.Add(new Test("a_network_that_keeps_a_packet_keeps_garbage", Poison));
            tests.Add(new Test("stopping_is_applied_at_the_next_update", StopsLater));
            tests.Add(new Test("the_base_inspector_shows_mode_and_status", Inspector));
        }

        private static void Talk()
        {
            using (var game = new Game())
            {
                game.Host("Alice");
                game.Join("Bob");
                game.Frames(10);
                Check.Equal(StubConnectionStatus.Connected.ToString(), game["Alice"].StubStatus.ToString(), "host");
                Check.Equal(StubConnectionStatus.Connected.ToString(), game["Bob"].StubStatus.ToString(), "client");
                var heard = game.Listen("Bob", "room");
                var echoed = game.Listen("Alice", "room");
                game.Frames(3);
                game["Alice"].StubVoice.OpenRoomChannel("room");
                game["Bob"].StubVoice.OpenPlayerChannel("Alice");
                for (byte i = 0; i < 3; i++)
                {
                    game["Alice"].StubVoice.SendFrame(new byte[] { 1, i });
                    game["Bob"].StubVoice.SendFrame(new byte[] { 2, i });
                    game.Frames(1);
                }
                game.Frames(3);
                Check.Equal("Alice 0 0100,Alice 1 0101,Alice 2 0102", Lines(heard), "heard by Bob");
                Check.Equal("Bob 0 0200,Bob 1 0201,Bob 2 0202", Lines(echoed), "heard by Alice");
            }
        }

        private static void LateListener()
        {
            using (var game = new Game())
            {
                game.Host("Alice");
                game.Join("Bob");
                game.Frames(10);
                var heard = game.Listen("Bob", "elsewhere");
                game["Alice"].StubVoice.OpenRoomChannel("room");
                game["Alice"].StubVoice.SendFrame(new byte[] { 0 });
                game.Frames(3);
                game["Bob"].StubVoice.JoinRoom("room");
                game.Frames(3);
                game["Alice"].StubVoice.SendFrame(new byte[] { 1 });
                game.Frames(3);
                game["Bob"].StubVoice.LeaveRoom("room");
                game.Frames(3);
                game["Alice"].StubVoice.SendFrame(new byte[] { 2 });
                game.Frames(3);
                Check.Equal("Alice 0 01", Lines(heard), "heard by Bob");
            }
        }

        private static void Texts()
        {
            using (var game = new Game())
            {
                game.Host("Alice");
                game.Join("Bob");
                game["Bob"].StubVoice.JoinRoom("room");
                game.Frames(10);
                var texts = new List<string>();
                game["Bob"].StubVoice.TextReceived += text => texts.Add(text.Player + " to " + text.Recipient + ": " +
                    text.Message);
                game["Alice"].StubVoice.SendTextToRoom("room", "to all");
                game["Alice"].StubVoice.SendTextToPlayer("Bob", "to you");
                game["Alice"].StubVoice.SendTextToRoom("empty", "to none");
                game.Frames(3);
                Check.Equal("Alice to room: to all,Alice to Bob: to you", Lines(texts), "texts");
            }
        }

        private static void LinkBreaks()
        {
            using (var game = new Game())
            {
                game.Host("Alice");
                game.Join("Bob");
                game.Frames(10);
                var left = new List<string>();
                game["Alice"].StubVoice.PlayerLeft += left.Add;
                game["Bob"].Stop();
                game.Frames(3);
                Check.Equal("Bob", Lines(left), "left");
                Check.Equal(StubConnectionStatus.Disconnected.ToString(), game["Bob"].StubStatus.ToString(), "client");
            }
        }

        private static void ComesBack()
        {
            using (var game = new Game())
            {
                game.Host("Alice");
                game.Join("Bob");
                game.Frames(10);
                var heard = game.Listen("Bob", "room");
                var echoed = game.Listen("Alice", "room");
                game["Alice"].StubVoice.OpenPlayerChannel("Bob");
                game["Bob"].StubVoice.OpenRoomChannel("room");
                game.Frames(3);
                game["Bob"].FailClient();
                game.Frames(200);
                Check.Equal(2, game["Bob"].StubClientStarts, "starts");
                game["Alice"].StubVoice.SendFrame(new byte[] { 5 });
                game["Bob"].StubVoice.SendFrame(new byte[] { 6 });
                game.Frames(3);
                Check.Equal("Alice 0 05", Lines(heard), "heard by the client that came back");
                Check.Equal("Bob 0 06", Lines(echoed), "heard of the client that came back");
                Check.That(game["Bob"].StubVoice.Rooms.Contains("room"), "listens as before");
            }
        }

        private static void BacksOff()
        {
            using (var game = new Game())
            {
                game.Join("Bob");
                game["Bob"].FailsAlways = true;
                game.Seconds(3.5);
                var early = game["Bob"].StubClientStarts;
                game.Seconds(30);
                var late = game["Bob"].StubClientStarts - early;
                Check.That(early >= 4 && early <= 5, "starts in the first seconds: " + early);
                Check.That(late >= 10 && late <= 12, "starts in thirty more seconds: " + late);
            }
        }

        private static void ServerRestarts()
        {
            using (var game = new Game())
            {
                game.Host("Alice");
                game.Frames(10);
                var before = game["Alice"].Session;
                game["Alice"].FailServer();
                game.Frames(2);
                Check.Equal(2, game["Alice"].StubServerStarts, "starts");
                Check.That(game["Alice"].Session != before, "another session");
            }
        }

        private static void Poison()
        {
            var network = new ListNetwork("Alice", new CodecSettings(Codec.Opus, 960, 48000));
            var client = new ListClient(network, new List<Sent>(), 1);
            StubClock.Seconds = () => 0;
            client.Connect();
            client.Update();
            StubClock.Reset();
            var kept = client.LastSegment;
            Check.That(kept.Count > 0 && kept.Offset > 0, "the segment does not begin at 0");
            Check.Equal(0xDD, kept.Array[kept.Offset], "a kept packet");
        }

        private static void StopsLater()
        {
            using (var game = new Game())
            {
                game.Host("Alice");
                game.Frames(10);
                game["Alice"].Stop();
                Check.That(game["Alice"].Mode == NetworkMode.Host, "not yet");
                game.Frames(1);
                Check.That(game["Alice"].Mode == NetworkMode.None, "now");
            }
        }

        private static void Inspector()
        {
            using (var game = new Game())
            {
                game.Host("Alice");
                game.Frames(10);
                GuiRecord.Clear();
                UnityEditor.Editor.CreateEditor(game["Alice"], typeof(MemoryNetworkEditor)).OnInspectorGUI();
                Check.That(GuiRecord.Contains("Mode: Host"), "the mode");
                Check.That(GuiRecord.Contains("Connection Status: Connected"), "the status");
            }
        }

        private static string Lines(List<string> lines)
        {
            return string.Join(",", lines.ToArray());
        }

        [UnityEditor.CustomEditor(typeof(MemoryNetwork))]
        private sealed class MemoryNetworkEditor : BaseDissonnanceCommsNetworkEditor<MemoryNetwork, MemoryServer,
            MemoryClient, Peer, Unit, Unit>
        {
        }
    }
}
