using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;

namespace Consonance.Tests
{
    /// <summary>Thrown where something is not as it must be.</summary>
    public sealed class TestFailure : Exception
    {
        public TestFailure(string message) : base(message)
        {
        }
    }

    /// <summary>Runs tests one after the other, a line for each: "ok" or "FAILED" and its name.</summary>
    public sealed class Suite
    {
        // Far longer than anything takes, on a machine that does much else.
        const int PatienceMs = 30000;
        const int FrameMs = 10;

        readonly List<KeyValuePair<string, Action>> tests = new List<KeyValuePair<string, Action>>();

        public void Add(string name, Action test)
        {
            tests.Add(new KeyValuePair<string, Action>(name, test));
        }

        /// <summary>How many have failed.</summary>
        public int Run(string only)
        {
            int failed = 0;
            foreach (KeyValuePair<string, Action> test in tests)
            {
                if (only != null && !test.Key.Contains(only)) continue;
                Stopwatch watch = Stopwatch.StartNew();
                try
                {
                    test.Value();
                    Console.WriteLine("ok " + test.Key + " (" + watch.ElapsedMilliseconds + " ms)");
                }
                catch (Exception failure)
                {
                    failed++;
                    bool isOurs = failure is TestFailure;
                    Console.WriteLine("FAILED " + test.Key + ": " + (isOurs ? failure.Message : failure.ToString()));
                }
            }
            return failed;
        }

        public static void Require(bool condition, string message)
        {
            if (!condition) throw new TestFailure(message);
        }

        public static void AreEqual<T>(T expected, T got, string what)
        {
            if (!Equals(expected, got)) throw new TestFailure(what + ": expected " + expected + ", got " + got);
        }

        /// <summary>What a call throws.</summary>
        public static VoiceException Throws(VoiceError error, Action act)
        {
            try
            {
                act();
            }
            catch (VoiceException exception)
            {
                AreEqual(error, exception.Error, exception.Message);
                return exception;
            }
            throw new TestFailure("no exception, expected one of the kind " + error);
        }

        /// <summary>Runs frames until a condition holds.</summary>
        public static void Until(string what, Func<bool> condition, Action frame)
        {
            Stopwatch watch = Stopwatch.StartNew();
            while (!condition())
            {
                Require(watch.ElapsedMilliseconds < PatienceMs, "timed out waiting: " + what);
                frame();
                Thread.Sleep(FrameMs);
            }
        }

        public static void ForFrames(int count, Action frame)
        {
            for (int number = 0; number < count; number++)
            {
                frame();
                Thread.Sleep(FrameMs);
            }
        }
    }
}
