using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;

namespace Dissonance.Networking
{
    /// <summary>A player, with what the network knows about its connection.</summary>
    public class ClientInfo<TPeer> : IEquatable<ClientInfo<TPeer>>
    {
        private readonly List<string> _rooms = new List<string>();

        public ClientInfo(string playerName, ushort playerId, CodecSettings codecSettings, TPeer connection)
        {
            PlayerName = playerName;
            PlayerId = playerId;
            CodecSettings = codecSettings;
            Connection = connection;
            IsConnected = true;
        }

        public TPeer Connection { get; internal set; }

        /// <summary>Until it is removed from its session.</summary>
        public bool IsConnected { get; internal set; }

        internal string PlayerName { get; private set; }
        internal ushort PlayerId { get; private set; }
        internal CodecSettings CodecSettings { get; private set; }

        /// <summary>The rooms that the player listens to, sorted.</summary>
        internal ReadOnlyCollection<string> Rooms
        {
            get { return _rooms.AsReadOnly(); }
        }

        public bool AddRoom(string roomName)
        {
            return SortedRooms.Add(_rooms, roomName);
        }

        public bool RemoveRoom(string roomName)
        {
            return SortedRooms.Remove(_rooms, roomName);
        }

        public bool Equals(ClientInfo<TPeer> other)
        {
            return other != null && other.PlayerName == PlayerName;
        }

        public override bool Equals(object other)
        {
            return Equals(other as ClientInfo<TPeer>);
        }

        public override int GetHashCode()
        {
            return PlayerName == null ? 0 : PlayerName.GetHashCode();
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
