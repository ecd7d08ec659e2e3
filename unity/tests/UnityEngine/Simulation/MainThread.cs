using System.Threading;
using UnityEngine;

namespace ConsonanceStubs
{
    /// <summary>Unity refuses most calls from other threads; so do the stubs, once a loop exists.</summary>
    public static class MainThread
    {
        private static volatile Thread _thread;

        public static bool IsCurrent
        {
            get { return _thread == null || _thread == Thread.CurrentThread; }
        }

        internal static void Claim()
        {
            _thread = Thread.CurrentThread;
        }

        internal static void Release()
        {
            _thread = null;
        }

        internal static void Require(string member)
        {
            if (!IsCurrent)
                throw new UnityException(member + " can only be called from the main thread.");
        }
    }
}
