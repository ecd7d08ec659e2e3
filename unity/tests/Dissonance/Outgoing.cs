using System;
using System.Collections.Generic;

namespace Dissonance.Networking
{
    /// <summary>What leaves at the end of an update: to the server, then to players, reliable first.</summary>
    internal sealed class Outgoing<TPeer> where TPeer : struct, IEquatable<TPeer>
    {
        private readonly List<Packet>[] _stages =
        {
            new List<Packet>(), new List<Packet>(), new List<Packet>(), new List<Packet>()
        };

        private readonly SendBuffer _buffer = new SendBuffer();

        internal void Queue(bool reliable, byte[] packet)
        {
            _stages[reliable ? 0 : 1].Add(new Packet { Bytes = packet });
        }

        internal void Queue(bool reliable, List<ClientInfo<TPeer?>> destinations, byte[] packet)
        {
            if (destinations.Count > 0)
                _stages[reliable ? 2 : 3].Add(new Packet { Bytes = packet, Destinations = destinations });
        }

        internal void Flush(Action<ArraySegment<byte>> reliable, Action<ArraySegment<byte>> unreliable,
            Action<List<ClientInfo<TPeer?>>, ArraySegment<byte>> reliableP2P,
            Action<List<ClientInfo<TPeer?>>, ArraySegment<byte>> unreliableP2P)
        {
            foreach (var packet in Take(0))
                _buffer.Lend(new ArraySegment<byte>(packet.Bytes), reliable);
            foreach (var packet in Take(1))
                _buffer.Lend(new ArraySegment<byte>(packet.Bytes), unreliable);
            SendP2P(Take(2), reliableP2P);
            SendP2P(Take(3), unreliableP2P);
        }

        private void SendP2P(Packet[] packets, Action<List<ClientInfo<TPeer?>>, ArraySegment<byte>> send)
        {
            foreach (var packet in packets)
            {
                var destinations = packet.Destinations;
                _buffer.Lend(new ArraySegment<byte>(packet.Bytes), segment => send(destinations, segment));
            }
        }

        private Packet[] Take(int stage)
        {
            var packets = _stages[stage].ToArray();
            _stages[stage].Clear();
            return packets;
        }

        private struct Packet
        {
            internal byte[] Bytes;
            internal List<ClientInfo<TPeer?>> Destinations;
        }
    }
}
