using System;
using System.Text;
using Consonance.Native;

namespace Consonance
{
    /// <summary>How much of the log is kept for <see cref="VoiceLibrary.PollLog"/>.</summary>
    public enum LogLevel
    {
        /// <summary>Nothing.</summary>
        None,
        /// <summary>Errors.</summary>
        Error,
        /// <summary>And warnings.</summary>
        Warning,
        /// <summary>And information.</summary>
        Information,
        /// <summary>And details.</summary>
        Debug,
        /// <summary>Everything.</summary>
        Trace,
    }

    /// <summary>The native library behind all of this: <c>libconsonance.so</c>, <c>consonance.dll</c>.</summary>
    public static class VoiceLibrary
    {
        const uint Abi = 1;

        static readonly byte[] line = new byte[1025];
        static bool isChecked;

        /// <summary>Whether there is a native library for this machine, and it fits; why not, where it does not.</summary>
        public static bool IsAvailable(out string why)
        {
            try
            {
                Require();
                why = "";
                return true;
            }
            catch (VoiceException exception)
            {
                why = exception.Message;
                return false;
            }
        }

        /// <summary>The version of the native library, such as <c>0.1.0</c>.</summary>
        public static string Version
        {
            get
            {
                Require();
                return Utf8.Static(NativeMethods.consonance_version());
            }
        }

        /// <summary>Keeps log lines of at least this importance from now on; none until this is called.</summary>
        public static void SetLogLevel(LogLevel level)
        {
            Require();
            Call.Check(NativeMethods.consonance_set_log_level((uint)level));
        }

        /// <summary>
        /// Takes the oldest log line; false where none waits. Of more than 1024 lines that wait, the oldest are lost.
        /// </summary>
        public static bool PollLog(out LogLevel level, out string text)
        {
            Require();
            lock (line)
            {
                uint number;
                UIntPtr length;
                int error = NativeMethods.consonance_poll_log(
                    out number, line, (UIntPtr)(uint)line.Length, out length);
                bool took = Call.Took(error);
                level = (LogLevel)number;
                text = took ? Encoding.UTF8.GetString(line, 0, (int)length) : "";
                return took;
            }
        }

        /// <summary>The names of this machine's microphones, the one that the system uses first.</summary>
        public static string[] Microphones()
        {
            return Devices(0);
        }

        /// <summary>The names of this machine's loudspeakers, the one that the system uses first.</summary>
        public static string[] Loudspeakers()
        {
            return Devices(1);
        }

        static string[] Devices(uint loudspeakers)
        {
            Require();
            string names = Call.Text(
                (byte[] buffer, UIntPtr capacity, out UIntPtr length) =>
                    NativeMethods.consonance_get_devices(loudspeakers, buffer, capacity, out length));
            return names.Split(new[] { '\n' }, StringSplitOptions.RemoveEmptyEntries);
        }

        /// <summary>Throws where the library is not there, or does not fit.</summary>
        internal static void Require()
        {
            if (isChecked) return;
            uint abi;
            try
            {
                abi = NativeMethods.consonance_abi_version();
            }
            catch (DllNotFoundException cause)
            {
                throw Missing("the native library of Consonance was not found for this machine: " + cause.Message, cause);
            }
            catch (BadImageFormatException cause)
            {
                throw Missing("the native library of Consonance is for another kind of machine: " + cause.Message, cause);
            }
            catch (EntryPointNotFoundException cause)
            {
                throw Missing("the library called consonance is another one: " + cause.Message, cause);
            }
            if (abi != Abi)
            {
                throw Missing("the native library of Consonance has the interface " + abi + ", expected " + Abi, null);
            }
            isChecked = true;
        }

        static VoiceException Missing(string message, Exception cause)
        {
            return new VoiceException(VoiceError.Library, message, cause);
        }
    }
}
