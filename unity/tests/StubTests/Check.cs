using System;
using System.Collections.Generic;

namespace StubTests
{
    internal sealed class CheckFailed : Exception
    {
        internal CheckFailed(string message) : base(message)
        {
        }
    }

    internal static class Check
    {
        internal static void That(bool condition, string what)
        {
            if (!condition)
                throw new CheckFailed(what);
        }

        internal static void Equal(string expected, string actual, string what)
        {
            if (expected != actual)
                throw new CheckFailed(what + ": expected <" + expected + ">, got <" + actual + ">");
        }

        internal static void Equal(long expected, long actual, string what)
        {
            Equal(expected.ToString(), actual.ToString(), what);
        }

        internal static void Near(double expected, double actual, double tolerance, string what)
        {
            if (Math.Abs(expected - actual) > tolerance)
                throw new CheckFailed(what + ": expected " + expected + ", got " + actual);
        }

        internal static void Equal(IList<string> expected, IList<string> actual, string what)
        {
            for (var i = 0; i < Math.Max(expected.Count, actual.Count); i++)
                Equal(i < expected.Count ? expected[i] : "(nothing)", i < actual.Count ? actual[i] : "(nothing)",
                    what + " [" + i + "]");
        }

        internal static void Throws<T>(Action action, string what) where T : Exception
        {
            try
            {
                action();
            }
            catch (T)
            {
                return;
            }
            throw new CheckFailed(what + " throws no " + typeof(T).Name);
        }
    }
}
