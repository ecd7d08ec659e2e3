using System;
using System.Collections.Generic;
using Dissonance;
using Dissonance.Networking;

namespace StubTests
{
    /// <summary>Gives a server what it received in a trace, and compares packets, events and its table.</summary>
    internal sealed class ServerReplay
    {
        private readonly string _name;
        private readonly List<Json> _entries;
        private readonly Dictionary<int, Json> _packets;
        private readonly List<Sent> _outbox = new List<Sent>();
        private readonly List<string> _events = new List<string>();
        private readonly List<string> _expectedEvents = new List<string>();
        private readonly PacketLists _expected = new PacketLists();
        private ListServer _server;

        internal ServerReplay(Json trace)
        {
            _name = trace["name"].Text;
            _entries = trace["entries"].List;
            _packets = TraceTests.Packets(_entries);
        }

        internal void Run()
        {
            foreach (var entry in _entries)
                Step(entry);
            Check.Equal(_expectedEvents, _events, _name + ", server events");
            var actual = new PacketLists();
            foreach (var sent in _outbox)
                TraceTests.Add(actual, TraceTests.Way(0, sent.To, sent.Reliable), TraceTests.Comparable(sent.Bytes));
            TraceTests.Compare(_expected, actual, _name);
        }

        private void Step(Json entry)
        {
            switch (entry["k"].Text)
            {
                case "server_start":
                    _server = new ListServer(_outbox, entry["session"].UInt);
                    _server.StubChanged += Log;
                    break;
                case "rx":
                    if (entry["d"].Text == "c2s")
                        Receive(_packets[entry["n"].Int]);
                    break;
                case "disconnect":
                    _server.PeerGone(entry["peer"].Int);
                    break;
                case "act":
                    if (entry["who"].Text == "server")
                        Act(entry);
                    break;
                case "tx":
                    if (entry["d"].Text == "s2c" && !entry["raw"].Bool)
                        TraceTests.Add(_expected, TraceTests.Way(0, entry["peer"].Int, entry["rel"].Bool),
                            TraceTests.Comparable(entry["hex"].Bytes));
                    break;
                case "sev":
                    _expectedEvents.Add(Expected(entry));
                    break;
                case "final":
                    Final(entry);
                    break;
            }
        }

        private void Receive(Json packet)
        {
            var bytes = new ArraySegment<byte>(packet["hex"].Bytes);
            try
            {
                _server.NetworkReceivedPacket(new Peer(packet["peer"].Int), bytes);
            }
            catch (StubPacketException)
            {
                Check.That(_entries.Exists(each => each["k"].Text == "server_error"), _name + ": the server failed");
                // As the component does with a server that failed.
                _server.Disconnect();
            }
        }

        private void Act(Json entry)
        {
            var client = _server.StubClients.Find(each => each.PlayerName == entry["name"].Text);
            switch (entry["op"].Text)
            {
                case "disconnect":
                    _server.Disconnect();
                    break;
                case "admin_remove_from_room":
                    _server.StubRemoveFromRoom(client, entry["room"].Text);
                    break;
                case "admin_reset":
                    _server.StubReset(client);
                    break;
                case "replaced_by_new_server_with_other_session":
                    break;
                default:
                    throw new CheckFailed("unknown act " + entry["op"].Text);
            }
        }

        private void Final(Json entry)
        {
            var expected = entry["server_clients"].List.ConvertAll(each => Line(each["peer"].Int, each["id"].Int,
                each["name"].Text, each["rooms"].List.ConvertAll(EventLog.Text)));
            var actual = _server.StubClients.ConvertAll(each => Line(each.Connection.Number, each.PlayerId,
                each.PlayerName, each.Rooms));
            expected.Sort(StringComparer.Ordinal);
            actual.Sort(StringComparer.Ordinal);
            Check.Equal(expected, actual, _name + ", table at the end");
        }

        private void Log(string what, ClientInfo<Peer> client, string room)
        {
            if (what == "joined")
                _events.Add(what + " " + client.PlayerId + " " + client.PlayerName + " " + client.Connection.Number +
                    " " + EventLog.Codec(client.CodecSettings));
            else
                _events.Add(what + " " + client.PlayerId + " " + client.PlayerName + " " + (room ?? ""));
        }

        private static string Expected(Json each)
        {
            var client = " " + each["id"].Int + " " + each["name"].Text + " ";
            switch (each["ev"].Text)
            {
                case "client_joined":
                    return "joined" + client + each["peer"].Int + " " + EventLog.Codec(EventLog.CodecOf(each));
                case "client_left":
                    return "left" + client;
                case "entered_room":
                    return "entered" + client + each["room"].Text;
                case "exited_room":
                    return "exited" + client + each["room"].Text;
                default:
                    throw new CheckFailed("unknown event " + each["ev"].Text);
            }
        }

        private static string Line(int peer, int id, string name, IEnumerable<string> rooms)
        {
            var sorted = new List<string>(rooms);
            sorted.Sort(StringComparer.Ordinal);
            return peer + " " + id + " " + name + " [" + string.Join(",", sorted.ToArray()) + "]";
        }
    }
}
