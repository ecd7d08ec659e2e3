using System;

namespace Consonance.Links
{
    /// <summary>
    /// Records of bytes, first in first out, in one array that grows up to a limit. Not for several threads at once.
    /// </summary>
    internal sealed class ByteRing
    {
        const int HeaderBytes = 3;
        const int FirstCapacity = 4096;
        const byte Kept = 0;
        const byte Discarded = 1;

        readonly int bytesMax;
        byte[] bytes = new byte[0];
        int head;
        int used;

        /// <summary>A ring of at most so many bytes, of which each record takes three more than it has.</summary>
        internal ByteRing(int bytesMax)
        {
            this.bytesMax = bytesMax;
        }

        internal bool IsEmpty
        {
            get { return used == 0; }
        }

        /// <summary>False, and nothing changed, where there is no space.</summary>
        internal bool TryAdd(byte[] source, int offset, int count)
        {
            if (count > ushort.MaxValue) return false;
            int needed = used + HeaderBytes + count;
            if (needed > bytesMax) return false;
            if (needed > bytes.Length) Grow(needed);
            Put((byte)(count >> 8));
            Put((byte)count);
            Put(Kept);
            int at = Wrapped(head + used);
            int first = Math.Min(count, bytes.Length - at);
            Buffer.BlockCopy(source, offset, bytes, at, first);
            Buffer.BlockCopy(source, offset + first, bytes, 0, count - first);
            used += count;
            return true;
        }

        /// <summary>
        /// Takes the oldest record into <paramref name="target"/>, and gives its length; -1 where there is none. A
        /// record that does not fit is lost.
        /// </summary>
        internal int Take(byte[] target, int offset)
        {
            while (used > 0)
            {
                int count = LengthAt(head);
                bool isKept = bytes[Wrapped(head + 2)] == Kept && count <= target.Length - offset;
                int at = Wrapped(head + HeaderBytes);
                if (isKept)
                {
                    int first = Math.Min(count, bytes.Length - at);
                    Buffer.BlockCopy(bytes, at, target, offset, first);
                    Buffer.BlockCopy(bytes, 0, target, offset + first, count - first);
                }
                Skip(count);
                if (isKept) return count;
            }
            return -1;
        }

        /// <summary>The length of the oldest record, or -1.</summary>
        internal int NextLength()
        {
            while (used > 0 && bytes[Wrapped(head + 2)] != Kept) Skip(LengthAt(head));
            return used > 0 ? LengthAt(head) : -1;
        }

        /// <summary>Drops the oldest record, if there is one.</summary>
        internal bool DropOldest()
        {
            if (NextLength() < 0) return false;
            Skip(LengthAt(head));
            return true;
        }

        /// <summary>Drops all records that have these bytes at this place.</summary>
        internal void Discard(int place, byte[] key)
        {
            for (int walked = 0; walked < used;)
            {
                int record = Wrapped(head + walked);
                int count = LengthAt(record);
                if (HasAt(record, count, place, key)) bytes[Wrapped(record + 2)] = Discarded;
                walked += HeaderBytes + count;
            }
        }

        internal void Clear()
        {
            head = used = 0;
        }

        bool HasAt(int record, int count, int place, byte[] key)
        {
            if (place + key.Length > count) return false;
            for (int index = 0; index < key.Length; index++)
            {
                if (bytes[Wrapped(record + HeaderBytes + place + index)] != key[index]) return false;
            }
            return true;
        }

        void Put(byte value)
        {
            bytes[Wrapped(head + used)] = value;
            used++;
        }

        void Skip(int count)
        {
            head = Wrapped(head + HeaderBytes + count);
            used -= HeaderBytes + count;
        }

        int LengthAt(int record)
        {
            return bytes[record] << 8 | bytes[Wrapped(record + 1)];
        }

        int Wrapped(int index)
        {
            return index < bytes.Length ? index : index - bytes.Length;
        }

        void Grow(int needed)
        {
            int capacity = Math.Max(FirstCapacity, bytes.Length);
            while (capacity < needed) capacity *= 2;
            byte[] larger = new byte[Math.Min(capacity, bytesMax)];
            int first = Math.Min(used, bytes.Length - head);
            Buffer.BlockCopy(bytes, head, larger, 0, first);
            Buffer.BlockCopy(bytes, 0, larger, first, used - first);
            bytes = larger;
            head = 0;
        }
    }
}
