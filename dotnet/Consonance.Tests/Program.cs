using System;

namespace Consonance.Tests
{
    /// <summary>
    /// Tests of the library against a real server. In the environment: CONSONANCE_TEST_ADDRESS, a session's address;
    /// CONSONANCE_TEST_LAYOUT, the file with the sizes and offsets of the structs of C; CONSONANCE_TEST_PROGRAM, the path
    /// of <c>consonance</c>.
    /// </summary>
    public static class Program
    {
        public static int Main(string[] arguments)
        {
            Suite suite = new Suite();
            LayoutTests.Add(suite, Variable("CONSONANCE_TEST_LAYOUT"));
            MistakeTests.Add(suite);
            string address = Variable("CONSONANCE_TEST_ADDRESS");
            TalkTests.Add(suite, address);
            SpaceTests.Add(suite, address);
            HostTests.Add(suite);
            EncryptionTests.Add(suite);
            ModerationTests.Add(suite, Variable("CONSONANCE_TEST_PROGRAM"));
            PacketTests.Add(suite, address);
            GarbageTests.Add(suite, address);
            return suite.Run(arguments.Length > 0 ? arguments[0] : null) == 0 ? 0 : 1;
        }

        static string Variable(string name)
        {
            string value = Environment.GetEnvironmentVariable(name);
            if (string.IsNullOrEmpty(value)) throw new InvalidOperationException(name + " is not set");
            return value;
        }
    }
}
