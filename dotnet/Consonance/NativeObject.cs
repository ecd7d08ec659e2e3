using System;
using System.Threading;
using Consonance.Native;

namespace Consonance
{
    /// <summary>What the native library keeps for the game until it is disposed.</summary>
    public abstract class NativeObject : IDisposable
    {
        // A handle names nothing once the object is gone, so a late call from another thread does no harm.
        long handle;

        internal NativeObject(ulong handle)
        {
            this.handle = (long)handle;
        }

        /// <summary>Ends what was not disposed.</summary>
        ~NativeObject()
        {
            End();
        }

        /// <summary>Whether it was disposed.</summary>
        public bool IsDisposed
        {
            get { return Handle == 0; }
        }

        internal ulong Handle
        {
            get { return (ulong)Interlocked.Read(ref handle); }
        }

        /// <summary>Ends it, within 50 ms: what takes longer, as a goodbye, goes on in the background.</summary>
        public virtual void Dispose()
        {
            End();
            GC.SuppressFinalize(this);
        }

        void End()
        {
            // 0 is nothing to end, and not a failure.
            NativeMethods.consonance_destroy((ulong)Interlocked.Exchange(ref handle, 0));
        }
    }
}
