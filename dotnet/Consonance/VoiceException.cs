using System;

namespace Consonance
{
    /// <summary>What kind of thing has failed.</summary>
    public enum VoiceError
    {
        /// <summary>Something that this version has no name for.</summary>
        Unknown = 0,
        /// <summary>Something is null that may not be.</summary>
        Null = -1,
        /// <summary>The native library is of another version than these sources.</summary>
        StructSize = -2,
        /// <summary>A text is not valid.</summary>
        NotUtf8 = -3,
        /// <summary>The object was disposed.</summary>
        Handle = -4,
        /// <summary>A value is not in its range.</summary>
        Value = -5,
        /// <summary>A buffer is too small.</summary>
        BufferTooSmall = -6,
        /// <summary>There is no such player.</summary>
        Player = -7,
        /// <summary>More objects exist than the library keeps.</summary>
        Limit = -8,
        /// <summary>Another thread uses the stream at this moment.</summary>
        Busy = -9,
        /// <summary>The chat, the host or the recording cannot start.</summary>
        Start = -10,
        /// <summary>The chat has no such part, as a microphone where it was started without.</summary>
        Unsupported = -11,
        /// <summary>The library has a fault: please report it.</summary>
        Panic = -12,
        /// <summary>The native library is not there, or does not fit.</summary>
        Library = -1000,
    }

    /// <summary>Says what has failed, the value, and what is expected.</summary>
    public sealed class VoiceException : Exception
    {
        internal VoiceException(VoiceError error, string message) : base(message)
        {
            Error = error;
        }

        internal VoiceException(VoiceError error, string message, Exception cause) : base(message, cause)
        {
            Error = error;
        }

        /// <summary>What kind of thing has failed.</summary>
        public VoiceError Error { get; private set; }
    }
}
