using System;
using System.Collections.Generic;
using Dissonance.Networking.Server;
using Dissonance.Networking.Server.Admin;

namespace Dissonance.Networking
{
    /// <summary>The session's server: gives out ids, repeats states, relays voice and text.</summary>
    public abstract class BaseServer<TServer, TClient, TPeer> : IServer<TPeer>
        where TPeer : struct, IEquatable<TPeer>
        where TServer : BaseServer<TServer, TClient, TPeer>
        where TClient : BaseClient<TServer, TClient, TPeer>
    {
        private static readonly Random SessionIds = new Random();
        private readonly Log _log = new Log("Server");
        private readonly IServerAdmin _admin = new NoServerAdmin();
        private readonly List<ClientInfo<TPeer>> _slots = new List<ClientInfo<TPeer>>();
        private readonly Stack<int> _freeSlots = new Stack<int>();
        private readonly ClientIds _ids = new ClientIds();
        private readonly SendBuffer _buffer = new SendBuffer();
        private bool _failed;

        protected BaseServer()
        {
            SessionId = (uint)SessionIds.Next(1, int.MaxValue - 1);
        }

        public uint SessionId { get; internal set; }

        public IServerAdmin ServerAdmin
        {
            get { return _admin; }
        }

        /// <summary>"joined", "left", "entered", "exited", the player, the room or null.</summary>
        public event Action<string, ClientInfo<TPeer>, string> StubChanged;

        /// <summary>The players in table order.</summary>
        public List<ClientInfo<TPeer>> StubClients
        {
            get { return _slots.FindAll(each => each != null); }
        }

        public virtual void Connect()
        {
        }

        public virtual void Disconnect()
        {
            foreach (var client in StubClients)
                Remove(client);
            _failed = true;
        }

        public virtual ServerState Update()
        {
            if (_failed)
                return ServerState.StubError;
            try
            {
                ReadMessages();
            }
            catch (Exception exception)
            {
                FatalError(exception.Message);
            }
            return _failed ? ServerState.StubError : ServerState.StubOk;
        }

        public virtual void SendReliable(List<TPeer> destinations, ArraySegment<byte> packet)
        {
            foreach (var destination in destinations)
                SendReliable(destination, packet);
        }

        public virtual void SendUnreliable(List<TPeer> destinations, ArraySegment<byte> packet)
        {
            foreach (var destination in destinations)
                SendUnreliable(destination, packet);
        }

        /// <summary>A malformed packet throws, and is fatal, as in the original.</summary>
        public void NetworkReceivedPacket(TPeer source, ArraySegment<byte> data)
        {
            try
            {
                Receive(source, data);
            }
            catch (StubPacketException exception)
            {
                FatalError(exception.Message);
                throw;
            }
        }

        /// <summary>What the admin verb "remove from room" does.</summary>
        public void StubRemoveFromRoom(ClientInfo<TPeer> client, string room)
        {
            Broadcast(PacketWriter.DeltaChannelState(SessionId, false, client.PlayerId, room));
            Exit(client, room);
        }

        /// <summary>What the admin verb "reset" does.</summary>
        public void StubReset(ClientInfo<TPeer> client)
        {
            Send(client.Connection, false, PacketWriter.ErrorWrongSession(SessionId + 1));
        }

        protected abstract void ReadMessages();

        protected abstract void SendReliable(TPeer destination, ArraySegment<byte> packet);

        protected abstract void SendUnreliable(TPeer destination, ArraySegment<byte> packet);

        protected void ClientDisconnected(TPeer connection)
        {
            var client = StubClients.Find(each => each.Connection.Equals(connection));
            if (client != null)
                Remove(client);
        }

        protected void FatalError(string reason)
        {
            _log.Error("fatal: {0}", reason);
            _failed = true;
        }

        /// <summary>A player is in the session now.</summary>
        protected virtual void AddClient(ClientInfo<TPeer> client)
        {
            if (_freeSlots.Count > 0)
                _slots[_freeSlots.Pop()] = client;
            else
                _slots.Add(client);
            Raise("joined", client, null);
        }

        private void Receive(TPeer source, ArraySegment<byte> data)
        {
            var reader = new PacketReader(data);
            if (!reader.Magic())
            {
                _log.Warn("received a packet without the magic number");
                return;
            }
            var type = reader.Type();
            if (type == MessageType.HandshakeRequest)
                Join(source, reader.HandshakeRequest());
            else if (type == MessageType.ClientState || type == MessageType.DeltaChannelState ||
                type == MessageType.ServerRelayReliable || type == MessageType.ServerRelayUnreliable)
                ReceiveOfSession(source, type, reader, data);
            else
                _log.Warn("received a packet of type {0}, which is not for a server", type);
        }

        private void ReceiveOfSession(TPeer source, MessageType type, PacketReader reader, ArraySegment<byte> data)
        {
            if (reader.Session() != SessionId)
            {
                _log.Warn("received a packet of another session");
                Send(source, false, PacketWriter.ErrorWrongSession(SessionId));
            }
            else if (type == MessageType.ClientState)
            {
                Broadcast(Copy(data));
                ApplyState(source, reader.ClientState());
            }
            else if (type == MessageType.DeltaChannelState)
            {
                Broadcast(Copy(data));
                ApplyDelta(reader);
            }
            else
                Relay(reader, type == MessageType.ServerRelayReliable);
        }

        private void Join(TPeer source, WireClient newcomer)
        {
            if (newcomer.Name == null)
            {
                _log.Warn("a client without a name wants to join");
                return;
            }
            var same = StubClients.Find(each => each.Connection.Equals(source));
            if (same != null)
                Remove(same);
            same = StubClients.Find(each => each.PlayerName == newcomer.Name);
            if (same != null)
                Remove(same);
            // A client that came without a handshake may have the id: the original answers all the same.
            var id = _ids.Take();
            if (Find(id) == null)
                AddClient(new ClientInfo<TPeer>(newcomer.Name, id, newcomer.Codec, source));
            var response = new HandshakeResponse { Id = id };
            Send(source, true, PacketWriter.HandshakeResponse(SessionId, response));
            foreach (var each in StubClients)
                Send(source, true, PacketWriter.ClientState(SessionId, each.PlayerName, each.PlayerId,
                    each.CodecSettings, each.Rooms));
        }

        private void ApplyState(TPeer source, ClientState state)
        {
            var client = Find(state.Client.Id);
            if (client == null)
            {
                client = new ClientInfo<TPeer>(state.Client.Name, state.Client.Id, state.Client.Codec, source);
                AddClient(client);
            }
            for (var i = client.Rooms.Count - 1; i >= 0; i--)
                Exit(client, client.Rooms[i]);
            foreach (var room in state.Rooms)
                Enter(client, room);
        }

        private void ApplyDelta(PacketReader reader)
        {
            bool joined;
            ushort id;
            string room;
            reader.DeltaChannelState(out joined, out id, out room);
            var client = Find(id);
            if (client == null)
                _log.Warn("unknown client {0} changes its rooms", id);
            else if (joined)
                Enter(client, room);
            else
                Exit(client, room);
        }

        private void Relay(PacketReader reader, bool reliable)
        {
            var ids = new List<int>();
            var packet = reader.Relay(ids);
            var inner = new PacketReader(packet);
            if (!inner.Magic() || inner.Type() == MessageType.HandshakeP2P)
            {
                _log.Warn("refused to relay a packet");
                return;
            }
            var peers = new List<TPeer>();
            foreach (var id in ids)
            {
                var client = Find(id);
                if (client != null)
                    peers.Add(client.Connection);
            }
            if (reliable)
                _buffer.Lend(packet, segment => SendReliable(peers, segment));
            else
                _buffer.Lend(packet, segment => SendUnreliable(peers, segment));
        }

        private void Remove(ClientInfo<TPeer> client)
        {
            for (var i = client.Rooms.Count - 1; i >= 0; i--)
                Exit(client, client.Rooms[i]);
            var slot = _slots.FindIndex(each => ReferenceEquals(each, client));
            client.IsConnected = false;
            _slots[slot] = null;
            _freeSlots.Push(slot);
            _ids.GiveBack(client.PlayerId);
            Raise("left", client, null);
            Broadcast(PacketWriter.RemoveClient(SessionId, client.PlayerId));
        }

        private void Enter(ClientInfo<TPeer> client, string room)
        {
            if (room == null)
                throw new StubPacketException("a client listens to a room without a name");
            if (client.AddRoom(room))
                Raise("entered", client, room);
        }

        private void Exit(ClientInfo<TPeer> client, string room)
        {
            if (client.RemoveRoom(room))
                Raise("exited", client, room);
        }

        private ClientInfo<TPeer> Find(int id)
        {
            return _slots.Find(each => each != null && each.PlayerId == id);
        }

        private void Broadcast(byte[] packet)
        {
            var peers = StubClients.ConvertAll(each => each.Connection);
            _buffer.Lend(new ArraySegment<byte>(packet), segment => SendReliable(peers, segment));
        }

        private void Send(TPeer peer, bool reliable, byte[] packet)
        {
            if (reliable)
                _buffer.Lend(new ArraySegment<byte>(packet), segment => SendReliable(peer, segment));
            else
                _buffer.Lend(new ArraySegment<byte>(packet), segment => SendUnreliable(peer, segment));
        }

        private static byte[] Copy(ArraySegment<byte> data)
        {
            var copy = new byte[data.Count];
            Array.Copy(data.Array, data.Offset, copy, 0, data.Count);
            return copy;
        }

        private void Raise(string what, ClientInfo<TPeer> client, string room)
        {
            if (StubChanged != null)
                StubChanged(what, client, room);
        }
    }
}
