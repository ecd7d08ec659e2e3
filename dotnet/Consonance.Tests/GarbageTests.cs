using System;

namespace Consonance.Tests
{
    /// <summary>What frames leave to the garbage collector.</summary>
    static class GarbageTests
    {
        const int Frames = 200;

        public static void Add(Suite suite, string address)
        {
            suite.Add("a_frame_allocates_nothing_after_warm_up", () => NoGarbage(address));
        }

        static void NoGarbage(string address)
        {
            Func<long> allocated = Allocations.Counter();
            if (allocated == null)
            {
                Console.WriteLine("skipped: this runtime does not count allocations");
                return;
            }
            using (Actor alice = new Actor(address, "Alice"))
            using (Actor bob = new Actor(address, "Bob"))
            {
                Action frame = TalkTests.Together(alice, bob);
                alice.ToneHz = 440;
                Suite.Until("Bob hears Alice", () => bob.HeardLeft > 0.1, frame);
                Player player = bob.Chat.FindPlayer("Alice");
                Action busy = () =>
                {
                    frame();
                    player.SetPosition(1, 0, player.Amplitude);
                    bob.Chat.SetListener(0, 0, 0, 0, 0, 1, 0, 1, 0);
                };
                Suite.ForFrames(Frames, busy);
                long bytes = 0;
                int events;
                // What happens may take memory: rounds in which something did do not count.
                do
                {
                    events = alice.Events.Count + bob.Events.Count;
                    long before = allocated();
                    Suite.ForFrames(Frames, busy);
                    bytes = allocated() - before;
                }
                while (alice.Events.Count + bob.Events.Count != events);
                Suite.Require(bytes == 0, Frames + " frames have allocated " + bytes + " bytes");
            }
        }
    }
}
