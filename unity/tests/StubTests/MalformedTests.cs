using System;
using System.Collections.Generic;
using Dissonance;
using Dissonance.Audio.Codecs;
using Dissonance.Networking;

namespace StubTests
{
    /// <summary>Damaged packets against what the original's server and client made of them.</summary>
    internal static class MalformedTests
    {
        private const uint Session = 0x12345678;
        private static readonly CodecSettings Opus = new CodecSettings(Codec.Opus, 960, 48000);

        internal static void AddTo(List<Test> tests)
        {
            tests.Add(new Test("golden_vectors_a_server_takes_damaged_packets_as_the_original", () =>
            {
                foreach (var each in Vectors.Load("malformed"))
                    RunServer(each);
            }));
            tests.Add(new Test("golden_vectors_a_client_takes_damaged_packets_as_the_original", () =>
            {
                StubClock.Seconds = () => 0;
                foreach (var each in Vectors.Load("malformed"))
                    RunClient(each);
                StubClock.Reset();
            }));
        }

        private static void RunServer(Json entry)
        {
            var what = entry["what"].Text + " " + entry["hex"].Text;
            var outbox = new List<Sent>();
            var server = new ListServer(outbox, Session);
            Join(server, 1, "A", 0, "g");
            Join(server, 2, "B", 1, "g", "h");
            Join(server, 3, "C", 2);
            outbox.Clear();
            var thrown = false;
            try
            {
                server.NetworkReceivedPacket(new Peer(2), new ArraySegment<byte>(entry["hex"].Bytes));
            }
            catch (StubPacketException)
            {
                thrown = true;
            }
            Check.That(thrown == entry["server"].Has("throws"), what + ": throws is " + thrown);
            var expected = entry["server"]["sent"].List.ConvertAll(each =>
                Line(each["peer"].Int, each["rel"].Bool, each["hex"].Text));
            Check.Equal(expected, outbox.ConvertAll(each => Line(each.To, each.Reliable, Json.Hex(each.Bytes))), what);
        }

        private static void RunClient(Json entry)
        {
            var what = entry["what"].Text + " " + entry["hex"].Text;
            var network = new ListNetwork("A", Opus);
            network.StubVoice.JoinRoom("g");
            var client = new ListClient(network, new List<Sent>(), 1);
            client.Connect();
            Give(client, PacketWriter.HandshakeResponse(Session, new HandshakeResponse { Id = 0 }));
            Give(client, PacketWriter.ClientState(Session, "A", 0, Opus, new[] { "g" }));
            Give(client, PacketWriter.ClientState(Session, "B", 1, Opus, new[] { "g", "h" }));
            Give(client, PacketWriter.ClientState(Session, "C", 2, Opus, new string[0]));
            client.Update();
            client.Outbox.Clear();
            var log = new List<string>();
            EventLog.Attach(network.StubVoice, log);
            Give(client, entry["hex"].Bytes);
            client.Update();
            var expected = entry["client"];
            var thrown = client.Thrown != null;
            Check.That(thrown == expected.Has("throws"), what + ": throws is " + thrown);
            if (thrown)
                return;
            Check.Equal(expected["events"].List.ConvertAll(each => EventLog.Expected(each, null))
                .FindAll(line => line != null), log, what);
            var p2p = expected.Has("p2p_id") ? expected["p2p_id"].Int + " from 0" : "";
            Check.Equal(p2p, string.Join(",", client.Introductions.ToArray()), what);
            var sent = expected["sent"].List.ConvertAll(each => Line(0, each["rel"].Bool, each["hex"].Text));
            var toServer = client.Outbox.FindAll(each => each.To == 0 && !IsAnswer(each));
            Check.Equal(sent, toServer.ConvertAll(each => Line(0, each.Reliable, Json.Hex(each.Bytes))), what);
        }

        private static bool IsAnswer(Sent sent)
        {
            return sent.Bytes[2] == (byte)MessageType.HandshakeP2P;
        }

        private static void Join(ListServer server, int peer, string name, ushort id, params string[] rooms)
        {
            Give(server, peer, PacketWriter.HandshakeRequest(Opus, name));
            Give(server, peer, PacketWriter.ClientState(Session, name, id, Opus, rooms));
        }

        private static void Give(ListServer server, int peer, byte[] packet)
        {
            server.NetworkReceivedPacket(new Peer(peer), new ArraySegment<byte>(packet));
        }

        private static void Give(ListClient client, byte[] packet)
        {
            client.Inbox.Enqueue(new Sent { Bytes = packet });
        }

        private static string Line(int peer, bool reliable, string hex)
        {
            return peer + (reliable ? " reliable " : " unreliable ") + hex;
        }
    }
}
