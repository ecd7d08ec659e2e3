using System;
using System.Collections.Generic;

namespace StubTests
{
    /// <summary>Runs all tests, or those whose names contain the first argument; 1 when one fails.</summary>
    internal static class Program
    {
        private static int Main(string[] args)
        {
            var tests = new List<Test>();
            MemberTests.AddTo(tests);
            WireTests.AddTo(tests);
            SenderTests.AddTo(tests);
            ReceiverTests.AddTo(tests);
            MalformedTests.AddTo(tests);
            TraceTests.AddTo(tests);
            ObjectTests.AddTo(tests);
            LoopTests.AddTo(tests);
            AudioTests.AddTo(tests);
            TalkTests.AddTo(tests);
            var failures = 0;
            foreach (var test in tests)
                if (args.Length == 0 || test.Name.Contains(args[0]))
                    failures += Run(test) ? 0 : 1;
            return failures == 0 ? 0 : 1;
        }

        private static bool Run(Test test)
        {
            try
            {
                test.Body();
                Console.WriteLine("ok " + test.Name);
                return true;
            }
            catch (Exception exception)
            {
                var why = exception is CheckFailed ? exception.Message : exception.ToString();
                Console.WriteLine("FAILED " + test.Name + ": " + why);
                return false;
            }
        }
    }

    internal sealed class Test
    {
        internal readonly string Name;
        internal readonly Action Body;

        internal Test(string name, Action body)
        {
            Name = name;
            Body = body;
        }
    }
}
