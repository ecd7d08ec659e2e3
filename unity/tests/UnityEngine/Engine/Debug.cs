using System;
using ConsonanceStubs;

namespace UnityEngine
{
    /// <summary>The numbers are Unity's.</summary>
    public enum LogType
    {
        Error = 0,
        Assert = 1,
        Warning = 2,
        Log = 3,
        Exception = 4
    }

    /// <summary>The console. Any thread may log; <see cref="ConsonanceStubs.LogRecord"/> keeps it all.</summary>
    public static class Debug
    {
        public static bool isDebugBuild
        {
            get { return true; }
        }

        public static void Log(object message)
        {
            LogRecord.Add(LogType.Log, message, null);
        }

        public static void Log(object message, Object context)
        {
            LogRecord.Add(LogType.Log, message, context);
        }

        public static void LogFormat(string format, params object[] args)
        {
            Log(string.Format(format, args));
        }

        public static void LogWarning(object message)
        {
            LogRecord.Add(LogType.Warning, message, null);
        }

        public static void LogWarning(object message, Object context)
        {
            LogRecord.Add(LogType.Warning, message, context);
        }

        public static void LogWarningFormat(string format, params object[] args)
        {
            LogWarning(string.Format(format, args));
        }

        public static void LogError(object message)
        {
            LogRecord.Add(LogType.Error, message, null);
        }

        public static void LogError(object message, Object context)
        {
            LogRecord.Add(LogType.Error, message, context);
        }

        public static void LogErrorFormat(string format, params object[] args)
        {
            LogError(string.Format(format, args));
        }

        public static void LogException(Exception exception)
        {
            LogRecord.Add(LogType.Exception, exception, null);
        }

        public static void LogException(Exception exception, Object context)
        {
            LogRecord.Add(LogType.Exception, exception, context);
        }

        public static void Assert(bool condition, string message = "Assertion failed")
        {
            if (!condition)
                LogRecord.Add(LogType.Assert, message, null);
        }
    }
}
