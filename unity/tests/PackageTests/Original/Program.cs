using System;
using Consonance.Tests;

namespace Consonance.Unity.Tests
{
    /// <summary>
    /// Tests of what the package has for games with the original, against a real server that they start themselves:
    /// CONSONANCE_TEST_PROGRAM is the path of <c>consonance</c>.
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
                ChoiceTests.Add(suite);
                RingTests.Add(suite);
                SessionNameTests.Add(suite);
                BadServerTests.Add(suite);
                LinkTests.Add(suite, server);
                PageTests.Add(suite, server);
                EditorTests.Add(suite, server);
                SessionTests.Add(suite, server, program);
                SidecarTests.Add(suite, server);
                LeavingTests.Add(suite, server);
                GarbageTests.Add(suite, server);
                return suite.Run(arguments.Length > 0 ? arguments[0] : null) == 0 ? 0 : 1;
            }
        }
    }
}
