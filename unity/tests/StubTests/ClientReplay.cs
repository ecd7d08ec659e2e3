using System;
using System.Collections.Generic;
using Dissonance;
using Dissonance.Audio.Codecs;
using Dissonance.Networking;
using Dissonance.Networking.Client;

namespace StubTests
{
    /// <summary>
    /// Gives each client of a trace what it received, and compares its packets and its events. Acts fall into one
    /// update, at the first entry that is no act; so does a run of packets for one client.
    /// </summary>
    internal sealed class ClientReplay
    {
        private readonly string _name;
        private readonly List<Json> _entries;
        private readonly Dictionary<int, Json> _packets;
        private readonly List<Sent> _outbox = new List<Sent>();
        private readonly Dictionary<int, Actor> _byPeer = new Dictionary<int, Actor>();
        private readonly Dictionary<string, Actor> _byName = new Dictionary<string, Actor>();
        private readonly PacketLists _expected = new PacketLists();
        private readonly PacketLists _actual = new PacketLists();
        private Actor _receiving;
        private double _now;

        internal ClientReplay(Json trace)
        {
            _name = trace["name"].Text;
            _entries = trace["entries"].List;
            _packets = TraceTests.Packets(_entries);
            StubClock.Seconds = () => _now;
        }

        internal void Run()
        {
            foreach (var entry in _entries)
                Step(entry);
            EndUpdates();
            foreach (var sent in _outbox)
                TraceTests.Add(_actual, TraceTests.Way(sent.From, sent.To, sent.Reliable),
                    TraceTests.Comparable(sent.Bytes));
            TraceTests.Compare(_expected, _actual, _name);
        }

        private void Step(Json entry)
        {
            var kind = entry["k"].Text;
            Actor receiver = null;
            var isPacket = kind == "rx" && entry["d"].Text != "c2s" &&
                _byPeer.TryGetValue(entry["peer"].Int, out receiver);
            var isJoined = kind == "ev" && entry["ev"].Text == "joined";
            if (kind != "act" && !isJoined && (!isPacket || receiver != _receiving))
                EndUpdates();
            if (kind == "act" && _receiving != null)
                EndUpdates();
            if (isPacket)
                Receive(receiver, entry);
            else if (kind == "act" && entry["who"].Text == "clock")
                Sleep(entry["ms"].Number);
            else if (kind == "act" && entry["who"].Text != "server")
                Act(entry);
            else if (kind == "tx")
                ExpectPacket(entry);
            else if (kind == "ev")
                ExpectEvent(entry);
        }

        private void EndUpdates()
        {
            foreach (var actor in _byPeer.Values)
                if (actor.IsDue)
                    actor.Update();
            _receiving = null;
        }

        private void Receive(Actor receiver, Json entry)
        {
            _receiving = receiver;
            var packet = _packets[entry["n"].Int];
            var from = packet["from"].IsNull ? 0 : packet["from"].Int;
            receiver.Receive(new Sent { From = from, Bytes = packet["hex"].Bytes });
        }

        /// <summary>The clock moves, then everyone updates.</summary>
        private void Sleep(double milliseconds)
        {
            EndUpdates();
            _now += milliseconds / 1000;
            foreach (var actor in _byPeer.Values)
                actor.Update();
        }

        private void Act(Json entry)
        {
            var who = entry["who"].Text;
            if (entry["op"].Text != "client_start")
            {
                _byName[who].Act(entry, _outbox);
                return;
            }
            var waitsForConnect = _entries.Exists(each => each["op"].Text == "connect" && each["who"].Text == who);
            var actor = new Actor(entry, _outbox, line => TraceTests.Add(_actual, "events of " + who, line),
                line => TraceTests.Add(_actual, "introductions of " + who, line));
            if (!waitsForConnect)
                actor.Connect();
            _byName[who] = actor;
            _byPeer[entry["peer"].Int] = actor;
        }

        private void ExpectPacket(Json entry)
        {
            var direction = entry["d"].Text;
            // The last two packets between players of this trace are the script's own, and lack the mark.
            var isScripted = entry["raw"].Bool || _name == "handshake_p2p" && IsOfScript(entry);
            if (direction == "s2c" || isScripted)
                return;
            var from = direction == "c2s" ? entry["peer"].Int : entry["from"].Int;
            if (!_byPeer.ContainsKey(from))
                return;
            var to = direction == "c2s" ? 0 : entry["peer"].Int;
            TraceTests.Add(_expected, TraceTests.Way(from, to, entry["rel"].Bool),
                TraceTests.Comparable(entry["hex"].Bytes));
        }

        private bool IsOfScript(Json entry)
        {
            var between = _entries.FindAll(each => each["k"].Text == "tx" && each["d"].Text == "c2c");
            return between.IndexOf(entry) >= between.Count - 2;
        }

        private void ExpectEvent(Json entry)
        {
            var who = entry["who"].Text;
            if (entry["ev"].Text == "handshake_p2p")
                TraceTests.Add(_expected, "introductions of " + who, entry["id"].Int + " from " + entry["from"].Int);
            else if (entry["ev"].Text == "joined")
                TraceTests.Add(_expected, "introductions of " + who,
                    "joined " + entry["session"].UInt + " as " + entry["id"].Int);
            else
                TraceTests.Add(_expected, "events of " + who, EventLog.Expected(entry, null));
        }
    }

    /// <summary>One client of a trace.</summary>
    internal sealed class Actor
    {
        private readonly ListNetwork _network;
        private readonly ListClient _client;
        private readonly bool _isEventDriven;
        private readonly Action<string> _apart;
        private bool _isStopped;

        internal Actor(Json start, List<Sent> outbox, Action<string> log, Action<string> apart)
        {
            _network = new ListNetwork(start["name"].IsNull ? start["who"].Text : start["name"].Text,
                EventLog.CodecOf(start));
            _client = new ListClient(_network, outbox, start["peer"].Int);
            _isEventDriven = start["event_driven"].Bool;
            _apart = apart;
            foreach (var room in start["rooms"].List)
                _network.StubVoice.JoinRoom(room.Text);
            var lines = new List<string>();
            EventLog.Attach(_network.StubVoice, lines);
            _network.StubVoice.Joined += (session, id) => apart("joined " + session + " as " + id);
            Log = log;
            Lines = lines;
        }

        /// <summary>Something happened since the last update.</summary>
        internal bool IsDue { get; private set; }

        private Action<string> Log { get; set; }
        private List<string> Lines { get; set; }

        internal void Connect()
        {
            _client.Connect();
            IsDue = true;
        }

        internal void Receive(Sent packet)
        {
            IsDue = true;
            if (!_isEventDriven)
                _client.Inbox.Enqueue(packet);
            else if (!_isStopped)
                _client.Deliver(packet);
        }

        internal void Update()
        {
            IsDue = false;
            if (!_isStopped && _client.Update() == ClientStatus.StubError)
                Stop();
            Drain();
        }

        internal void Act(Json entry, List<Sent> outbox)
        {
            IsDue = true;
            var voice = _network.StubVoice;
            switch (entry["op"].Text)
            {
                case "connect":
                    _client.Connect();
                    break;
                case "client_disconnect":
                    Stop();
                    break;
                case "rooms_join":
                    voice.JoinRoom(entry["room"].Text);
                    break;
                case "rooms_leave":
                    voice.LeaveRoom(entry["room"].Text);
                    break;
                case "open_room_channel":
                    voice.OpenRoomChannel(entry["room"].Text, entry["positional"].Bool, Priority(entry),
                        (float)entry["amplitude"].Number);
                    break;
                case "open_player_channel":
                    voice.OpenPlayerChannel(entry["player"].Text, entry["positional"].Bool, Priority(entry),
                        (float)entry["amplitude"].Number);
                    break;
                case "close_room_channel":
                    Find(true, entry["room"].Text).Close();
                    break;
                case "close_player_channel":
                    Find(false, entry["player"].Text).Close();
                    break;
                case "set_room_channel":
                    var channel = Find(true, entry["room"].Text);
                    channel.Positional = entry["positional"].Bool;
                    channel.Priority = Priority(entry);
                    channel.Amplitude = (float)entry["volume"].Number;
                    break;
                case "refresh_room_channels":
                    Refresh();
                    break;
                case "send_voice":
                    voice.SendFrame(entry["payload"].Bytes);
                    break;
                case "send_text":
                    if (entry["type"].Text == "Room")
                        voice.SendTextToRoom(entry["recipient"].Text, entry["text"].Text);
                    else
                        voice.SendTextToPlayer(entry["recipient"].Text, entry["text"].Text);
                    break;
                case "p2p_handshake_to":
                    _client.Introduce(entry["peer"].Int);
                    break;
                default:
                    throw new CheckFailed("unknown act " + entry["op"].Text);
            }
        }

        private void Stop()
        {
            _client.Disconnect();
            _isStopped = true;
            Drain();
        }

        private void Drain()
        {
            foreach (var line in Lines)
                Log(line);
            Lines.Clear();
            foreach (var line in _client.Introductions)
                _apart(line);
            _client.Introductions.Clear();
        }

        /// <summary>Closes and opens again every open room channel.</summary>
        private void Refresh()
        {
            foreach (var channel in new List<StubChannel>(_network.StubVoice.Channels))
            {
                if (!channel.IsRoom)
                    continue;
                channel.Close();
                _network.StubVoice.OpenRoomChannel(channel.Target, channel.Positional, channel.Priority,
                    channel.Amplitude);
            }
        }

        private StubChannel Find(bool isRoom, string target)
        {
            foreach (var channel in _network.StubVoice.Channels)
                if (channel.IsRoom == isRoom && channel.Target == target)
                    return channel;
            throw new CheckFailed("no open channel to " + target);
        }

        private static ChannelPriority Priority(Json entry)
        {
            return (ChannelPriority)Enum.Parse(typeof(ChannelPriority), entry["priority"].Text);
        }
    }
}
