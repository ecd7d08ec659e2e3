using System;
using Consonance.Tests;

namespace Consonance.Unity.Samples.Tests
{
    /// <summary>
    /// Plays the package's samples, from their scene files, against a real server: CONSONANCE_TEST_ADDRESS is the
    /// address of its session, in which the room "world" has a proximity of 25 m.
    /// </summary>
    public static class Program
    {
        public static int Main(string[] arguments)
        {
            if (arguments.Length > 0 && arguments[0] == OtherGame.Argument) return OtherGame.Run(arguments);
            string address = Environment.GetEnvironmentVariable("CONSONANCE_TEST_ADDRESS");
            if (string.IsNullOrEmpty(address)) throw new InvalidOperationException("no CONSONANCE_TEST_ADDRESS");
            Suite suite = new Suite();
            CapsulesTests.Add(suite, address);
            RadioTests.Add(suite, address);
            return suite.Run(arguments.Length > 0 ? arguments[0] : null) == 0 ? 0 : 1;
        }
    }
}
