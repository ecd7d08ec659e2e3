using System;
using Consonance.Tests;

namespace Consonance.Unity.Tests
{
    /// <summary>
    /// Tests of games with the original whose voice server is gone for a while, which take as long as the outages: a
    /// program of its own runs beside the others. CONSONANCE_TEST_PROGRAM is the path of <c>consonance</c>.
    /// </summary>
    public static class Program
    {
        public static int Main(string[] arguments)
        {
            string program = Environment.GetEnvironmentVariable("CONSONANCE_TEST_PROGRAM");
            if (string.IsNullOrEmpty(program))
            {
                throw new InvalidOperationException("CONSONANCE_TEST_PROGRAM is not set");
            }
            using (ServerProcess server = new ServerProcess(program, false))
            {
                Suite suite = new Suite();
                OutageTests.Add(suite, server);
                return suite.Run(arguments.Length > 0 ? arguments[0] : null) == 0 ? 0 : 1;
            }
        }
    }
}
