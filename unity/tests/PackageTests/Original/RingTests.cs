using System;
using System.Collections.Generic;
using Consonance.Links;
using Consonance.Tests;

namespace Consonance.Unity.Tests
{
    /// <summary>What waits between two threads.</summary>
    internal static class RingTests
    {
        internal static void Add(Suite suite)
        {
            suite.Add("a_ring_gives_back_what_it_was_given_whatever_its_turn", Random);
            suite.Add("a_full_ring_takes_nothing_and_grows_no_further", Full);
            suite.Add("discarded_records_are_not_given_back", Discard);
            suite.Add("reliable_packets_come_first_and_old_voice_gives_way", Queue);
        }

        static void Random()
        {
            Random random = new Random(1);
            ByteRing ring = new ByteRing(20000);
            Queue<byte[]> expected = new Queue<byte[]>();
            byte[] taken = new byte[1000];
            for (int step = 0; step < 20000; step++)
            {
                byte[] record = new byte[random.Next(1000)];
                random.NextBytes(record);
                if (random.Next(2) == 0 && ring.TryAdd(record, 0, record.Length)) expected.Enqueue(record);
                if (random.Next(2) == 0) continue;
                int count = ring.Take(taken, 0);
                Suite.AreEqual(expected.Count == 0 ? -1 : expected.Peek().Length, count, "length in step " + step);
                if (count < 0) continue;
                byte[] oldest = expected.Dequeue();
                for (int index = 0; index < count; index++) Suite.AreEqual(oldest[index], taken[index], "byte");
            }
        }

        static void Full()
        {
            ByteRing ring = new ByteRing(100);
            byte[] half = new byte[47];
            Suite.Require(ring.TryAdd(half, 0, 47) && ring.TryAdd(half, 0, 47), "no space for 100 bytes");
            Suite.Require(!ring.TryAdd(new byte[0], 0, 0), "space for 103 bytes");
            Suite.Require(ring.DropOldest() && ring.TryAdd(new byte[47], 0, 47), "no space after one was dropped");
        }

        static void Discard()
        {
            ByteRing ring = new ByteRing(1000);
            for (byte number = 0; number < 10; number++)
            {
                ring.TryAdd(new byte[] { 9, (byte)(number % 2), number }, 0, 3);
            }
            ring.Discard(1, new byte[] { 1 });
            byte[] taken = new byte[3];
            for (byte number = 0; number < 10; number += 2)
            {
                Suite.AreEqual(3, ring.Take(taken, 0), "length");
                Suite.AreEqual(number, taken[2], "number");
            }
            Suite.AreEqual(-1, ring.Take(taken, 0), "length");
        }

        static void Queue()
        {
            PacketQueue queue = new PacketQueue(1000, 20);
            for (byte number = 0; number < 9; number++)
            {
                Suite.Require(queue.Add(new[] { number }, 0, 1, number == 4), "no space");
            }
            byte[] taken = new byte[1];
            string order = "";
            bool isReliable;
            while (queue.Take(taken, 0, out isReliable) == 1) order += taken[0] + (isReliable ? "! " : " ");
            Suite.AreEqual("4! 3 5 6 7 8 ", order, "order");
            PacketQueue small = new PacketQueue(5, 20);
            Suite.Require(small.Add(new byte[2], 0, 2, true) && !small.Add(new byte[2], 0, 2, true), "no limit");
        }
    }
}
