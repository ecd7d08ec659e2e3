using System;

namespace NUnit.Framework
{
    /// <summary>Marks a method that is a test.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class TestAttribute : Attribute
    {
    }
}
