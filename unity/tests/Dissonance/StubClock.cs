using System;

namespace Dissonance.Networking
{
    /// <summary>The clock of clients and of reconnecting: the player loop's, or a test's.</summary>
    public static class StubClock
    {
        /// <summary>Seconds.</summary>
        public static Func<double> Seconds = PlayerLoopSeconds;

        public static void Reset()
        {
            Seconds = PlayerLoopSeconds;
        }

        private static double PlayerLoopSeconds()
        {
            return UnityEngine.Time.realtimeSinceStartupAsDouble;
        }
    }
}
