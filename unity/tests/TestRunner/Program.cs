using System;
using System.Reflection;
using NUnit.Framework;

/// <summary>
/// Runs the tests of this assembly as the Unity Test Runner does: each in an object of its own, and each with a line.
/// </summary>
static class Program
{
    static int Main()
    {
        int failed = 0;
        foreach (Type type in Assembly.GetExecutingAssembly().GetTypes())
        {
            foreach (MethodInfo method in type.GetMethods())
            {
                if (method.IsDefined(typeof(TestAttribute), false) && !Passes(type, method)) failed++;
            }
        }
        return failed == 0 ? 0 : 1;
    }

    static bool Passes(Type type, MethodInfo test)
    {
        try
        {
            test.Invoke(Activator.CreateInstance(type), null);
            Console.WriteLine("ok " + test.Name);
            return true;
        }
        catch (TargetInvocationException exception)
        {
            Console.WriteLine("FAILED " + test.Name + ": " + exception.InnerException);
            return false;
        }
    }
}
