using System;
using System.Collections.Generic;
using Dissonance.Networking;
using Dissonance.Networking.Server;

namespace Consonance.Unity.Tests
{
    /// <summary>Is told of leavers by the network's own event, as those of Fish-Net and Netcode are.</summary>
    internal sealed class NotifiedServer : StockServer<NotifiedServer>
    {
        public override void Connect()
        {
            base.Connect();
            StockHub.Left += ClientDisconnected;
        }

        public override void Disconnect()
        {
            StockHub.Left -= ClientDisconnected;
            base.Disconnect();
        }
    }

    /// <summary>
    /// Remembers the connections of players that it was told of, and looks which of them have ended, as those of Mirror
    /// and UNet HLAPI do.
    /// </summary>
    internal sealed class PollingServer : StockServer<PollingServer>
    {
        readonly List<StockPeer> known = new List<StockPeer>();

        public override ServerState Update()
        {
            for (int index = known.Count - 1; index >= 0; index--)
            {
                StockPeer peer = known[index];
                if (peer.Connection.IsOpen) continue;
                known.RemoveAt(index);
                ClientDisconnected(peer);
            }
            return base.Update();
        }

        protected override void AddClient(ClientInfo<StockPeer> client)
        {
            base.AddClient(client);
            known.Add(client.Connection);
        }
    }

    /// <summary>Never learns of leavers, and its host's packets come by a call, as with PurrNet's.</summary>
    internal sealed class UninformedServer : StockServer<UninformedServer>
    {
        internal void ReceiveData(StockPeer peer, ArraySegment<byte> data)
        {
            NetworkReceivedPacket(peer, data);
        }
    }

    internal sealed class NotifiedNetwork : StockNetwork<NotifiedServer>
    {
    }

    internal sealed class PollingNetwork : StockNetwork<PollingServer>
    {
    }

    internal sealed class UninformedNetwork : StockNetwork<UninformedServer>
    {
        public override void Send(ArraySegment<byte> packet)
        {
            if (Server != null) Server.ReceiveData(Self, packet);
            else base.Send(packet);
        }
    }
}
