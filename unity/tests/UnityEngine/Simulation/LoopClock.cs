using System;
using System.Diagnostics;

namespace ConsonanceStubs
{
    /// <summary>Seconds since the start of the loop: simulated, or real while the loop runs in real time.</summary>
    internal static class LoopClock
    {
        private static Stopwatch _real;
        private static double _base;

        static LoopClock()
        {
            Reset();
        }

        internal static double Delta { get; private set; }
        internal static double UnscaledDelta { get; private set; }
        internal static double Scaled { get; private set; }
        internal static double FrameStart { get; private set; }
        internal static int Frames { get; private set; }
        internal static double Scale { get; set; }
        internal static double MaximumDelta { get; set; }

        internal static double Now
        {
            get { return _real == null ? _base : _base + _real.Elapsed.TotalSeconds; }
        }

        internal static void Reset()
        {
            _real = null;
            _base = 0;
            Delta = 0;
            UnscaledDelta = 0;
            Scaled = 0;
            FrameStart = 0;
            Frames = 0;
            Scale = 1;
            MaximumDelta = 1.0 / 3;
        }

        internal static void StartRealTime()
        {
            _real = Stopwatch.StartNew();
        }

        internal static void StopRealTime()
        {
            _base = Now;
            _real = null;
        }

        /// <summary>Simulated time passes; no frame begins.</summary>
        internal static void Advance(double seconds)
        {
            if (_real != null)
                throw new InvalidOperationException("the clock is real at present");
            _base += seconds;
        }

        internal static void BeginFrame()
        {
            var now = Now;
            UnscaledDelta = now - FrameStart;
            Delta = Math.Min(UnscaledDelta, MaximumDelta) * Scale;
            Scaled += Delta;
            FrameStart = now;
            Frames++;
        }
    }
}
