using System;
using System.Collections.Generic;
using FishNet.Broadcast;
using FishNet.Connection;
using FishNet.Transporting;

namespace FishNet.Transporting
{
    public enum Channel : byte
    {
        Reliable = 0,
        Unreliable = 1
    }
}

namespace FishNet.Broadcast
{
    public interface IBroadcast
    {
    }
}

namespace FishNet.Connection
{
    public class NetworkConnection
    {
        public bool IsAuthenticated { get; set; }
    }
}

namespace FishNet
{
    public static class InstanceFinder
    {
        public static Managing.Server.ServerManager ServerManager { get; set; }
        public static Managing.Client.ClientManager ClientManager { get; set; }
    }
}

namespace FishNet.Managing.Server
{
    public class ServerManager
    {
        private readonly Dictionary<Type, Delegate> _handlers = new Dictionary<Type, Delegate>();

        public bool Started { get; set; }

        public void RegisterBroadcast<T>(Action<NetworkConnection, T, Channel> handler,
            bool requireAuthentication = true) where T : struct, IBroadcast
        {
            Delegate before;
            _handlers.TryGetValue(typeof(T), out before);
            _handlers[typeof(T)] = Delegate.Combine(before, handler);
        }

        public void UnregisterBroadcast<T>(Action<NetworkConnection, T, Channel> handler) where T : struct, IBroadcast
        {
            Delegate before;
            if (_handlers.TryGetValue(typeof(T), out before))
                _handlers[typeof(T)] = Delegate.Remove(before, handler);
        }

        public void Broadcast<T>(NetworkConnection connection, T message, bool requireAuthenticated = true,
            Channel channel = Channel.Reliable) where T : struct, IBroadcast
        {
            StubClient.StubReceive(message);
        }

        public Client.ClientManager StubClient { get; set; }

        public void StubReceive<T>(T message)
        {
            Delegate handler;
            if (_handlers.TryGetValue(typeof(T), out handler) && handler != null)
                ((Action<NetworkConnection, T, Channel>)handler)(new NetworkConnection(), message, Channel.Reliable);
        }
    }
}

namespace FishNet.Managing.Client
{
    public class ClientManager
    {
        private readonly Dictionary<Type, Delegate> _handlers = new Dictionary<Type, Delegate>();

        public bool Started { get; set; }
        public NetworkConnection Connection { get; set; }
        public Server.ServerManager StubServer { get; set; }

        public void RegisterBroadcast<T>(Action<T, Channel> handler) where T : struct, IBroadcast
        {
            Delegate before;
            _handlers.TryGetValue(typeof(T), out before);
            _handlers[typeof(T)] = Delegate.Combine(before, handler);
        }

        public void UnregisterBroadcast<T>(Action<T, Channel> handler) where T : struct, IBroadcast
        {
            Delegate before;
            if (_handlers.TryGetValue(typeof(T), out before))
                _handlers[typeof(T)] = Delegate.Remove(before, handler);
        }

        public void Broadcast<T>(T message, Channel channel = Channel.Reliable) where T : struct, IBroadcast
        {
            StubServer.StubReceive(message);
        }

        public void StubReceive<T>(T message)
        {
            Delegate handler;
            if (_handlers.TryGetValue(typeof(T), out handler) && handler != null)
                ((Action<T, Channel>)handler)(message, Channel.Reliable);
        }
    }
}
