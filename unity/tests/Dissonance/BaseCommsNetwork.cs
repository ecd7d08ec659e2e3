using System;
using System.Collections.Generic;
using Dissonance.Networking.Client;
using Dissonance.Networking.Server;
using Dissonance.Networking.Server.Admin;
using UnityEngine;

namespace Dissonance.Networking
{
    /// <summary>The component that runs a client, a server, or both.</summary>
    public abstract class BaseCommsNetwork<TServer, TClient, TPeer, TClientParam, TServerParam> : MonoBehaviour,
        ICommsNetwork, ICommsNetworkState
        where TPeer : struct, IEquatable<TPeer>
        where TServer : BaseServer<TServer, TClient, TPeer>
        where TClient : BaseClient<TServer, TClient, TPeer>
    {
        private const double BackOffStep = 0.5;
        private const double BackOffMost = 3;
        protected readonly Log Log = new Log("Network");
        private readonly Queue<Action> _changes = new Queue<Action>();
        private readonly StubVoice _voice = new StubVoice();
        private readonly IServerAdmin _noAdmin = new NoServerAdmin();
        private Action<NetworkMode> _modeChanged;
        private NetworkMode _mode;
        private StubNetworkState _state;
        private TServerParam _serverParam;
        private TClientParam _clientParam;
        private double _backOff;
        private double _startClientAt;
        private double _lastUpdate;

        public bool IsInitialized { get; private set; }

        public NetworkMode Mode
        {
            get { return _mode; }
            private set
            {
                if (_mode == value)
                    return;
                _mode = value;
                if (_modeChanged != null)
                    _modeChanged(value);
            }
        }

        public string PlayerName { get; private set; }
        public CodecSettings CodecSettings { get; private set; }
        protected TServer Server { get; private set; }
        protected TClient Client { get; private set; }

        event Action<NetworkMode> ICommsNetwork.ModeChanged
        {
            add { _modeChanged += value; }
            remove { _modeChanged -= value; }
        }

        event Action<string, CodecSettings> ICommsNetwork.PlayerJoined
        {
            add { _voice.PlayerJoined += value; }
            remove { _voice.PlayerJoined -= value; }
        }

        event Action<string> ICommsNetwork.PlayerLeft
        {
            add { _voice.PlayerLeft += value; }
            remove { _voice.PlayerLeft -= value; }
        }

        event Action<RoomEvent> ICommsNetwork.PlayerEnteredRoom
        {
            add { _voice.RoomEntered += value; }
            remove { _voice.RoomEntered -= value; }
        }

        event Action<RoomEvent> ICommsNetwork.PlayerExitedRoom
        {
            add { _voice.RoomExited += value; }
            remove { _voice.RoomExited -= value; }
        }

        event Action<string> ICommsNetwork.PlayerStartedSpeaking
        {
            add { _voice.StartedSpeaking += value; }
            remove { _voice.StartedSpeaking -= value; }
        }

        event Action<string> ICommsNetwork.PlayerStoppedSpeaking
        {
            add { _voice.StoppedSpeaking += value; }
            remove { _voice.StoppedSpeaking -= value; }
        }

        event Action<VoicePacket> ICommsNetwork.VoicePacketReceived
        {
            add { _voice.PacketReceived += value; }
            remove { _voice.PacketReceived -= value; }
        }

        event Action<TextMessage> ICommsNetwork.TextPacketReceived
        {
            add { _voice.MessageReceived += value; }
            remove { _voice.MessageReceived -= value; }
        }

        public IServerAdmin ServerAdmin
        {
            get { return Server == null ? _noAdmin : Server.ServerAdmin; }
        }

        /// <summary>How often a client and a server were started.</summary>
        public int StubClientStarts { get; private set; }

        public int StubServerStarts { get; private set; }

        /// <summary>What tests speak and hear through.</summary>
        public StubVoice StubVoice
        {
            get { return _voice; }
        }

        StubNetworkState ICommsNetworkState.StubState
        {
            get { return _state; }
        }

        public StubConnectionStatus StubStatus
        {
            get
            {
                if (Mode == NetworkMode.None)
                    return StubConnectionStatus.Disconnected;
                var isServerMissing = Mode.IsServerEnabled() && Server == null;
                var isClientMissing = Mode.IsClientEnabled() && (Client == null || !Client.IsConnected);
                return isServerMissing || isClientMissing
                    ? StubConnectionStatus.Degraded
                    : StubConnectionStatus.Connected;
            }
        }

        void ICommsNetwork.Initialize(string playerName, Rooms rooms, PlayerChannels playerChannels,
            RoomChannels roomChannels, CodecSettings codecSettings)
        {
            PlayerName = playerName;
            CodecSettings = codecSettings;
            _state = new StubNetworkState(playerName, codecSettings, _voice);
            Initialize();
        }

        void ICommsNetwork.SendVoice(ArraySegment<byte> data)
        {
            var frame = new byte[data.Count];
            Array.Copy(data.Array, data.Offset, frame, 0, data.Count);
            _voice.SendFrame(frame);
        }

        void ICommsNetwork.SendText(string data, ChannelType recipientType, string recipientId)
        {
            if (recipientType == ChannelType.Room)
                _voice.SendTextToRoom(recipientId, data);
            else
                _voice.SendTextToPlayer(recipientId, data);
        }

        /// <summary>Applied at the next update.</summary>
        public void Stop()
        {
            _changes.Enqueue(StopNow);
        }

        protected abstract TServer CreateServer(TServerParam connectionParameters);

        protected abstract TClient CreateClient(TClientParam connectionParameters);

        /// <summary>An override has to call this one.</summary>
        protected virtual void Initialize()
        {
            IsInitialized = true;
        }

        protected virtual void Update()
        {
            if (!IsInitialized)
                return;
            while (_changes.Count > 0)
                _changes.Dequeue()();
            var now = StubClock.Seconds();
            UpdateServer();
            UpdateClient(now);
            _lastUpdate = now;
        }

        protected virtual void OnDisable()
        {
            _changes.Clear();
            StopNow();
        }

        protected void RunAsHost(TServerParam serverParameters, TClientParam clientParameters)
        {
            _changes.Enqueue(() => Run(NetworkMode.Host, serverParameters, clientParameters));
        }

        protected void RunAsClient(TClientParam clientParameters)
        {
            _changes.Enqueue(() => Run(NetworkMode.Client, default(TServerParam), clientParameters));
        }

        protected void RunAsDedicatedServer(TServerParam serverParameters)
        {
            _changes.Enqueue(() => Run(NetworkMode.DedicatedServer, serverParameters, default(TClientParam)));
        }

        private void Run(NetworkMode mode, TServerParam serverParam, TClientParam clientParam)
        {
            StopNow();
            _serverParam = serverParam;
            _clientParam = clientParam;
            Mode = mode;
            _backOff = 0;
            _startClientAt = 0;
        }

        private void StopNow()
        {
            EndClient();
            EndServer();
            Mode = NetworkMode.None;
        }

        /// <summary>A failed server restarts at once.</summary>
        private void UpdateServer()
        {
            if (!Mode.IsServerEnabled())
                return;
            if (Server != null && Server.Update() == ServerState.StubError)
                EndServer();
            if (Server != null)
                return;
            Server = CreateServer(_serverParam);
            StubServerStarts++;
            Server.Connect();
        }

        /// <summary>A failed client restarts, each time half a second later, up to three seconds.</summary>
        private void UpdateClient(double now)
        {
            if (!Mode.IsClientEnabled())
                return;
            if (Client != null && Client.Update() == ClientStatus.StubError)
            {
                EndClient();
                _startClientAt = now + _backOff;
                _backOff = Math.Min(_backOff + BackOffStep, BackOffMost);
            }
            else if (Client != null)
                _backOff = Math.Max(0, _backOff - Math.Max(0, now - _lastUpdate));
            if (Client != null || now < _startClientAt)
                return;
            Client = CreateClient(_clientParam);
            StubClientStarts++;
            Client.Connect();
        }

        private void EndClient()
        {
            var client = Client;
            Client = null;
            if (client != null)
                client.Disconnect();
        }

        private void EndServer()
        {
            var server = Server;
            Server = null;
            if (server != null)
                server.Disconnect();
        }
    }
}
