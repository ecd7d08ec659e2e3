using System;
using Consonance.Native;

namespace Consonance
{
    /// <summary>
    /// Sound that an engine pulls: the mix of all players, or one player's voice, which is in the mix again once the
    /// stream is disposed. It may be pulled on the engine's audio thread, where it never waits.
    /// </summary>
    public sealed class OutputStream : NativeObject
    {
        internal OutputStream(ulong handle) : base(handle)
        {
        }

        /// <summary>
        /// Overwrites the whole array with what is played next: frames of so many channels, in turn, at this rate; both
        /// may change with each call. What cannot be had is silence; then this is false. Rates from 8 to 192 kHz.
        /// </summary>
        public bool Pull(float[] interleaved, int channels, int sampleRateHz)
        {
            ulong stream = Handle;
            if (stream != 0 && channels > 0)
            {
                UIntPtr frames = (UIntPtr)(uint)(interleaved.Length / channels);
                int error = NativeMethods.consonance_pull(
                    stream, interleaved, frames, (uint)channels, (uint)sampleRateHz);
                if (error == Call.None) return true;
            }
            Array.Clear(interleaved, 0, interleaved.Length);
            return false;
        }
    }

    /// <summary>
    /// Sound that an engine pushes: what it records, or what it plays. It may be pushed on the engine's audio thread,
    /// where it never waits.
    /// </summary>
    public sealed class InputStream : NativeObject
    {
        internal InputStream(ulong handle) : base(handle)
        {
        }

        /// <summary>
        /// Takes the whole array: frames of so many channels, in turn, at this rate; both may change with each call.
        /// What finds no room is dropped; then this is false. Rates from 8 to 192 kHz.
        /// </summary>
        public bool Push(float[] interleaved, int channels, int sampleRateHz)
        {
            return channels > 0 && Push(interleaved, interleaved.Length / channels, channels, sampleRateHz);
        }

        /// <summary>The same with the first <paramref name="frames"/> frames of the array.</summary>
        public bool Push(float[] interleaved, int frames, int channels, int sampleRateHz)
        {
            ulong stream = Handle;
            if (stream == 0 || channels <= 0 || frames < 0 || frames > interleaved.Length / channels) return false;
            int error = NativeMethods.consonance_push(
                stream, interleaved, (UIntPtr)(uint)frames, (uint)channels, (uint)sampleRateHz);
            return error == Call.None;
        }
    }

    /// <summary>A recording of all players, each into a file of its own; disposing it completes the files.</summary>
    public sealed class Recording : NativeObject
    {
        internal Recording(ulong handle) : base(handle)
        {
        }
    }
}
