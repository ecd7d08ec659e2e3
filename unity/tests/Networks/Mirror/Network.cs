using System;
using System.Collections.Generic;

namespace Mirror
{
    public interface NetworkMessage
    {
    }

    public abstract class NetworkConnection
    {
        public bool isAuthenticated { get; set; }

        public abstract void Send<T>(T message, int channelId = 0) where T : struct, NetworkMessage;
    }

    public class NetworkConnectionToServer : NetworkConnection
    {
        public override void Send<T>(T message, int channelId = 0)
        {
            NetworkServer.StubReceive(message);
        }
    }

    public class NetworkConnectionToClient : NetworkConnection
    {
        public override void Send<T>(T message, int channelId = 0)
        {
            NetworkClient.StubReceive(message);
        }
    }

    public static class NetworkServer
    {
        private static readonly Dictionary<Type, Delegate> Handlers = new Dictionary<Type, Delegate>();

        public static bool active { get; set; }

        public static void ReplaceHandler<T>(Action<NetworkConnectionToClient, T> handler,
            bool requireAuthentication = true) where T : struct, NetworkMessage
        {
            Handlers[typeof(T)] = handler;
        }

        public static void StubReceive<T>(T message)
        {
            Delegate handler;
            if (Handlers.TryGetValue(typeof(T), out handler))
                ((Action<NetworkConnectionToClient, T>)handler)(new NetworkConnectionToClient(), message);
        }
    }

    public static class NetworkClient
    {
        private static readonly Dictionary<Type, Delegate> Handlers = new Dictionary<Type, Delegate>();

        public static bool isConnected { get; set; }
        public static NetworkConnection connection { get; set; }

        public static void ReplaceHandler<T>(Action<T> handler, bool requireAuthentication = true)
            where T : struct, NetworkMessage
        {
            Handlers[typeof(T)] = handler;
        }

        public static void Send<T>(T message, int channelId = 0) where T : struct, NetworkMessage
        {
            connection.Send(message, channelId);
        }

        public static void StubReceive<T>(T message)
        {
            Delegate handler;
            if (Handlers.TryGetValue(typeof(T), out handler))
                ((Action<T>)handler)(message);
        }
    }
}
