using System;
using System.Net;
using System.Net.Sockets;

namespace Consonance.Links
{
    /// <summary>Reads one frame; what is wrong with it, or null.</summary>
    internal delegate string SidecarReader(byte kind, byte[] bytes, int offset, int count);

    /// <summary>The connection of a sidecar: it never waits, and what waits to be sent is bounded.</summary>
    internal sealed class SidecarSocket
    {
        const int ControlBytesMax = 1 << 20;
        // Some 500 voice packets; the oldest give way.
        const int VoiceBytesMax = 1 << 16;

        readonly SidecarReader reader;
        readonly ByteRing control = new ByteRing(ControlBytesMax);
        readonly ByteRing voice = new ByteRing(VoiceBytesMax);
        readonly byte[] inbox = new byte[1 << 16];
        readonly byte[] piece = new byte[SidecarFrame.BytesMax];
        IAsyncResult lookup;
        Socket socket;
        int port, filled, pieceLength, pieceSent;
        bool isConnecting;

        internal SidecarSocket(SidecarReader reader)
        {
            this.reader = reader;
        }

        internal bool IsOpen
        {
            get { return socket != null || lookup != null; }
        }

        /// <summary>When something came last, in seconds of the caller's clock.</summary>
        internal double HeardAt { get; private set; }

        /// <summary>When something was sent last.</summary>
        internal double SaidAt { get; private set; }

        /// <summary>Begins to connect; what is wrong, or null.</summary>
        internal string Open(string host, int toPort, double now)
        {
            Close();
            port = toPort;
            HeardAt = SaidAt = now;
            IPAddress address;
            try
            {
                if (IPAddress.TryParse(host, out address)) Connect(address);
                else lookup = Dns.BeginGetHostAddresses(host, null, null);
                return null;
            }
            catch (SocketException cause)
            {
                return cause.Message;
            }
        }

        /// <summary>Queues a frame that has to arrive; false where there is no space.</summary>
        internal bool Queue(byte[] frame, int length)
        {
            return control.TryAdd(frame, 0, length);
        }

        /// <summary>Queues a frame with voice.</summary>
        internal void QueueVoice(byte[] frame, int length)
        {
            while (!voice.TryAdd(frame, 0, length) && voice.DropOldest())
            {
            }
        }

        /// <summary>Drops waiting voice that has these bytes at this place of its frame.</summary>
        internal void DropVoice(int place, byte[] key)
        {
            voice.Discard(place, key);
        }

        /// <summary>Reads what has come; what is wrong, or null.</summary>
        internal string Receive(double now)
        {
            try
            {
                if (lookup != null) return EndLookup();
                if (isConnecting && !socket.Poll(0, SelectMode.SelectWrite)) return null;
                isConnecting = false;
                while (socket != null && socket.Poll(0, SelectMode.SelectRead))
                {
                    int got = socket.Receive(inbox, filled, inbox.Length - filled, SocketFlags.None);
                    if (got == 0) return "the voice server has closed the connection";
                    filled += got;
                    HeardAt = now;
                    string problem = ReadFrames();
                    if (problem != null) return problem;
                }
                return null;
            }
            catch (SocketException cause)
            {
                return cause.Message;
            }
        }

        /// <summary>Sends as much as goes at once; what is wrong, or null.</summary>
        internal string Flush(double now, bool isVoiceDue)
        {
            if (socket == null || isConnecting) return null;
            try
            {
                while (NextPiece(isVoiceDue))
                {
                    SocketError error;
                    int sent = socket.Send(piece, pieceSent, pieceLength - pieceSent, SocketFlags.None, out error);
                    if (error == SocketError.WouldBlock) return null;
                    if (error != SocketError.Success) return new SocketException((int)error).Message;
                    SaidAt = now;
                    pieceSent += sent;
                }
                return null;
            }
            catch (SocketException cause)
            {
                return cause.Message;
            }
        }

        internal void Close()
        {
            if (socket != null) socket.Close();
            socket = null;
            lookup = null;
            isConnecting = false;
            filled = pieceLength = pieceSent = 0;
            control.Clear();
            voice.Clear();
        }

        string EndLookup()
        {
            if (!lookup.IsCompleted) return null;
            IPAddress[] addresses = Dns.EndGetHostAddresses(lookup);
            lookup = null;
            if (addresses.Length == 0) return "the voice server's name has no address";
            Connect(addresses[0]);
            return null;
        }

        void Connect(IPAddress address)
        {
            isConnecting = true;
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            {
                Blocking = false,
                NoDelay = true,
            };
            try
            {
                socket.Connect(new IPEndPoint(address, port));
            }
            catch (SocketException cause)
            {
                bool isUnderWay = cause.SocketErrorCode == SocketError.WouldBlock
                    || cause.SocketErrorCode == SocketError.InProgress;
                if (!isUnderWay) throw;
            }
        }

        string ReadFrames()
        {
            int at = 0;
            while (filled - at >= 2)
            {
                int length = inbox[at] << 8 | inbox[at + 1];
                if (length == 0 || length > SidecarFrame.LengthMax) return "a frame of impossible length";
                if (filled - at < 2 + length) break;
                string problem = reader(inbox[at + 2], inbox, at + 3, length - 1);
                if (problem != null) return problem;
                // The reader may have closed the connection.
                if (socket == null) return null;
                at += 2 + length;
            }
            filled -= at;
            Buffer.BlockCopy(inbox, at, inbox, 0, filled);
            return null;
        }

        /// <summary>Whether a piece waits to be sent: control before voice.</summary>
        bool NextPiece(bool isVoiceDue)
        {
            if (pieceSent < pieceLength) return true;
            pieceSent = 0;
            pieceLength = Math.Max(0, control.Take(piece, 0));
            if (pieceLength == 0 && isVoiceDue) pieceLength = Math.Max(0, voice.Take(piece, 0));
            return pieceLength > 0;
        }
    }
}
