using System;
using System.Collections.Generic;

namespace Consonance.Unity
{
    /// <summary>The players of a game's server, in the order in which they came.</summary>
    internal sealed class SidecarSeats<TPeer> where TPeer : struct, IEquatable<TPeer>
    {
        readonly List<SidecarSeat<TPeer>> seats = new List<SidecarSeat<TPeer>>();
        readonly Dictionary<ulong, SidecarSeat<TPeer>> seatOfNumber = new Dictionary<ulong, SidecarSeat<TPeer>>();
        ulong lastNumber;

        /// <summary>A copy, since players may leave while it is gone through.</summary>
        internal SidecarSeat<TPeer>[] All
        {
            get { return seats.ToArray(); }
        }

        internal int Count
        {
            get { return seats.Count; }
        }

        internal SidecarSeat<TPeer> At(int place)
        {
            return seats[place];
        }

        internal SidecarSeat<TPeer> Add(TPeer peer)
        {
            SidecarSeat<TPeer> seat = new SidecarSeat<TPeer>(peer, ++lastNumber);
            seats.Add(seat);
            seatOfNumber[seat.Number] = seat;
            return seat;
        }

        internal void Remove(SidecarSeat<TPeer> seat)
        {
            seats.Remove(seat);
            seatOfNumber.Remove(seat.Number);
        }

        internal void Clear()
        {
            seats.Clear();
            seatOfNumber.Clear();
        }

        /// <summary>By comparing, as the base does: not every network's peer has a good hash. Null for none.</summary>
        internal SidecarSeat<TPeer> Find(TPeer peer)
        {
            for (int place = 0; place < seats.Count; place++)
            {
                if (seats[place].Peer.Equals(peer)) return seats[place];
            }
            return null;
        }

        /// <summary>Null for one that has left.</summary>
        internal SidecarSeat<TPeer> Find(ulong number)
        {
            SidecarSeat<TPeer> seat;
            return seatOfNumber.TryGetValue(number, out seat) ? seat : null;
        }

        /// <summary>Another player that has, or else one that waits for, a player's name; null for none.</summary>
        internal SidecarSeat<TPeer> Namesake(SidecarSeat<TPeer> of, bool hasAsked)
        {
            return of.Name == null
                ? null
                : seats.Find(seat => seat != of && seat.HasAsked == hasAsked && seat.Name == of.Name);
        }
    }
}
