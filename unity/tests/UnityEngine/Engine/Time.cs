using ConsonanceStubs;

namespace UnityEngine
{
    /// <summary>The clock of the player loop, in seconds. Reading it from another thread fails, as in Unity.</summary>
    public static class Time
    {
        /// <summary>Seconds since the last frame, at most <see cref="maximumDeltaTime"/>.</summary>
        public static float deltaTime
        {
            get { MainThread.Require("get_deltaTime"); return (float)LoopClock.Delta; }
        }

        /// <summary>Seconds since the last frame, however long it took.</summary>
        public static float unscaledDeltaTime
        {
            get { MainThread.Require("get_unscaledDeltaTime"); return (float)LoopClock.UnscaledDelta; }
        }

        public static float time
        {
            get { MainThread.Require("get_time"); return (float)LoopClock.Scaled; }
        }

        public static double timeAsDouble
        {
            get { MainThread.Require("get_timeAsDouble"); return LoopClock.Scaled; }
        }

        public static float unscaledTime
        {
            get { MainThread.Require("get_unscaledTime"); return (float)LoopClock.FrameStart; }
        }

        public static double unscaledTimeAsDouble
        {
            get { MainThread.Require("get_unscaledTimeAsDouble"); return LoopClock.FrameStart; }
        }

        public static float realtimeSinceStartup
        {
            get { MainThread.Require("get_realtimeSinceStartup"); return (float)LoopClock.Now; }
        }

        public static double realtimeSinceStartupAsDouble
        {
            get { MainThread.Require("get_realtimeSinceStartupAsDouble"); return LoopClock.Now; }
        }

        public static int frameCount
        {
            get { MainThread.Require("get_frameCount"); return LoopClock.Frames; }
        }

        public static float timeScale
        {
            get { return (float)LoopClock.Scale; }
            set { LoopClock.Scale = value; }
        }

        public static float maximumDeltaTime
        {
            get { return (float)LoopClock.MaximumDelta; }
            set { LoopClock.MaximumDelta = value; }
        }

        public static float fixedDeltaTime
        {
            get { return 0.02f; }
        }
    }
}
