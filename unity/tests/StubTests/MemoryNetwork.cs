using System;
using System.Collections.Generic;
using ConsonanceStubs;
using Dissonance;
using Dissonance.Networking;
using UnityEngine;

namespace StubTests
{
    /// <summary>A game with players in one process: the first one hosts.</summary>
    internal sealed class Game : IDisposable
    {
        private readonly PlayerLoop _loop = new PlayerLoop();
        private readonly Dictionary<string, MemoryNetwork> _players = new Dictionary<string, MemoryNetwork>();
        private readonly MemoryHub _hub = new MemoryHub();

        internal Game()
        {
            _loop.Play(() => { });
        }

        internal MemoryNetwork this[string name]
        {
            get { return _players[name]; }
        }

        public void Dispose()
        {
            _loop.Dispose();
        }

        internal void Host(string name)
        {
            Add(name).Host();
        }

        internal void Join(string name)
        {
            Add(name).Join();
        }

        internal void Frames(int count)
        {
            _loop.RunFrames(count, 0.02);
        }

        internal void Seconds(double seconds)
        {
            Frames((int)(seconds / 0.02));
        }

        /// <summary>What a player hears, as "name sequence frame"; it listens to the room.</summary>
        internal List<string> Listen(string name, string room)
        {
            var heard = new List<string>();
            var voice = _players[name].StubVoice;
            voice.JoinRoom(room);
            voice.VoiceReceived += each => heard.Add(each.Player + " " + each.Sequence + " " + Json.Hex(each.Frame));
            return heard;
        }

        private MemoryNetwork Add(string name)
        {
            var gameObject = new GameObject(name);
            var network = gameObject.AddComponent<MemoryNetwork>();
            network.Hub = _hub;
            network.Number = _players.Count + 1;
            gameObject.AddComponent<DissonanceComms>().LocalPlayerName = name;
            _players[name] = network;
            return network;
        }
    }

    /// <summary>Where packets wait for the next frame; 0 is the server.</summary>
    internal sealed class MemoryHub
    {
        private readonly Dictionary<int, Queue<Sent>> _inboxes = new Dictionary<int, Queue<Sent>>();

        internal event Action<int> Broken;

        internal void Send(int from, int to, ArraySegment<byte> packet)
        {
            Inbox(to).Enqueue(new Sent { From = from, To = to, Bytes = Sent.Copy(packet) });
        }

        internal Queue<Sent> Inbox(int number)
        {
            Queue<Sent> inbox;
            if (!_inboxes.TryGetValue(number, out inbox))
                _inboxes[number] = inbox = new Queue<Sent>();
            return inbox;
        }

        internal void Break(int number)
        {
            Inbox(number).Clear();
            if (Broken != null)
                Broken(number);
        }
    }

    internal sealed class MemoryNetwork : BaseCommsNetwork<MemoryServer, MemoryClient, Peer, Unit, Unit>
    {
        internal MemoryHub Hub;
        internal int Number;
        internal bool FailsAlways;

        internal uint Session
        {
            get { return Server.SessionId; }
        }

        internal void Host()
        {
            RunAsHost(Unit.None, Unit.None);
        }

        internal void Join()
        {
            RunAsClient(Unit.None);
        }

        internal void FailClient()
        {
            Client.Fail();
        }

        internal void FailServer()
        {
            Server.Fail();
        }

        protected override MemoryServer CreateServer(Unit details)
        {
            return new MemoryServer(Hub);
        }

        protected override MemoryClient CreateClient(Unit details)
        {
            return new MemoryClient(this);
        }
    }

    internal sealed class MemoryServer : BaseServer<MemoryServer, MemoryClient, Peer>
    {
        private readonly MemoryHub _hub;

        internal MemoryServer(MemoryHub hub)
        {
            _hub = hub;
        }

        public override void Connect()
        {
            base.Connect();
            _hub.Broken += OnBroken;
        }

        public override void Disconnect()
        {
            base.Disconnect();
            _hub.Broken -= OnBroken;
        }

        internal void Fail()
        {
            FatalError("on purpose");
        }

        protected override void ReadMessages()
        {
            for (var left = _hub.Inbox(0).Count; left > 0; left--)
            {
                var packet = _hub.Inbox(0).Dequeue();
                NetworkReceivedPacket(new Peer(packet.From), new ArraySegment<byte>(packet.Bytes));
            }
        }

        protected override void SendReliable(Peer destination, ArraySegment<byte> packet)
        {
            _hub.Send(0, destination.Number, packet);
        }

        protected override void SendUnreliable(Peer destination, ArraySegment<byte> packet)
        {
            _hub.Send(0, destination.Number, packet);
        }

        private void OnBroken(int number)
        {
            ClientDisconnected(new Peer(number));
        }
    }

    internal sealed class MemoryClient : BaseClient<MemoryServer, MemoryClient, Peer>
    {
        private readonly MemoryNetwork _network;

        internal MemoryClient(MemoryNetwork network) : base(network)
        {
            _network = network;
        }

        public override void Connect()
        {
            if (_network.FailsAlways)
                FatalError("on purpose");
            else
                Connected();
        }

        public override void Disconnect()
        {
            base.Disconnect();
            _network.Hub.Break(_network.Number);
        }

        internal void Fail()
        {
            FatalError("on purpose");
        }

        protected override void ReadMessages()
        {
            for (var left = _network.Hub.Inbox(_network.Number).Count; left > 0; left--)
                NetworkReceivedPacket(new ArraySegment<byte>(_network.Hub.Inbox(_network.Number).Dequeue().Bytes));
        }

        protected override void SendReliable(ArraySegment<byte> packet)
        {
            _network.Hub.Send(_network.Number, 0, packet);
        }

        protected override void SendUnreliable(ArraySegment<byte> packet)
        {
            _network.Hub.Send(_network.Number, 0, packet);
        }
    }
}
