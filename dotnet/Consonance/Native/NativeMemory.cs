using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace Consonance.Native
{
    /// <summary>What a struct of settings points to, for the time of one call.</summary>
    internal sealed class NativeMemory : IDisposable
    {
        readonly List<IntPtr> taken = new List<IntPtr>();

        /// <summary>Null for null.</summary>
        internal IntPtr Text(string text)
        {
            return Bytes(Utf8.Bytes(text));
        }

        /// <summary>Null for null.</summary>
        internal IntPtr Bytes(byte[] bytes)
        {
            if (bytes == null) return IntPtr.Zero;
            IntPtr memory = Take(bytes.Length);
            Marshal.Copy(bytes, 0, memory, bytes.Length);
            return memory;
        }

        /// <summary>An array of texts, and how many it has.</summary>
        internal IntPtr Texts(IList<string> texts, out uint count)
        {
            count = texts == null ? 0 : (uint)texts.Count;
            if (count == 0) return IntPtr.Zero;
            IntPtr array = Take(texts.Count * IntPtr.Size);
            for (int row = 0; row < texts.Count; row++) Marshal.WriteIntPtr(array, row * IntPtr.Size, Text(texts[row]));
            return array;
        }

        internal IntPtr Struct<T>(T value) where T : struct
        {
            IntPtr memory = Take(Marshal.SizeOf(typeof(T)));
            Marshal.StructureToPtr(value, memory, false);
            return memory;
        }

        IntPtr Take(int bytes)
        {
            IntPtr memory = Marshal.AllocHGlobal(bytes);
            taken.Add(memory);
            return memory;
        }

        public void Dispose()
        {
            foreach (IntPtr memory in taken) Marshal.FreeHGlobal(memory);
            taken.Clear();
        }
    }
}
