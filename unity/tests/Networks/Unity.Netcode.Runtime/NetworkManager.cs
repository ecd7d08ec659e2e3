using System;
using System.Collections.Generic;
using Unity.Collections;
using UnityEngine;

namespace Unity.Netcode
{
    public enum NetworkDelivery
    {
        ReliableSequenced = 3
    }

    public struct FastBufferWriter : IDisposable
    {
        private List<string> _values;

        public FastBufferWriter(int size, Allocator allocator, int maxSize = -1)
        {
            _values = new List<string>();
        }

        public void WriteValueSafe(string value, bool oneByteChars = false)
        {
            _values.Add(value);
        }

        public FastBufferReader StubReader()
        {
            return new FastBufferReader(_values);
        }

        public void Dispose()
        {
            _values = null;
        }
    }

    public struct FastBufferReader
    {
        private readonly List<string> _values;

        internal FastBufferReader(List<string> values)
        {
            _values = values;
        }

        public void ReadValueSafe(out string value, bool oneByteChars = false)
        {
            value = _values[0];
        }
    }

    /// <summary>Of the stub: the server's messages go to the client, and the other way round.</summary>
    public class CustomMessagingManager
    {
        private readonly Dictionary<string, HandleNamedMessageDelegate> _handlers =
            new Dictionary<string, HandleNamedMessageDelegate>();

        public delegate void HandleNamedMessageDelegate(ulong senderClientId, FastBufferReader messagePayload);

        public void RegisterNamedMessageHandler(string name, HandleNamedMessageDelegate callback)
        {
            _handlers[name] = callback;
        }

        public void SendNamedMessage(string messageName, ulong clientId, FastBufferWriter messageStream,
            NetworkDelivery networkDelivery = NetworkDelivery.ReliableSequenced)
        {
            var here = NetworkManager.Singleton;
            var there = here.StubOther;
            if (there == null || !there.CustomMessagingManager._handlers.ContainsKey(messageName))
                return;
            NetworkManager.Singleton = there;
            there.CustomMessagingManager._handlers[messageName](here.StubId, messageStream.StubReader());
            NetworkManager.Singleton = here;
        }
    }

    public class NetworkManager : MonoBehaviour
    {
        public const ulong ServerClientId = 0;

        public NetworkManager()
        {
            CustomMessagingManager = new CustomMessagingManager();
        }

        public static NetworkManager Singleton { get; set; }

        public bool IsServer { get; set; }
        public bool IsListening { get; set; }
        public bool IsConnectedClient { get; set; }
        public CustomMessagingManager CustomMessagingManager { get; private set; }
        public NetworkManager StubOther { get; set; }
        public ulong StubId { get; set; }
    }
}
