using System;
using System.Collections.Generic;

namespace Dissonance.Networking
{
    /// <summary>What a client knows: players, rooms, speakers. Events wait until <see cref="Dispatch"/>.</summary>
    internal sealed class ClientSession<TPeer> where TPeer : struct, IEquatable<TPeer>
    {
        private readonly StubVoice _voice;
        private readonly string _ownName;
        private readonly List<Action> _events = new List<Action>();
        private readonly Dictionary<int, RoomListeners> _rooms = new Dictionary<int, RoomListeners>();
        private readonly Dictionary<int, Speaker> _speakers = new Dictionary<int, Speaker>();

        internal ClientSession(StubVoice voice, string ownName)
        {
            _voice = voice;
            _ownName = ownName;
            Players = new List<ClientInfo<TPeer?>>();
        }

        /// <summary>In the order in which they were met.</summary>
        internal List<ClientInfo<TPeer?>> Players { get; private set; }

        internal int LocalId { get; set; }

        internal event Action<ClientInfo<TPeer?>> Added;
        internal event Action<ClientInfo<TPeer?>> Removed;

        internal ClientInfo<TPeer?> Find(int id)
        {
            return Players.Find(each => each.PlayerId == id);
        }

        internal ClientInfo<TPeer?> Find(string name)
        {
            return Players.Find(each => each.PlayerName == name);
        }

        internal IEnumerable<int> ListenersOf(ushort room)
        {
            RoomListeners found;
            return _rooms.TryGetValue(room, out found) ? found.Ids : new SortedSet<int>();
        }

        /// <summary>Nothing when the room's id belongs to another name.</summary>
        internal IEnumerable<int> ListenersOf(string room)
        {
            RoomListeners found;
            var isKnown = _rooms.TryGetValue(Wire.RoomId(room), out found) && found.Name == room;
            return isKnown ? found.Ids : new SortedSet<int>();
        }

        /// <summary>Checks a HandshakeResponse before anything of it is applied.</summary>
        internal static void Check(HandshakeResponse response)
        {
            var ids = new HashSet<int>();
            foreach (var client in response.Clients)
                if (client.Name == null || !ids.Add(client.Id))
                    throw new StubPacketException("a HandshakeResponse lists a client twice, or without a name");
            foreach (var channel in response.Channels)
                RoomName(response, channel.Room);
        }

        internal void Load(HandshakeResponse response)
        {
            foreach (var player in Players.ToArray())
                if (!response.Clients.Exists(each => each.Id == player.PlayerId && each.Name == player.PlayerName))
                    Remove(player);
            _rooms.Clear();
            foreach (var client in response.Clients)
                if (Find(client.Id) == null)
                    Add(client);
            foreach (var channel in response.Channels)
                foreach (var peer in channel.Peers)
                {
                    var player = Find(peer);
                    if (player != null)
                        Enter(player, RoomName(response, channel.Room));
                }
        }

        internal void Apply(ClientState state)
        {
            var player = Find(state.Client.Id) ?? Add(state.Client);
            for (var i = player.Rooms.Count - 1; i >= 0; i--)
                Exit(player, player.Rooms[i]);
            foreach (var room in state.Rooms)
                Enter(player, room);
        }

        internal void ApplyDelta(bool joined, int id, string room)
        {
            var player = Find(id);
            if (player == null)
                return;
            if (joined)
                Enter(player, room);
            else
                Exit(player, room);
        }

        internal void Remove(ClientInfo<TPeer?> player)
        {
            for (var i = player.Rooms.Count - 1; i >= 0; i--)
                Exit(player, player.Rooms[i]);
            Speaker speaker;
            if (_speakers.TryGetValue(player.PlayerId, out speaker))
                speaker.Close(new SpeakerEvents(this, player, null, null));
            _speakers.Remove(player.PlayerId);
            Players.RemoveAll(each => ReferenceEquals(each, player));
            player.IsConnected = false;
            if (player.PlayerName != _ownName)
                _events.Add(() => _voice.RaisePlayerLeft(player.PlayerName));
            if (Removed != null)
                Removed(player);
        }

        /// <summary>The client ends: everything that it told is taken back.</summary>
        internal void Stop()
        {
            foreach (var player in Players)
            {
                Speaker speaker;
                if (_speakers.TryGetValue(player.PlayerId, out speaker))
                    speaker.Close(new SpeakerEvents(this, player, null, null));
            }
            foreach (var player in Players.ToArray())
                Remove(player);
            _rooms.Clear();
        }

        /// <summary>Nothing when <paramref name="voice"/> is null: the speaker is unknown.</summary>
        internal void ReceiveVoice(VoiceData voice, double now)
        {
            if (voice == null)
                return;
            var player = Find(voice.Sender);
            Speaker speaker;
            if (!_speakers.TryGetValue(voice.Sender, out speaker))
                _speakers[voice.Sender] = speaker = new Speaker();
            var kept = voice.Channels.FindAll(IsForMe);
            speaker.Receive(now, voice, kept, new SpeakerEvents(this, player, voice, kept));
        }

        internal void ReceiveText(TextData text)
        {
            var sender = Find(text.Sender);
            var recipient = text.RecipientType == 0
                ? _voice.RoomOf(text.Recipient)
                : Find(text.Recipient) == null ? null : Find(text.Recipient).PlayerName;
            if (sender == null || recipient == null)
                return;
            var received = new StubReceivedText
            {
                Player = sender.PlayerName,
                IsRoom = text.RecipientType == 0,
                Recipient = recipient,
                Message = text.Text
            };
            _events.Add(() => _voice.RaiseText(received));
        }

        internal void CheckTimeouts(double now)
        {
            foreach (var player in Players)
            {
                Speaker speaker;
                if (_speakers.TryGetValue(player.PlayerId, out speaker))
                    speaker.CheckTimeout(now, new SpeakerEvents(this, player, null, null));
            }
        }

        internal void Dispatch()
        {
            var due = _events.ToArray();
            _events.Clear();
            foreach (var each in due)
                each();
        }

        private ClientInfo<TPeer?> Add(WireClient client)
        {
            var player = new ClientInfo<TPeer?>(client.Name, client.Id, client.Codec, null);
            Players.Add(player);
            _events.Add(() => _voice.RaisePlayerJoined(player.PlayerName, player.CodecSettings));
            if (Added != null)
                Added(player);
            return player;
        }

        /// <summary>The table of a room id keeps the first name only, as the original's does.</summary>
        private void Enter(ClientInfo<TPeer?> player, string room)
        {
            if (room == null)
                throw new StubPacketException("a player listens to a room without a name");
            if (player.AddRoom(room))
                _events.Add(() => _voice.RaiseRoom(true, player.PlayerName, room, RoomsOf(player)));
            RoomListeners listeners;
            var id = Wire.RoomId(room);
            if (!_rooms.TryGetValue(id, out listeners))
                _rooms[id] = listeners = new RoomListeners { Name = room };
            if (listeners.Name == room)
                listeners.Ids.Add(player.PlayerId);
        }

        private void Exit(ClientInfo<TPeer?> player, string room)
        {
            if (!player.RemoveRoom(room))
                return;
            _events.Add(() => _voice.RaiseRoom(false, player.PlayerName, room, RoomsOf(player)));
            RoomListeners listeners;
            if (_rooms.TryGetValue(Wire.RoomId(room), out listeners) && listeners.Name == room)
                listeners.Ids.Remove(player.PlayerId);
        }

        private bool IsForMe(WireChannel channel)
        {
            return channel.Bits.Kind == ChannelKind.Player
                ? channel.Recipient == LocalId
                : _voice.RoomOf(channel.Recipient) != null;
        }

        private string TargetOf(WireChannel channel)
        {
            if (channel.Bits.Kind == ChannelKind.Room)
                return _voice.RoomOf(channel.Recipient);
            var me = Find(LocalId);
            return me == null ? null : me.PlayerName;
        }

        private static string[] RoomsOf(ClientInfo<TPeer?> player)
        {
            var rooms = new string[player.Rooms.Count];
            player.Rooms.CopyTo(rooms, 0);
            return rooms;
        }

        private static string RoomName(HandshakeResponse response, ushort id)
        {
            foreach (var name in response.RoomNames)
                if (name != null && Wire.RoomId(name) == id)
                    return name;
            throw new StubPacketException("a HandshakeResponse has a channel of a room that it does not name");
        }

        private sealed class RoomListeners
        {
            internal string Name;
            internal readonly SortedSet<int> Ids = new SortedSet<int>();
        }

        /// <summary>Queues the events of one packet, or of a time-out, of one speaker.</summary>
        private sealed class SpeakerEvents : ISpeakerEvents
        {
            private readonly ClientSession<TPeer> _session;
            private readonly ClientInfo<TPeer?> _player;
            private readonly VoiceData _voice;
            private readonly List<WireChannel> _kept;

            internal SpeakerEvents(ClientSession<TPeer> session, ClientInfo<TPeer?> player, VoiceData voice,
                List<WireChannel> kept)
            {
                _session = session;
                _player = player;
                _voice = voice;
                _kept = kept;
            }

            public void Started()
            {
                var name = _player.PlayerName;
                _session._events.Add(() => _session._voice.RaiseSpeaking(true, name));
            }

            public void Stopped()
            {
                var name = _player.PlayerName;
                _session._events.Add(() => _session._voice.RaiseSpeaking(false, name));
            }

            public void Heard(uint sequence)
            {
                var received = new StubReceivedVoice
                {
                    Player = _player.PlayerName,
                    Sequence = sequence,
                    Frame = _voice.Frame,
                    Positional = _kept.TrueForAll(channel => channel.Bits.Positional),
                    Priority = ChannelPriority.None,
                    Channels = _kept.ConvertAll(Describe).ToArray()
                };
                foreach (var channel in received.Channels)
                {
                    received.Amplitude = Math.Max(received.Amplitude, channel.Amplitude);
                    if (channel.Priority > received.Priority)
                        received.Priority = channel.Priority;
                }
                _session._events.Add(() => _session._voice.RaiseVoice(received));
            }

            private StubReceivedChannel Describe(WireChannel channel)
            {
                return new StubReceivedChannel
                {
                    IsRoom = channel.Bits.Kind == ChannelKind.Room,
                    Target = _session.TargetOf(channel),
                    Positional = channel.Bits.Positional,
                    Amplitude = channel.Bits.Amplitude,
                    Priority = channel.Bits.Priority
                };
            }
        }
    }
}
