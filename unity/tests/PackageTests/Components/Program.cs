using System;
using Consonance.Tests;

namespace Consonance.Unity.Tests
{
    /// <summary>
    /// Tests of the package's components against a real server: CONSONANCE_TEST_ADDRESS is the address of its session, in
    /// which the room "world" has a proximity of 25 m. With "--play", a game for the tests of browsers.
    /// </summary>
    public static class Program
    {
        public static int Main(string[] arguments)
        {
            if (arguments.Length == 5 && arguments[0] == "--play")
            {
                string[] rest = new string[4];
                Array.Copy(arguments, 1, rest, 0, rest.Length);
                return PlayedGame.Play(rest);
            }
            string address = Environment.GetEnvironmentVariable("CONSONANCE_TEST_ADDRESS");
            if (string.IsNullOrEmpty(address)) throw new InvalidOperationException("CONSONANCE_TEST_ADDRESS is not set");
            Suite suite = new Suite();
            LifeTests.Add(suite, address);
            AvatarTests.Add(suite, address);
            SpeakingTests.Add(suite, address);
            GarbageTests.Add(suite, address);
            return suite.Run(arguments.Length > 0 ? arguments[0] : null) == 0 ? 0 : 1;
        }
    }
}
