using System.Collections.Generic;
using UnityEngine.Networking.NetworkSystem;

namespace UnityEngine.Networking
{
    public abstract class MessageBase
    {
    }

    public delegate void NetworkMessageDelegate(NetworkMessage netMsg);

    public class NetworkMessage
    {
        public NetworkConnection conn;
        public MessageBase StubContent;

        public TMsg ReadMessage<TMsg>() where TMsg : MessageBase, new()
        {
            return (TMsg)StubContent;
        }
    }

    public class NetworkConnection
    {
        public NetworkClient StubClient { get; set; }

        public virtual bool Send(short msgType, MessageBase msg)
        {
            StubClient.StubReceive(msgType, msg);
            return true;
        }
    }

    public sealed class NetworkServer
    {
        private static readonly Dictionary<short, NetworkMessageDelegate> Handlers =
            new Dictionary<short, NetworkMessageDelegate>();

        public static bool active { get; set; }

        public static void RegisterHandler(short msgType, NetworkMessageDelegate handler)
        {
            Handlers[msgType] = handler;
        }

        public static void StubReceive(NetworkClient from, short msgType, MessageBase msg)
        {
            NetworkMessageDelegate handler;
            var connection = new NetworkConnection { StubClient = from };
            if (Handlers.TryGetValue(msgType, out handler))
                handler(new NetworkMessage { conn = connection, StubContent = msg });
        }
    }

    public class NetworkClient
    {
        private readonly Dictionary<short, NetworkMessageDelegate> _handlers =
            new Dictionary<short, NetworkMessageDelegate>();

        public static readonly List<NetworkClient> allClients = new List<NetworkClient>();

        public bool isConnected { get; set; }

        public void RegisterHandler(short msgType, NetworkMessageDelegate handler)
        {
            _handlers[msgType] = handler;
        }

        public bool Send(short msgType, MessageBase msg)
        {
            NetworkServer.StubReceive(this, msgType, msg);
            return true;
        }

        public void StubReceive(short msgType, MessageBase msg)
        {
            NetworkMessageDelegate handler;
            if (_handlers.TryGetValue(msgType, out handler))
                handler(new NetworkMessage { StubContent = msg });
        }
    }
}

namespace UnityEngine.Networking.NetworkSystem
{
    public class EmptyMessage : MessageBase
    {
    }

    public class StringMessage : MessageBase
    {
        public string value;

        public StringMessage()
        {
        }

        public StringMessage(string v)
        {
            value = v;
        }
    }
}
