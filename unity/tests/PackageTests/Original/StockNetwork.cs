using System;
using System.Collections.Generic;
using Dissonance;
using Dissonance.Networking;

namespace Consonance.Unity.Tests
{
    /// <summary>A connection of the game's own network, which a player gets anew each time that it comes.</summary>
    internal sealed class StockConnection
    {
        internal readonly Queue<byte[]> ToClient = new Queue<byte[]>();

        internal StockConnection()
        {
            IsOpen = true;
        }

        internal bool IsOpen { get; set; }
    }

    internal struct StockPeer : IEquatable<StockPeer>
    {
        // As with some networks, there is no hash that goes with Equals: players are found by comparing.
        internal StockConnection Connection;

        public bool Equals(StockPeer other)
        {
            return ReferenceEquals(Connection, other.Connection);
        }
    }

    /// <summary>What the game's network knows: its host, and the messages on their way to it.</summary>
    internal static class StockHub
    {
        internal static readonly Queue<KeyValuePair<StockPeer, byte[]>> ToServer =
            new Queue<KeyValuePair<StockPeer, byte[]>>();

        internal static IStockNetwork Host { get; set; }

        /// <summary>Whether sending to a player who has left throws, as with some networks.</summary>
        internal static bool ThrowsForLeavers { get; set; }

        /// <summary>The network's own event: a player has left.</summary>
        internal static event Action<StockPeer> Left;

        internal static void Reset()
        {
            ToServer.Clear();
            Host = null;
            ThrowsForLeavers = false;
            Left = null;
        }

        internal static void RaiseLeft(StockPeer peer)
        {
            if (Left != null) Left(peer);
        }

        internal static byte[] Copy(ArraySegment<byte> packet)
        {
            byte[] copy = new byte[packet.Count];
            Buffer.BlockCopy(packet.Array, packet.Offset, copy, 0, packet.Count);
            return copy;
        }
    }

    /// <summary>A player's network component, whichever server it has.</summary>
    internal interface IStockNetwork
    {
        StubVoice StubVoice { get; }
        bool IsDedicated { get; set; }

        /// <summary>Null while there is none.</summary>
        IStockServer StockServer { get; }

        void Send(ArraySegment<byte> packet);
        Queue<byte[]> Inbox { get; }
    }

    /// <summary>What tests ask a stock server.</summary>
    internal interface IStockServer
    {
        bool IsHandedOver { get; }
        string HandOverProblem { get; }
        int Refused { get; }

        /// <summary>The names of the players that it was told of, in order.</summary>
        List<string> Added { get; }
    }

    /// <summary>
    /// A network as the stock integrations have one, in memory: what one peer sends, another one reads in its next
    /// update. The host's own client is a peer like any other.
    /// </summary>
    internal abstract class StockNetwork<TServer>
        : BaseCommsNetwork<TServer, StockClient<TServer>, StockPeer, Unit, Unit>, IStockNetwork
        where TServer : StockServer<TServer>, new()
    {
        StockConnection connection = new StockConnection();

        public bool IsDedicated { get; set; }

        public IStockServer StockServer
        {
            get { return Server; }
        }

        public Queue<byte[]> Inbox
        {
            get { return connection.ToClient; }
        }

        protected StockPeer Self
        {
            get { return new StockPeer { Connection = connection }; }
        }

        public virtual void Send(ArraySegment<byte> packet)
        {
            StockHub.ToServer.Enqueue(new KeyValuePair<StockPeer, byte[]>(Self, StockHub.Copy(packet)));
        }

        protected override void Update()
        {
            if (IsInitialized && Mode == NetworkMode.None)
            {
                if (!ReferenceEquals(StockHub.Host, this)) RunAsClient(Unit.None);
                else if (IsDedicated) RunAsDedicatedServer(Unit.None);
                else RunAsHost(Unit.None, Unit.None);
            }
            base.Update();
        }

        protected override void OnDisable()
        {
            base.OnDisable();
            StockPeer left = Self;
            connection.IsOpen = false;
            connection = new StockConnection();
            StockHub.RaiseLeft(left);
        }

        protected override TServer CreateServer(Unit details)
        {
            return new TServer();
        }

        protected override StockClient<TServer> CreateClient(Unit details)
        {
            return new StockClient<TServer>(this);
        }
    }

    internal sealed class StockClient<TServer> : BaseClient<TServer, StockClient<TServer>, StockPeer>
        where TServer : StockServer<TServer>, new()
    {
        readonly StockNetwork<TServer> network;

        internal StockClient(StockNetwork<TServer> network) : base(network)
        {
            this.network = network;
        }

        public override void Connect()
        {
            network.Inbox.Clear();
            Connected();
        }

        protected override void ReadMessages()
        {
            while (network.Inbox.Count > 0) NetworkReceivedPacket(new ArraySegment<byte>(network.Inbox.Dequeue()));
        }

        protected override void SendReliable(ArraySegment<byte> packet)
        {
            network.Send(packet);
        }

        protected override void SendUnreliable(ArraySegment<byte> packet)
        {
            network.Send(packet);
        }
    }

    /// <summary>
    /// What stock servers have in common. The one changed word is the base class: <c>BaseServer</c> was here.
    /// </summary>
    internal abstract class StockServer<TServer>
        : ConsonanceSidecarServer<TServer, StockClient<TServer>, StockPeer>, IStockServer
        where TServer : StockServer<TServer>, new()
    {
        internal StockServer()
        {
            Added = new List<string>();
        }

        public int Refused { get; private set; }
        public List<string> Added { get; private set; }

        protected override void ReadMessages()
        {
            while (StockHub.ToServer.Count > 0)
            {
                KeyValuePair<StockPeer, byte[]> message = StockHub.ToServer.Dequeue();
                if (!message.Key.Connection.IsOpen) continue;
                NetworkReceivedPacket(message.Key, new ArraySegment<byte>(message.Value));
            }
        }

        protected override void AddClient(ClientInfo<StockPeer> client)
        {
            base.AddClient(client);
            Added.Add(client.PlayerName + " " + client.CodecSettings.Codec + " " + client.CodecSettings.FrameSize + " "
                + client.CodecSettings.SampleRate);
        }

        protected override void SendReliable(StockPeer destination, ArraySegment<byte> packet)
        {
            if (destination.Connection.IsOpen) destination.Connection.ToClient.Enqueue(StockHub.Copy(packet));
            else if (StockHub.ThrowsForLeavers) throw new InvalidOperationException("this connection has ended");
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
