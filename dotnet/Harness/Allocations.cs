using System;
using System.Reflection;

namespace Consonance.Tests
{
    /// <summary>What a thread allocates.</summary>
    public static class Allocations
    {
        /// <summary>The bytes that the calling thread has allocated. Null where the runtime does not count.</summary>
        public static Func<long> Counter()
        {
            MethodInfo method = typeof(GC).GetMethod("GetAllocatedBytesForCurrentThread", Type.EmptyTypes);
            return method == null ? null : (Func<long>)Delegate.CreateDelegate(typeof(Func<long>), method);
        }
    }
}
