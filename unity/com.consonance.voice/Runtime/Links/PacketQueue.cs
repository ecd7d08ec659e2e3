using System;
using System.Threading;

namespace Consonance.Links
{
    /// <summary>
    /// Packets that wait between two threads. Reliable ones come first: what they say about players and rooms belongs
    /// before the voice.
    /// </summary>
    internal sealed class PacketQueue
    {
        readonly object gate = new object();
        readonly ByteRing reliable;
        readonly ByteRing unreliable;
        bool isWoken;

        internal PacketQueue(int reliableBytesMax, int unreliableBytesMax)
        {
            reliable = new ByteRing(reliableBytesMax);
            unreliable = new ByteRing(unreliableBytesMax);
        }

        /// <summary>
        /// Adds a copy. Of unreliable packets the oldest give way; false where a reliable one has no space, after which
        /// the link is of no use.
        /// </summary>
        internal bool Add(byte[] source, int offset, int count, bool isReliable)
        {
            lock (gate)
            {
                bool isAdded = isReliable
                    ? reliable.TryAdd(source, offset, count)
                    : AddInPlaceOfOldest(source, offset, count);
                Monitor.Pulse(gate);
                return isAdded;
            }
        }

        /// <summary>
        /// Takes a packet into <paramref name="target"/> and gives its length; -1 where none waits, or it does not fit.
        /// </summary>
        internal int Take(byte[] target, int offset, out bool isReliable)
        {
            lock (gate)
            {
                int next = reliable.NextLength();
                isReliable = next >= 0;
                if (!isReliable) next = unreliable.NextLength();
                if (next < 0 || next > target.Length - offset) return -1;
                return (isReliable ? reliable : unreliable).Take(target, offset);
            }
        }

        /// <summary>The length of the packet that is next; -1 where none waits.</summary>
        internal int NextLength()
        {
            lock (gate)
            {
                int next = reliable.NextLength();
                return next >= 0 ? next : unreliable.NextLength();
            }
        }

        /// <summary>Waits for a packet or <see cref="Wake"/>, so long at most.</summary>
        internal void Wait(int milliseconds)
        {
            lock (gate)
            {
                if (!isWoken && reliable.IsEmpty && unreliable.IsEmpty) Monitor.Wait(gate, milliseconds);
                isWoken = false;
            }
        }

        /// <summary>Ends a wait, also one that has not begun.</summary>
        internal void Wake()
        {
            lock (gate)
            {
                isWoken = true;
                Monitor.PulseAll(gate);
            }
        }

        bool AddInPlaceOfOldest(byte[] source, int offset, int count)
        {
            while (!unreliable.TryAdd(source, offset, count))
            {
                if (!unreliable.DropOldest()) return true;
            }
            return true;
        }
    }
}
