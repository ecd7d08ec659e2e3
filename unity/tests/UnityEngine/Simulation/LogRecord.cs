using System;
using System.Collections.Generic;
using UnityEngine;

namespace ConsonanceStubs
{
    public struct LogEntry
    {
        public LogType Type;
        public string Message;

        /// <summary>The object that the console would select, or null.</summary>
        public UnityEngine.Object Context;

        public override string ToString()
        {
            return Type + ": " + Message;
        }
    }

    /// <summary>What was logged, oldest first.</summary>
    public static class LogRecord
    {
        private static readonly List<LogEntry> Kept = new List<LogEntry>();

        /// <summary>Also writes to the standard error output, for looking for a fault.</summary>
        public static bool Echo { get; set; }

        public static LogEntry[] Entries
        {
            get
            {
                lock (Kept)
                    return Kept.ToArray();
            }
        }

        /// <summary>Errors, exceptions and failed assertions.</summary>
        public static LogEntry[] Errors
        {
            get { return Array.FindAll(Entries, IsError); }
        }

        public static LogEntry[] Warnings
        {
            get { return Array.FindAll(Entries, entry => entry.Type == LogType.Warning); }
        }

        public static void Clear()
        {
            lock (Kept)
                Kept.Clear();
        }

        public static bool Contains(string part)
        {
            return Array.Exists(Entries, entry => entry.Message.Contains(part));
        }

        internal static void Add(LogType type, object message, UnityEngine.Object context)
        {
            var text = message == null ? "Null" : message.ToString();
            var entry = new LogEntry { Type = type, Message = text, Context = context };
            lock (Kept)
                Kept.Add(entry);
            if (Echo)
                Console.Error.WriteLine(entry);
            Application.RaiseLog(text, type);
        }

        private static bool IsError(LogEntry entry)
        {
            return entry.Type == LogType.Error || entry.Type == LogType.Exception || entry.Type == LogType.Assert;
        }
    }
}
