using System;
using System.Text;

namespace Consonance.Native
{
    /// <summary>Fills a buffer, and tells how much it has written or needs.</summary>
    internal delegate int Filling(byte[] buffer, UIntPtr capacity, out UIntPtr length);

    /// <summary>What becomes of calls into the library.</summary>
    internal static class Call
    {
        internal const int None = 0;
        internal const int Nothing = 1;
        internal const int BufferTooSmall = -6;

        /// <summary>Throws what the library says, where it has failed.</summary>
        internal static void Check(int error)
        {
            if (error < 0) throw new VoiceException((VoiceError)error, LastWords(error));
        }

        /// <summary>True where something was there, and false where nothing waits.</summary>
        internal static bool Took(int error)
        {
            Check(error);
            return error != Nothing;
        }

        /// <summary>A text of any length.</summary>
        internal static string Text(Filling fill)
        {
            byte[] buffer = new byte[1024];
            while (true)
            {
                UIntPtr length;
                int error = fill(buffer, (UIntPtr)(uint)buffer.Length, out length);
                if (error != BufferTooSmall)
                {
                    Check(error);
                    return Encoding.UTF8.GetString(buffer, 0, (int)length);
                }
                // The zero at the end, and a margin for what grows meanwhile.
                buffer = new byte[(int)length + 64];
            }
        }

        static string LastWords(int error)
        {
            byte[] buffer = new byte[4096];
            UIntPtr length;
            bool known = NativeMethods.consonance_last_error(buffer, (UIntPtr)(uint)buffer.Length, out length) == None;
            string words = known ? Encoding.UTF8.GetString(buffer, 0, (int)length) : "";
            return words.Length > 0 ? words : Utf8.Static(NativeMethods.consonance_error_text(error));
        }
    }
}
