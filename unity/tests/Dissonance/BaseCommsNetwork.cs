using System;
using System.Collections.Generic;
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
        private TServerParam _serverParam;
        private TClientParam _clientParam;
        private double _backOff;
        private double _startClientAt;
        private double _lastUpdate;

        public bool IsInitialized { get; private set; }
        public NetworkMode Mode { get; private set; }
        public string PlayerName { get; private set; }
        public CodecSettings CodecSettings { get; private set; }
        protected TServer Server { get; private set; }
        protected TClient Client { get; private set; }

        /// <summary>Of the stub: how often a client and a server were started.</summary>
        public int StubClientStarts { get; private set; }

        public int StubServerStarts { get; private set; }

        /// <summary>Of the stub: what tests speak and hear through.</summary>
        public StubVoice Voice
        {
            get { return _voice; }
        }

        public ConnectionStatus Status
        {
            get
            {
                if (Mode == NetworkMode.None)
                    return ConnectionStatus.Disconnected;
                var isServerMissing = Mode.IsServerEnabled() && Server == null;
                var isClientMissing = Mode.IsClientEnabled() && (Client == null || !Client.IsConnected);
                return isServerMissing || isClientMissing ? ConnectionStatus.Degraded : ConnectionStatus.Connected;
            }
        }

        void ICommsNetwork.Initialize(string playerName, CodecSettings codec)
        {
            PlayerName = playerName;
            CodecSettings = codec;
            Initialize();
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
            if (Server != null && Server.Update() == ServerState.Error)
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
            if (Client != null && Client.Update() == ClientStatus.Error)
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
