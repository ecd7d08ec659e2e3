namespace Dissonance
{
    /// <summary>Writes to Unity's console; trace and debug lines are dropped.</summary>
    public class Log
    {
        private readonly string _name;

        internal Log(string name)
        {
            _name = name;
        }

        public void Trace(string message)
        {
        }

        public void Trace<TA>(string format, TA a)
        {
        }

        public void Trace<TA, TB>(string format, TA a, TB b)
        {
        }

        public void Trace<TA, TB, TC>(string format, TA a, TB b, TC c)
        {
        }

        public void Trace<TA, TB, TC, TD>(string format, TA a, TB b, TC c, TD d)
        {
        }

        public void Trace<TA, TB, TC, TD, TE>(string format, TA a, TB b, TC c, TD d, TE e)
        {
        }

        public void Trace<TA, TB, TC, TD, TE, TF>(string format, TA a, TB b, TC c, TD d, TE e, TF f)
        {
        }

        public void Trace<TA, TB, TC, TD, TE, TF, TG>(string format, TA a, TB b, TC c, TD d, TE e, TF f, TG g)
        {
        }

        public void Debug(string message)
        {
        }

        public void Debug<TA>(string format, TA a)
        {
        }

        public void Debug<TA, TB>(string format, TA a, TB b)
        {
        }

        public void Debug<TA, TB, TC>(string format, TA a, TB b, TC c)
        {
        }

        public void Debug<TA, TB, TC, TD>(string format, TA a, TB b, TC c, TD d)
        {
        }

        public void Debug<TA, TB, TC, TD, TE>(string format, TA a, TB b, TC c, TD d, TE e)
        {
        }

        public void Debug<TA, TB, TC, TD, TE, TF>(string format, TA a, TB b, TC c, TD d, TE e, TF f)
        {
        }

        public void Debug<TA, TB, TC, TD, TE, TF, TG>(string format, TA a, TB b, TC c, TD d, TE e, TF f, TG g)
        {
        }

        public void Info(string message)
        {
            UnityEngine.Debug.Log(Line(message));
        }

        public void Info<TA>(string format, TA a)
        {
            UnityEngine.Debug.Log(Line(string.Format(format, a)));
        }

        public void Info<TA, TB>(string format, TA a, TB b)
        {
            UnityEngine.Debug.Log(Line(string.Format(format, a, b)));
        }

        public void Info<TA, TB, TC>(string format, TA a, TB b, TC c)
        {
            UnityEngine.Debug.Log(Line(string.Format(format, a, b, c)));
        }

        public void Info<TA, TB, TC, TD>(string format, TA a, TB b, TC c, TD d)
        {
            UnityEngine.Debug.Log(Line(string.Format(format, a, b, c, d)));
        }

        public void Info<TA, TB, TC, TD, TE>(string format, TA a, TB b, TC c, TD d, TE e)
        {
            UnityEngine.Debug.Log(Line(string.Format(format, a, b, c, d, e)));
        }

        public void Info<TA, TB, TC, TD, TE, TF>(string format, TA a, TB b, TC c, TD d, TE e, TF f)
        {
            UnityEngine.Debug.Log(Line(string.Format(format, a, b, c, d, e, f)));
        }

        public void Info<TA, TB, TC, TD, TE, TF, TG>(string format, TA a, TB b, TC c, TD d, TE e, TF f, TG g)
        {
            UnityEngine.Debug.Log(Line(string.Format(format, a, b, c, d, e, f, g)));
        }

        public void Warn(string message)
        {
            UnityEngine.Debug.LogWarning(Line(message));
        }

        public void Warn<TA>(string format, TA a)
        {
            UnityEngine.Debug.LogWarning(Line(string.Format(format, a)));
        }

        public void Warn<TA, TB>(string format, TA a, TB b)
        {
            UnityEngine.Debug.LogWarning(Line(string.Format(format, a, b)));
        }

        public void Warn<TA, TB, TC>(string format, TA a, TB b, TC c)
        {
            UnityEngine.Debug.LogWarning(Line(string.Format(format, a, b, c)));
        }

        public void Warn<TA, TB, TC, TD>(string format, TA a, TB b, TC c, TD d)
        {
            UnityEngine.Debug.LogWarning(Line(string.Format(format, a, b, c, d)));
        }

        public void Warn<TA, TB, TC, TD, TE>(string format, TA a, TB b, TC c, TD d, TE e)
        {
            UnityEngine.Debug.LogWarning(Line(string.Format(format, a, b, c, d, e)));
        }

        public void Warn<TA, TB, TC, TD, TE, TF>(string format, TA a, TB b, TC c, TD d, TE e, TF f)
        {
            UnityEngine.Debug.LogWarning(Line(string.Format(format, a, b, c, d, e, f)));
        }

        public void Warn<TA, TB, TC, TD, TE, TF, TG>(string format, TA a, TB b, TC c, TD d, TE e, TF f, TG g)
        {
            UnityEngine.Debug.LogWarning(Line(string.Format(format, a, b, c, d, e, f, g)));
        }

        public void Error(string message)
        {
            UnityEngine.Debug.LogError(Line(message));
        }

        public void Error<TA>(string format, TA a)
        {
            UnityEngine.Debug.LogError(Line(string.Format(format, a)));
        }

        public void Error<TA, TB>(string format, TA a, TB b)
        {
            UnityEngine.Debug.LogError(Line(string.Format(format, a, b)));
        }

        public void Error<TA, TB, TC>(string format, TA a, TB b, TC c)
        {
            UnityEngine.Debug.LogError(Line(string.Format(format, a, b, c)));
        }

        public void Error<TA, TB, TC, TD>(string format, TA a, TB b, TC c, TD d)
        {
            UnityEngine.Debug.LogError(Line(string.Format(format, a, b, c, d)));
        }

        public void Error<TA, TB, TC, TD, TE>(string format, TA a, TB b, TC c, TD d, TE e)
        {
            UnityEngine.Debug.LogError(Line(string.Format(format, a, b, c, d, e)));
        }

        public void Error<TA, TB, TC, TD, TE, TF>(string format, TA a, TB b, TC c, TD d, TE e, TF f)
        {
            UnityEngine.Debug.LogError(Line(string.Format(format, a, b, c, d, e, f)));
        }

        public void Error<TA, TB, TC, TD, TE, TF, TG>(string format, TA a, TB b, TC c, TD d, TE e, TF f, TG g)
        {
            UnityEngine.Debug.LogError(Line(string.Format(format, a, b, c, d, e, f, g)));
        }

        private string Line(string message)
        {
            return "[Dissonance:" + _name + "] " + message;
        }
    }
}
