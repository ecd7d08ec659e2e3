using System;
using System.Threading;

namespace Consonance.Unity
{
    /// <summary>Samples on their way from one thread to another, without waiting: one writes, one reads.</summary>
    internal sealed class VoiceRing
    {
        readonly float[] samples;
        // Each counts on; only their difference and their remainder matter.
        long written;
        long read;

        internal VoiceRing(int capacity)
        {
            samples = new float[capacity];
        }

        /// <summary>What finds no room is dropped.</summary>
        internal void Write(float[] from)
        {
            long at = Interlocked.Read(ref written);
            long room = samples.Length - (at - Interlocked.Read(ref read));
            int count = (int)Math.Min(room, from.Length);
            for (int sample = 0; sample < count; sample++) samples[(at + sample) % samples.Length] = from[sample];
            Interlocked.Exchange(ref written, at + count);
        }

        /// <summary>How many were there.</summary>
        internal int Read(float[] into)
        {
            long at = Interlocked.Read(ref read);
            int count = (int)Math.Min(Interlocked.Read(ref written) - at, into.Length);
            for (int sample = 0; sample < count; sample++) into[sample] = samples[(at + sample) % samples.Length];
            Interlocked.Exchange(ref read, at + count);
            return count;
        }
    }
}
