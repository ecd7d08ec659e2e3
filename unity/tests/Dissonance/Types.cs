using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("StubTests")]

namespace Dissonance
{
    /// <summary>No parameters for a network.</summary>
    public struct Unit
    {
        public static readonly Unit None = new Unit();
    }

    public enum Codec : byte
    {
        Identity = 0,
        Opus = 1
    }

    /// <summary>The order of the values is the order of importance. None is the player's own priority.</summary>
    public enum ChannelPriority
    {
        None = -2,
        Low = -1,
        Default = 0,
        Medium = 1,
        High = 2
    }

    public enum NetworkMode
    {
        None,
        Host,
        Client,
        DedicatedServer
    }

    public static class NetworkModeExtensions
    {
        public static bool IsServerEnabled(this NetworkMode mode)
        {
            return mode == NetworkMode.Host || mode == NetworkMode.DedicatedServer;
        }

        public static bool IsClientEnabled(this NetworkMode mode)
        {
            return mode == NetworkMode.Host || mode == NetworkMode.Client;
        }
    }

    /// <summary>How a player's voice is encoded for as long as it stays.</summary>
    public struct CodecSettings : IEquatable<CodecSettings>
    {
        public CodecSettings(Codec codec, uint frameSize, int sampleRate)
        {
            Codec = codec;
            FrameSize = frameSize;
            SampleRate = sampleRate;
        }

        public Codec Codec { get; private set; }

        /// <summary>Samples of one channel per frame.</summary>
        public uint FrameSize { get; private set; }

        /// <summary>Hz.</summary>
        public int SampleRate { get; private set; }

        public bool Equals(CodecSettings other)
        {
            return Codec == other.Codec && FrameSize == other.FrameSize && SampleRate == other.SampleRate;
        }
    }

    /// <summary>A malformed or too long packet.</summary>
    public class DissonanceException : Exception
    {
        public DissonanceException(string message) : base(message)
        {
        }
    }

    /// <summary>Writes to Unity's console; trace and debug lines are dropped.</summary>
    public class Log
    {
        private readonly string _name;

        public Log(string name)
        {
            _name = name;
        }

        public bool IsTrace
        {
            get { return false; }
        }

        public bool IsDebug
        {
            get { return false; }
        }

        public void Trace(string format, params object[] args)
        {
        }

        public void Debug(string format, params object[] args)
        {
        }

        public void Info(string format, params object[] args)
        {
            UnityEngine.Debug.Log(Line(format, args));
        }

        public void Warn(string format, params object[] args)
        {
            UnityEngine.Debug.LogWarning(Line(format, args));
        }

        public void Error(string format, params object[] args)
        {
            UnityEngine.Debug.LogError(Line(format, args));
        }

        private string Line(string format, object[] args)
        {
            return "[Dissonance:" + _name + "] " + (args.Length == 0 ? format : string.Format(format, args));
        }
    }
}

namespace Dissonance.Networking
{
    public enum ConnectionStatus
    {
        Disconnected,

        /// <summary>A side is missing or still in its handshake.</summary>
        Degraded,

        Connected
    }

    public enum ClientStatus
    {
        Ok,
        Error
    }

    public enum ServerState
    {
        Ok,
        Error
    }

    /// <summary>The network component as a client sees it.</summary>
    public interface ICommsNetworkState
    {
        string PlayerName { get; }
        CodecSettings CodecSettings { get; }
        NetworkMode Mode { get; }

        /// <summary>Of the stub: what tests speak and hear through.</summary>
        StubVoice Voice { get; }
    }

    /// <summary>The network component as the voice chat sees it.</summary>
    public interface ICommsNetwork
    {
        ConnectionStatus Status { get; }
        NetworkMode Mode { get; }
        void Initialize(string playerName, CodecSettings codec);
    }

    /// <summary>A player, with what the network knows about its connection.</summary>
    public class ClientInfo<TPeer>
    {
        private readonly List<string> _rooms = new List<string>();

        internal ClientInfo(string name, ushort id, CodecSettings codec, TPeer connection)
        {
            PlayerName = name;
            PlayerId = id;
            CodecSettings = codec;
            Connection = connection;
        }

        public string PlayerName { get; private set; }
        public ushort PlayerId { get; private set; }
        public CodecSettings CodecSettings { get; private set; }
        public TPeer Connection { get; internal set; }

        /// <summary>The rooms that the player listens to, sorted.</summary>
        public ReadOnlyCollection<string> Rooms
        {
            get { return _rooms.AsReadOnly(); }
        }

        internal bool AddRoom(string room)
        {
            return SortedRooms.Add(_rooms, room);
        }

        internal bool RemoveRoom(string room)
        {
            return SortedRooms.Remove(_rooms, room);
        }
    }

    /// <summary>Lists of room names without duplicates, by UTF-16 code units.</summary>
    internal static class SortedRooms
    {
        internal static bool Add(List<string> rooms, string room)
        {
            var index = rooms.BinarySearch(room, StringComparer.Ordinal);
            if (index >= 0)
                return false;
            rooms.Insert(~index, room);
            return true;
        }

        internal static bool Remove(List<string> rooms, string room)
        {
            var index = rooms.BinarySearch(room, StringComparer.Ordinal);
            if (index < 0)
                return false;
            rooms.RemoveAt(index);
            return true;
        }
    }
}
