using System;
using System.Collections.Generic;
using Dissonance.Networking.Client;

namespace Dissonance.Networking
{
    /// <summary>A player's link to the session's server.</summary>
    public abstract partial class BaseClient<TServer, TClient, TPeer> : IClient<TPeer>
        where TPeer : struct, IEquatable<TPeer>
        where TServer : BaseServer<TServer, TClient, TPeer>
        where TClient : BaseClient<TServer, TClient, TPeer>
    {
        private const double HandshakeInterval = 2;
        private readonly Log _log = new Log("Client");
        private readonly StubNetworkState _network;
        private readonly ClientSession<TPeer> _players;
        private readonly Outgoing<TPeer> _outgoing = new Outgoing<TPeer>();
        private readonly Dictionary<int, TPeer> _introduced = new Dictionary<int, TPeer>();
        private readonly VoiceLink _voice;
        private uint _session;
        private double _lastRequest = double.NegativeInfinity;
        private bool _awaitsResponse;
        private bool _failed;
        private bool _insideUpdate;

        protected BaseClient(ICommsNetworkState network)
        {
            _network = network.StubState;
            _players = new ClientSession<TPeer>(_network.Voice, _network.PlayerName) { LocalId = -1 };
            _players.Added += Meet;
            _players.Removed += Part;
            _voice = new VoiceLink(this);
            _network.Voice.Attach(_voice);
        }

        /// <summary>The handshake is done.</summary>
        internal bool IsConnected
        {
            get { return _players.LocalId >= 0; }
        }

        /// <summary>The players in the order in which they were met.</summary>
        public List<ClientInfo<TPeer?>> StubPlayers
        {
            get { return new List<ClientInfo<TPeer?>>(_players.Players); }
        }

        public abstract void Connect();

        public virtual void Disconnect()
        {
            _players.Stop();
            _players.Dispatch();
            _players.LocalId = -1;
            _awaitsResponse = false;
            _network.Voice.Detach(_voice);
        }

        public virtual ClientStatus Update()
        {
            if (_failed)
                return ClientStatus.StubError;
            try
            {
                _insideUpdate = true;
                ReadMessages();
                _insideUpdate = false;
                AskForHandshake();
                _players.CheckTimeouts(StubClock.Seconds());
                Flush();
            }
            catch (Exception exception)
            {
                FatalError(exception.Message);
            }
            _insideUpdate = false;
            _players.Dispatch();
            return _failed ? ClientStatus.StubError : ClientStatus.StubOk;
        }

        /// <summary>Gives back the id of a peer that says that it can be reached directly.</summary>
        public ushort? NetworkReceivedPacket(ArraySegment<byte> data)
        {
            try
            {
                return Receive(data);
            }
            catch (StubPacketException exception)
            {
                FatalError(exception.Message);
                throw;
            }
        }

        /// <summary>The transport is up: the handshake begins.</summary>
        protected void Connected()
        {
            _awaitsResponse = true;
            _lastRequest = double.NegativeInfinity;
        }

        protected void FatalError(string reason)
        {
            _log.Error("fatal: {0}", reason);
            _failed = true;
        }

        protected abstract void ReadMessages();

        protected abstract void SendReliable(ArraySegment<byte> packet);

        protected abstract void SendUnreliable(ArraySegment<byte> packet);

        /// <summary>Relays by the server. A network with direct links sends to those first and removes them.</summary>
        protected virtual void SendReliableP2P(List<ClientInfo<TPeer?>> destinations, ArraySegment<byte> packet)
        {
            if (destinations.Count > 0)
                SendReliable(new ArraySegment<byte>(Relay(true, destinations, packet)));
        }

        protected virtual void SendUnreliableP2P(List<ClientInfo<TPeer?>> destinations, ArraySegment<byte> packet)
        {
            if (destinations.Count > 0)
                SendUnreliable(new ArraySegment<byte>(Relay(false, destinations, packet)));
        }

        protected virtual void OnServerAssignedSessionId(uint session, ushort id)
        {
            _network.Voice.RaiseJoined(session, id);
        }

        protected virtual void OnAddedClient(ClientInfo<TPeer?> client)
        {
        }

        /// <summary>A player can be reached directly for the first time: its introduction is answered.</summary>
        protected virtual void OnMetClient(ClientInfo<TPeer?> client)
        {
            var answer = PacketWriter.HandshakeP2P(_session, (ushort)_players.LocalId);
            _outgoing.Queue(true, new List<ClientInfo<TPeer?>> { client }, answer);
        }

        protected void ReceiveHandshakeP2P(ushort id, TPeer connection)
        {
            var player = _players.Find(id);
            if (player == null)
                _introduced[id] = connection;
            else
                Introduce(player, connection);
        }

        protected static byte[] WriteHandshakeP2P(uint session, ushort id)
        {
            return PacketWriter.HandshakeP2P(session, id);
        }

        private ushort? Receive(ArraySegment<byte> data)
        {
            var reader = new PacketReader(data);
            if (!reader.Magic())
            {
                _log.Warn("received a packet without the magic number");
                return null;
            }
            var type = reader.Type();
            if (!IsForClients(type))
            {
                _log.Warn("received a packet of type {0}, which is not for a client", type);
                return null;
            }
            var session = reader.Session();
            if (type == MessageType.HandshakeResponse)
                ReceiveResponse(session, reader.HandshakeResponse());
            else if (type == MessageType.ErrorWrongSession)
                ReceiveWrongSession(session);
            else if (session != _session)
                _log.Warn("received a packet of another session");
            else if (type == MessageType.HandshakeP2P)
                return reader.Id();
            else
                ReceiveOfSession(type, reader);
            return null;
        }

        private static bool IsForClients(MessageType type)
        {
            return type >= MessageType.ClientState && type <= MessageType.HandshakeP2P &&
                type != MessageType.HandshakeRequest && type != MessageType.ServerRelayReliable &&
                type != MessageType.ServerRelayUnreliable;
        }

        private void ReceiveOfSession(MessageType type, PacketReader reader)
        {
            if (type == MessageType.ClientState)
                _players.Apply(reader.ClientState());
            else if (type == MessageType.VoiceData)
                _players.ReceiveVoice(reader.Voice(id => _players.Find(id) != null), StubClock.Seconds());
            else if (type == MessageType.TextData)
                _players.ReceiveText(reader.TextMessage());
            else if (type == MessageType.RemoveClient)
            {
                var player = _players.Find(reader.Id());
                if (player != null)
                    _players.Remove(player);
            }
            else if (type == MessageType.DeltaChannelState)
            {
                bool joined;
                ushort id;
                string room;
                reader.DeltaChannelState(out joined, out id, out room);
                _players.ApplyDelta(joined, id, room);
            }
        }

        private void ReceiveResponse(uint session, HandshakeResponse response)
        {
            ClientSession<TPeer>.Check(response);
            _awaitsResponse = false;
            _session = session;
            _players.LocalId = response.Id;
            OnServerAssignedSessionId(session, response.Id);
            _players.Load(response);
            _outgoing.Queue(true, PacketWriter.ClientState(session, _network.PlayerName, response.Id,
                _network.CodecSettings, _network.Voice.Rooms));
        }

        /// <summary>
        /// The original loses the disconnect when it reads the packet inside of its own update; the traces show it,
        /// so this does, too.
        /// </summary>
        private void ReceiveWrongSession(uint session)
        {
            if (session == _session || _insideUpdate)
                return;
            Disconnect();
            FatalError("the server has another session now");
        }

        private void AskForHandshake()
        {
            var now = StubClock.Seconds();
            if (!_awaitsResponse || now - _lastRequest <= HandshakeInterval)
                return;
            _lastRequest = now;
            _outgoing.Queue(true, PacketWriter.HandshakeRequest(_network.CodecSettings, _network.PlayerName));
        }

        private void Flush()
        {
            _outgoing.Flush(SendReliable, SendUnreliable, SendReliableP2P, SendUnreliableP2P);
        }

        private byte[] Relay(bool reliable, List<ClientInfo<TPeer?>> destinations, ArraySegment<byte> packet)
        {
            var ids = destinations.ConvertAll(each => (int)each.PlayerId);
            return PacketWriter.Relay(_session, reliable, ids, packet);
        }

        private void Meet(ClientInfo<TPeer?> player)
        {
            OnAddedClient(player);
            _voice.PlayerJoined(player);
            TPeer connection;
            if (!_introduced.TryGetValue(player.PlayerId, out connection))
                return;
            _introduced.Remove(player.PlayerId);
            Introduce(player, connection);
        }

        private void Part(ClientInfo<TPeer?> player)
        {
            _voice.PlayerLeft(player);
        }

        private void Introduce(ClientInfo<TPeer?> player, TPeer connection)
        {
            var isFirst = !player.Connection.HasValue;
            player.Connection = connection;
            if (isFirst)
                OnMetClient(player);
        }
    }
}
