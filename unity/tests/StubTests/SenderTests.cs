using System;
using System.Collections.Generic;
using Dissonance;
using Dissonance.Audio.Codecs;
using Dissonance.Networking;
using Dissonance.Networking.Client;

namespace StubTests
{
    /// <summary>Channel operations and frames against the packets that the original sent.</summary>
    internal static class SenderTests
    {
        internal static void AddTo(List<Test> tests)
        {
            tests.Add(new Test("golden_vectors_voice_is_sent_as_by_the_original", () =>
            {
                foreach (var script in Vectors.Load("voice_sender"))
                    new Sender(script).Run();
            }));
            tests.Add(new Test("one_update_sends_rooms_then_texts_then_voice", StagesInOrder));
        }

        private static void StagesInOrder()
        {
            var codec = new CodecSettings(Codec.Opus, 960, 48000);
            var network = new ListNetwork("Alice", codec);
            var client = new ListClient(network, new List<Sent>(), 1);
            StubClock.Seconds = () => 0;
            client.Connect();
            client.Inbox.Enqueue(new Sent { Bytes = PacketWriter.HandshakeResponse(1, new HandshakeResponse()) });
            client.Inbox.Enqueue(new Sent { Bytes = PacketWriter.ClientState(1, "Bob", 1, codec, new[] { "room" }) });
            client.Update();
            client.Outbox.Clear();
            network.StubVoice.OpenRoomChannel("room");
            network.StubVoice.SendFrame(new byte[1]);
            network.StubVoice.SendTextToPlayer("Bob", "hello");
            network.StubVoice.JoinRoom("other");
            client.Update();
            StubClock.Reset();
            var types = client.Outbox.ConvertAll(each => ((MessageType)each.Bytes[2]).ToString());
            Check.Equal("DeltaChannelState ServerRelayReliable ServerRelayUnreliable",
                string.Join(" ", types.ToArray()), "order");
        }

        private sealed class Sender
        {
            private readonly Json _script;
            private readonly ListClient _client;
            private readonly StubVoice _voice;
            private readonly uint _session;
            private readonly Dictionary<string, int> _players = new Dictionary<string, int>();
            private readonly Dictionary<int, StubChannel> _channels = new Dictionary<int, StubChannel>();
            private CodecSettings _codec = new CodecSettings(Codec.Opus, 960, 48000);

            internal Sender(Json script)
            {
                _script = script;
                var init = script["entries"].List[0];
                _session = init["session"].UInt;
                var network = new ListNetwork("the sender", _codec);
                StubClock.Seconds = () => 0;
                _voice = network.StubVoice;
                _client = new ListClient(network, new List<Sent>(), 1);
                _client.Connect();
                var me = (ushort)init["local_id"].Int;
                Receive(PacketWriter.HandshakeResponse(_session, new HandshakeResponse { Id = me }));
                Receive(PacketWriter.ClientState(_session, "the sender", me, _codec, new string[0]));
                _client.Outbox.Clear();
            }

            internal void Run()
            {
                var entries = _script["entries"].List;
                for (var i = 1; i < entries.Count; i++)
                    Step(entries[i], _script["name"].Text + ", operation " + i);
                StubClock.Reset();
            }

            private void Step(Json entry, string what)
            {
                switch (entry["op"].Text)
                {
                    case "player_joined":
                        _players[entry["name"].Text] = entry["id"].Int;
                        Receive(PacketWriter.ClientState(_session, entry["name"].Text, (ushort)entry["id"].Int, _codec,
                            entry["rooms"].List.ConvertAll(EventLog.Text)));
                        break;
                    case "player_left":
                        Receive(PacketWriter.RemoveClient(_session, (ushort)_players[entry["name"].Text]));
                        break;
                    case "open_room":
                        _channels[entry["handle"].Int] = _voice.OpenRoomChannel(entry["target"].Text,
                            entry["positional"].Bool, Priority(entry), (float)entry["amplitude"].Number);
                        break;
                    case "open_player":
                        _channels[entry["handle"].Int] = _voice.OpenPlayerChannel(entry["target"].Text,
                            entry["positional"].Bool, Priority(entry), (float)entry["amplitude"].Number);
                        break;
                    case "set":
                        var channel = _channels[entry["handle"].Int];
                        channel.Positional = entry["positional"].Bool;
                        channel.Priority = Priority(entry);
                        channel.Amplitude = (float)entry["amplitude"].Number;
                        break;
                    case "close":
                        _channels[entry["handle"].Int].Close();
                        break;
                    case "set_default_priority":
                        _voice.Priority = Priority(entry);
                        break;
                    case "send":
                        Send(entry, what);
                        break;
                    default:
                        throw new CheckFailed("unknown operation " + entry["op"].Text);
                }
            }

            private void Send(Json entry, string what)
            {
                _voice.SendFrame(entry["payload"].Bytes);
                _client.Update();
                var expected = entry["sent"].List.ConvertAll(each => "to " + string.Join(",",
                    each["dests"].List.ConvertAll(id => id.Int.ToString()).ToArray()) + ": " + each["hex"].Text);
                Check.Equal(expected, _client.Outbox.ConvertAll(Describe), what);
                _client.Outbox.Clear();
            }

            private static string Describe(Sent sent)
            {
                var reader = new PacketReader(new ArraySegment<byte>(sent.Bytes));
                reader.Magic();
                Check.That(reader.Type() == MessageType.ServerRelayUnreliable && !sent.Reliable, "an unreliable relay");
                reader.Session();
                var ids = new List<int>();
                var inner = Sent.Copy(reader.Relay(ids));
                return "to " + string.Join(",", ids.ConvertAll(id => id.ToString()).ToArray()) + ": " +
                    Json.Hex(inner);
            }

            private void Receive(byte[] packet)
            {
                _client.Inbox.Enqueue(new Sent { Bytes = packet });
                Check.That(_client.Update() == ClientStatus.StubOk, "the client goes on");
            }

            private static ChannelPriority Priority(Json entry)
            {
                return (ChannelPriority)Enum.Parse(typeof(ChannelPriority), entry["priority"].Text);
            }
        }
    }
}
