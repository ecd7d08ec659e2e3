using System;
using System.Collections.Generic;
using PurrNet.Packing;
using PurrNet.Transports;

namespace PurrNet.Transports
{
    public enum Channel : byte
    {
        ReliableOrdered = 2
    }
}

namespace PurrNet.Packing
{
    public interface IPackedAuto
    {
    }
}

namespace PurrNet
{
    public delegate void PlayerBroadcastDelegate<in T>(PlayerID player, T data, bool asServer);

    public struct PlayerID
    {
    }

    public sealed class NetworkManager
    {
        private readonly Dictionary<Type, Delegate> _handlers = new Dictionary<Type, Delegate>();

        public static NetworkManager main { get; set; }

        public bool isServer { get; set; }
        public bool isClient { get; set; }
        public NetworkManager StubOther { get; set; }

        public void Subscribe<T>(PlayerBroadcastDelegate<T> callback, bool asServer) where T : new()
        {
            _handlers[typeof(T)] = callback;
        }

        public void SendToServer<T>(T data, Channel method = Channel.ReliableOrdered)
        {
            Pass(data, true);
        }

        public void Send<T>(PlayerID player, T data, Channel method = Channel.ReliableOrdered)
        {
            Pass(data, false);
        }

        private void Pass<T>(T data, bool asServer)
        {
            Delegate handler;
            if (!StubOther._handlers.TryGetValue(typeof(T), out handler))
                return;
            main = StubOther;
            ((PlayerBroadcastDelegate<T>)handler)(new PlayerID(), data, asServer);
            main = this;
        }
    }
}
