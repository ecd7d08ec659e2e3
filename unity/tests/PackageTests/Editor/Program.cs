using System;
using Consonance.Tests;

namespace Consonance.Unity.Editor.Tests
{
    /// <summary>
    /// Tests of the package's inspectors, drawn in edit mode and in play mode with a chat on a real server:
    /// CONSONANCE_TEST_ADDRESS is the address of its session.
    /// </summary>
    public static class Program
    {
        public static int Main(string[] arguments)
        {
            string address = Environment.GetEnvironmentVariable("CONSONANCE_TEST_ADDRESS");
            if (string.IsNullOrEmpty(address)) throw new InvalidOperationException("no CONSONANCE_TEST_ADDRESS");
            Suite suite = new Suite();
            FieldTests.Add(suite);
            HintTests.Add(suite);
            ChatTests.Add(suite, address);
            ComponentTests.Add(suite, address);
            return suite.Run(arguments.Length > 0 ? arguments[0] : null) == 0 ? 0 : 1;
        }
    }
}
