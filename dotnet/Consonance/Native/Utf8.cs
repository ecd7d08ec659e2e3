using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Consonance.Native
{
    /// <summary>Texts as the library takes and gives them: UTF-8 with a zero at the end.</summary>
    internal static class Utf8
    {
        // Throws where a text is not valid UTF-16, which has no UTF-8.
        static readonly Encoding Strict = new UTF8Encoding(false, true);

        /// <summary>Null for null.</summary>
        internal static byte[] Bytes(string text)
        {
            if (text == null) return null;
            if (text.IndexOf('\0') >= 0) throw new ArgumentException("a text with a zero in it cannot be passed on", "text");
            try
            {
                byte[] bytes = new byte[Strict.GetByteCount(text) + 1];
                Strict.GetBytes(text, 0, text.Length, bytes, 0);
                return bytes;
            }
            catch (EncoderFallbackException)
            {
                throw new ArgumentException("a text with half a surrogate pair in it cannot be passed on", "text");
            }
        }

        /// <summary>The text that begins at <paramref name="start"/>, which then is where the next one begins.</summary>
        internal static string Next(byte[] bytes, ref int start)
        {
            int end = start;
            while (end < bytes.Length && bytes[end] != 0) end++;
            string text = end == start ? "" : Encoding.UTF8.GetString(bytes, start, end - start);
            start = end + 1;
            return text;
        }

        /// <summary>A text of the library's own, which stays where it is.</summary>
        internal static string Static(IntPtr text)
        {
            int length = 0;
            while (Marshal.ReadByte(text, length) != 0) length++;
            byte[] bytes = new byte[length];
            Marshal.Copy(text, bytes, 0, length);
            return Encoding.UTF8.GetString(bytes);
        }
    }
}
