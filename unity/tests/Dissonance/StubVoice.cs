using System;
using System.Collections.Generic;

namespace Dissonance.Networking
{
    /// <summary>A channel by which a frame arrived.</summary>
    public struct StubReceivedChannel
    {
        public bool IsRoom;

        /// <summary>The room, or the own name.</summary>
        public string Target;

        public bool Positional;
        public float Amplitude;
        public ChannelPriority Priority;
    }

    /// <summary>One encoded frame of another player.</summary>
    public struct StubReceivedVoice
    {
        public string Player;

        /// <summary>From 0 in each utterance, with gaps for what was lost.</summary>
        public uint Sequence;

        public byte[] Frame;
        public ChannelPriority Priority;
        public float Amplitude;
        public bool Positional;
        public StubReceivedChannel[] Channels;
    }

    public struct StubReceivedText
    {
        public string Player;
        public bool IsRoom;

        /// <summary>The room, or the name of the recipient.</summary>
        public string Recipient;

        public string Message;
    }

    /// <summary>
    /// What the voice chat of a game does with the network, without microphones: rooms, channels, encoded frames,
    /// texts, and events. It outlives clients that fail, as rooms and channels of the original do.
    /// </summary>
    public sealed class StubVoice
    {
        private readonly List<string> _rooms = new List<string>();
        private readonly Dictionary<string, int> _roomCounts = new Dictionary<string, int>();
        private readonly List<StubChannel> _channels = new List<StubChannel>();
        private readonly Stack<ChannelRecord> _freeRoomRecords = new Stack<ChannelRecord>();
        private readonly Stack<ChannelRecord> _freePlayerRecords = new Stack<ChannelRecord>();
        private IVoiceClient _client;

        /// <summary>The session and the own id.</summary>
        public event Action<uint, ushort> Joined;

        /// <summary>Also raised for the player itself.</summary>
        public event Action<string, CodecSettings> PlayerJoined;

        public event Action<string> PlayerLeft;

        /// <summary>Player, room, all rooms of the player now.</summary>
        public event Action<string, string, string[]> EnteredRoom;

        /// <summary>Player, room, all rooms of the player now.</summary>
        public event Action<string, string, string[]> ExitedRoom;

        public event Action<string> StartedSpeaking;
        public event Action<string> StoppedSpeaking;
        public event Action<StubReceivedVoice> VoiceReceived;
        public event Action<StubReceivedText> TextReceived;

        internal event Action<RoomEvent> RoomEntered;
        internal event Action<RoomEvent> RoomExited;
        internal event Action<VoicePacket> PacketReceived;
        internal event Action<TextMessage> MessageReceived;

        /// <summary>The priority of channels that have none.</summary>
        public ChannelPriority Priority { get; set; }

        /// <summary>Rooms that the player listens to, sorted.</summary>
        public IList<string> Rooms
        {
            get { return _rooms.AsReadOnly(); }
        }

        /// <summary>Open channels, oldest first.</summary>
        public IList<StubChannel> Channels
        {
            get { return _channels.AsReadOnly(); }
        }

        /// <summary>Listens to a room. A room joined twice has to be left twice.</summary>
        public void JoinRoom(string room)
        {
            int count;
            _roomCounts.TryGetValue(room, out count);
            _roomCounts[room] = count + 1;
            if (count > 0)
                return;
            SortedRooms.Add(_rooms, room);
            if (_client != null)
                _client.RoomChanged(room, true);
        }

        public void LeaveRoom(string room)
        {
            int count;
            if (!_roomCounts.TryGetValue(room, out count))
                return;
            if (count > 1)
            {
                _roomCounts[room] = count - 1;
                return;
            }
            _roomCounts.Remove(room);
            SortedRooms.Remove(_rooms, room);
            if (_client != null)
                _client.RoomChanged(room, false);
        }

        /// <summary>Speaks in a room from the next frame on. Amplitude 0 to 2.</summary>
        public StubChannel OpenRoomChannel(string room, bool positional = false,
            ChannelPriority priority = ChannelPriority.None, float amplitude = 1)
        {
            return Open(ChannelKind.Room, room, positional, priority, amplitude);
        }

        /// <summary>Speaks to a player, once one of that name is there.</summary>
        public StubChannel OpenPlayerChannel(string player, bool positional = false,
            ChannelPriority priority = ChannelPriority.None, float amplitude = 1)
        {
            return Open(ChannelKind.Player, player, positional, priority, amplitude);
        }

        /// <summary>Sends one encoded frame to all listeners; dropped while no session is joined.</summary>
        public void SendFrame(byte[] frame)
        {
            if (_client != null)
                _client.SendFrame(frame);
        }

        public void SendTextToRoom(string room, string message)
        {
            if (_client != null)
                _client.SendText(true, room, message);
        }

        public void SendTextToPlayer(string player, string message)
        {
            if (_client != null)
                _client.SendText(false, player, message);
        }

        internal void Attach(IVoiceClient client)
        {
            _client = client;
        }

        internal void Detach(IVoiceClient client)
        {
            if (ReferenceEquals(_client, client))
                _client = null;
        }

        internal void Close(StubChannel channel)
        {
            if (!_channels.Remove(channel))
                return;
            FreeRecords(channel.Kind).Push(channel.Record);
            if (_client != null)
                _client.ChannelClosed(channel);
        }

        internal string RoomOf(ushort id)
        {
            return _rooms.Find(room => room != null && Wire.RoomId(room) == id);
        }

        internal void RaiseJoined(uint session, ushort id)
        {
            if (Joined != null)
                Joined(session, id);
        }

        internal void RaisePlayerJoined(string name, CodecSettings codec)
        {
            if (PlayerJoined != null)
                PlayerJoined(name, codec);
        }

        internal void RaisePlayerLeft(string name)
        {
            if (PlayerLeft != null)
                PlayerLeft(name);
        }

        internal void RaiseRoom(bool entered, string name, string room, string[] rooms)
        {
            var changed = entered ? EnteredRoom : ExitedRoom;
            if (changed != null)
                changed(name, room, rooms);
            var told = entered ? RoomEntered : RoomExited;
            if (told != null)
                told(new RoomEvent { Player = name, Room = room, HasEntered = entered });
        }

        internal void RaiseSpeaking(bool started, string name)
        {
            var changed = started ? StartedSpeaking : StoppedSpeaking;
            if (changed != null)
                changed(name);
        }

        internal void RaiseVoice(StubReceivedVoice voice)
        {
            if (VoiceReceived != null)
                VoiceReceived(voice);
            if (PacketReceived != null)
                PacketReceived(new VoicePacket { Content = voice });
        }

        internal void RaiseText(StubReceivedText text)
        {
            if (TextReceived != null)
                TextReceived(text);
            if (MessageReceived != null)
                MessageReceived(new TextMessage { Content = text });
        }

        private StubChannel Open(ChannelKind kind, string target, bool positional, ChannelPriority priority,
            float amplitude)
        {
            var free = FreeRecords(kind);
            var record = free.Count > 0 ? free.Pop() : new ChannelRecord();
            record.Positional = positional;
            record.Priority = priority;
            record.Amplitude = amplitude;
            var channel = new StubChannel(this, kind, target, record);
            _channels.Add(channel);
            if (_client != null)
                _client.ChannelOpened(channel);
            return channel;
        }

        private Stack<ChannelRecord> FreeRecords(ChannelKind kind)
        {
            return kind == ChannelKind.Room ? _freeRoomRecords : _freePlayerRecords;
        }
    }

    /// <summary>What a client does for its <see cref="StubVoice"/>.</summary>
    internal interface IVoiceClient
    {
        void RoomChanged(string room, bool joined);
        void ChannelOpened(StubChannel channel);
        void ChannelClosed(StubChannel channel);
        void SendFrame(byte[] frame);
        void SendText(bool toRoom, string recipient, string message);
    }
}
