using System;
using System.Collections.Generic;
using Consonance.Unity;
using Dissonance;
using Dissonance.Networking;

namespace Consonance.Unity.Tests
{
    /// <summary>A connection of the game's own network.</summary>
    internal struct StockPeer : IEquatable<StockPeer>
    {
        // As with some networks, there is no hash that goes with Equals: players are found by comparing.
        internal StockNetwork Player;

        public bool Equals(StockPeer other)
        {
            return ReferenceEquals(Player, other.Player);
        }
    }

    /// <summary>
    /// A network as the stock integrations have one, in memory: what one peer sends, another one reads in its next
    /// update. The host's own client is a peer like any other.
    /// </summary>
    internal sealed class StockNetwork : BaseCommsNetwork<StockServer, StockClient, StockPeer, Unit, Unit>
    {
        internal static StockNetwork Host;

        internal readonly Queue<KeyValuePair<StockPeer, byte[]>> ToServer = new Queue<KeyValuePair<StockPeer, byte[]>>();
        internal readonly Queue<byte[]> ToClient = new Queue<byte[]>();

        internal new StockServer Server
        {
            get { return base.Server; }
        }

        internal bool IsDedicated { get; set; }

        protected override void Update()
        {
            if (IsInitialized && Mode == NetworkMode.None)
            {
                if (Host != this) RunAsClient(Unit.None);
                else if (IsDedicated) RunAsDedicatedServer(Unit.None);
                else RunAsHost(Unit.None, Unit.None);
            }
            base.Update();
        }

        protected override void OnDisable()
        {
            base.OnDisable();
            if (Host != null && Host.Server != null) Host.Server.Lose(new StockPeer { Player = this });
        }

        protected override StockServer CreateServer(Unit details)
        {
            return new StockServer(this);
        }

        protected override StockClient CreateClient(Unit details)
        {
            return new StockClient(this);
        }

        internal static byte[] Copy(ArraySegment<byte> packet)
        {
            byte[] copy = new byte[packet.Count];
            Buffer.BlockCopy(packet.Array, packet.Offset, copy, 0, packet.Count);
            return copy;
        }
    }

    internal sealed class StockClient : BaseClient<StockServer, StockClient, StockPeer>
    {
        readonly StockNetwork network;

        internal StockClient(StockNetwork network) : base(network)
        {
            this.network = network;
        }

        public override void Connect()
        {
            network.ToClient.Clear();
            Connected();
        }

        protected override void ReadMessages()
        {
            while (network.ToClient.Count > 0)
            {
                NetworkReceivedPacket(new ArraySegment<byte>(network.ToClient.Dequeue()));
            }
        }

        protected override void SendReliable(ArraySegment<byte> packet)
        {
            StockPeer self = new StockPeer { Player = network };
            StockNetwork.Host.ToServer.Enqueue(new KeyValuePair<StockPeer, byte[]>(self, StockNetwork.Copy(packet)));
        }

        protected override void SendUnreliable(ArraySegment<byte> packet)
        {
            SendReliable(packet);
        }
    }

    /// <summary>The one changed word: <c>BaseServer</c> was here.</summary>
    internal sealed class StockServer : ConsonanceSidecarServer<StockServer, StockClient, StockPeer>
    {
        readonly StockNetwork network;

        internal StockServer(StockNetwork network)
        {
            this.network = network;
        }

        internal int Refused { get; private set; }

        internal void Lose(StockPeer peer)
        {
            ClientDisconnected(peer);
        }

        protected override void ReadMessages()
        {
            while (network.ToServer.Count > 0)
            {
                KeyValuePair<StockPeer, byte[]> message = network.ToServer.Dequeue();
                NetworkReceivedPacket(message.Key, new ArraySegment<byte>(message.Value));
            }
        }

        protected override void SendReliable(StockPeer destination, ArraySegment<byte> packet)
        {
            destination.Player.ToClient.Enqueue(StockNetwork.Copy(packet));
        }

        protected override void SendUnreliable(StockPeer destination, ArraySegment<byte> packet)
        {
            SendReliable(destination, packet);
        }

        protected override void OnPlayerRefused(StockPeer peer, string reason)
        {
            Refused++;
            base.OnPlayerRefused(peer, reason);
        }
    }
}
