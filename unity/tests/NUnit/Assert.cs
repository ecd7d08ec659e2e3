using System;

namespace NUnit.Framework
{
    /// <summary>Something is not as a test expects it.</summary>
    public sealed class AssertionException : Exception
    {
        public AssertionException(string message) : base(message)
        {
        }
    }

    /// <summary>What tests expect.</summary>
    public static class Assert
    {
        public static void IsTrue(bool condition, string message)
        {
            if (!condition) throw new AssertionException(message);
        }

        public static void AreEqual(object expected, object actual, string message = "")
        {
            IsTrue(Equals(expected, actual), "expected " + expected + ", was " + actual + " " + message);
        }

        /// <summary>The code throws exactly this, which is returned.</summary>
        public static TException Throws<TException>(Action code) where TException : Exception
        {
            try
            {
                code();
            }
            catch (Exception exception)
            {
                if (exception.GetType() == typeof(TException)) return (TException)exception;
                throw new AssertionException("expected " + typeof(TException) + ", was " + exception);
            }
            throw new AssertionException("expected " + typeof(TException) + ", was nothing");
        }
    }

    /// <summary>What tests expect of texts.</summary>
    public static class StringAssert
    {
        public static void Contains(string expected, string actual)
        {
            Assert.IsTrue(actual.Contains(expected), "expected " + expected + " in " + actual);
        }
    }
}
