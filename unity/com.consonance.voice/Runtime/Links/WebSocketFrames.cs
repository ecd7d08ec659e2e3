using System;
using System.IO;
using System.Security.Cryptography;

namespace Consonance.Links
{
    /// <summary>What a WebSocket frame carries (RFC 6455, section 5.2).</summary>
    internal enum FrameKind
    {
        Continuation = 0,
        Text = 1,
        Binary = 2,
        Close = 8,
        Ping = 9,
        Pong = 10,
    }

    /// <summary>Reads messages of a server, which are not masked; fragments are put together.</summary>
    internal sealed class WebSocketReader
    {
        const int ControlBytesMax = 125;

        readonly Stream stream;
        readonly byte[] buffer = new byte[8192];
        readonly byte[] message;
        int begin;
        int end;
        int messageBytes;
        FrameKind messageKind = FrameKind.Continuation;

        internal WebSocketReader(Stream stream, int messageBytesMax)
        {
            this.stream = stream;
            // Control frames come between fragments, so they have a place of their own behind the message.
            message = new byte[messageBytesMax + ControlBytesMax];
        }

        /// <summary>The next whole message, or control frame, valid until the next call.</summary>
        internal FrameKind Read(out ArraySegment<byte> content)
        {
            while (true)
            {
                byte first = NextByte(), second = NextByte();
                FrameKind kind = (FrameKind)(first & 0x0F);
                bool isLast = (first & 0x80) != 0, isControl = kind >= FrameKind.Close;
                if ((first & 0x70) != 0 || (second & 0x80) != 0) throw Violation("a masked or extended frame");
                ulong length = Length(second & 0x7F);
                if (isControl)
                {
                    if (!isLast || length > ControlBytesMax) throw Violation("a control frame in parts");
                    content = ReadInto(message.Length - ControlBytesMax, (int)length);
                    return kind;
                }
                if ((kind == FrameKind.Continuation) != (messageKind != FrameKind.Continuation))
                {
                    throw Violation("a frame out of order");
                }
                if (kind != FrameKind.Continuation) messageKind = kind;
                if (length > (ulong)(message.Length - ControlBytesMax - messageBytes))
                {
                    throw Violation("a too long message");
                }
                ReadInto(messageBytes, (int)length);
                messageBytes += (int)length;
                if (!isLast) continue;
                content = new ArraySegment<byte>(message, 0, messageBytes);
                kind = messageKind;
                messageBytes = 0;
                messageKind = FrameKind.Continuation;
                return kind;
            }
        }

        /// <summary>One line of text, without its end, as before the first frame.</summary>
        internal string ReadLine(int charactersMax)
        {
            char[] line = new char[charactersMax];
            for (int count = 0; count < charactersMax; count++)
            {
                line[count] = (char)NextByte();
                if (line[count] == '\n') return new string(line, 0, count).TrimEnd('\r');
            }
            throw Violation("a too long answer");
        }

        static IOException Violation(string what)
        {
            return new IOException("the server does not keep to the WebSocket protocol: it has sent " + what);
        }

        ulong Length(int shortLength)
        {
            int bytes = shortLength == 126 ? 2 : shortLength == 127 ? 8 : 0;
            ulong length = bytes == 0 ? (ulong)shortLength : 0;
            for (; bytes > 0; bytes--) length = length << 8 | NextByte();
            return length;
        }

        ArraySegment<byte> ReadInto(int offset, int count)
        {
            for (int done = 0; done < count;)
            {
                if (begin == end) Fill();
                int step = Math.Min(count - done, end - begin);
                Buffer.BlockCopy(buffer, begin, message, offset + done, step);
                begin += step;
                done += step;
            }
            return new ArraySegment<byte>(message, offset, count);
        }

        byte NextByte()
        {
            if (begin == end) Fill();
            return buffer[begin++];
        }

        void Fill()
        {
            begin = 0;
            end = stream.Read(buffer, 0, buffer.Length);
            if (end <= 0)
            {
                end = 0;
                throw new EndOfStreamException("the server has closed the connection");
            }
        }
    }

    /// <summary>Frames of a client, which are masked, in a buffer that is written at once.</summary>
    internal sealed class WebSocketWriter
    {
        const int HeaderBytesMax = 8;

        readonly Stream stream;
        readonly byte[] buffer;
        uint mask;
        int used;

        internal WebSocketWriter(Stream stream, int frameBytesMax)
        {
            this.stream = stream;
            buffer = new byte[frameBytesMax + HeaderBytesMax];
            byte[] seed = new byte[4];
            using (RandomNumberGenerator random = RandomNumberGenerator.Create()) random.GetBytes(seed);
            mask = BitConverter.ToUInt32(seed, 0) | 1;
        }

        /// <summary>Where the content of the next frame goes.</summary>
        internal byte[] Buffer
        {
            get { return buffer; }
        }

        /// <summary>The place of the next content in <see cref="Buffer"/>.</summary>
        internal int Place
        {
            get { return used + HeaderBytesMax; }
        }

        /// <summary>Makes a frame of the content that was put there; true while half of the buffer is left.</summary>
        internal bool EndFrame(FrameKind kind, int length)
        {
            int place = Place, at = used;
            buffer[at++] = (byte)(0x80 | (int)kind);
            if (length < 126)
            {
                buffer[at++] = (byte)(0x80 | length);
            }
            else
            {
                buffer[at++] = 0x80 | 126;
                buffer[at++] = (byte)(length >> 8);
                buffer[at++] = (byte)length;
            }
            // Marsaglia's xorshift: the mask only keeps what is sent from looking like another protocol to a proxy.
            mask ^= mask << 13;
            mask ^= mask >> 17;
            mask ^= mask << 5;
            for (int index = 0; index < 4; index++) buffer[at++] = (byte)(mask >> 8 * index);
            System.Buffer.BlockCopy(buffer, place, buffer, at, length);
            for (int index = 0; index < length; index++) buffer[at + index] ^= (byte)(mask >> 8 * (index & 3));
            used = at + length;
            return used < buffer.Length / 2;
        }

        /// <summary>Writes the frames.</summary>
        internal void Flush()
        {
            if (used == 0) return;
            stream.Write(buffer, 0, used);
            used = 0;
        }
    }
}
