using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading;

namespace Consonance.Links
{
    /// <summary>
    /// A link over sockets of the runtime: one thread connects and reads, another one writes, and both give way to
    /// queues that the game's thread never waits for.
    /// </summary>
    public abstract class SocketPacketLink : IPacketLink
    {
        /// <summary>How long each step of connecting may take, in ms.</summary>
        protected const int StepTimeoutMs = 5000;
        /// <summary>How often the server is asked for a sign of life, in ms.</summary>
        protected const int PingMs = 5000;
        /// <summary>Silence after which the link has ended, in ms.</summary>
        protected const int SilenceMs = 15000;
        /// <summary>The longest packet in either direction, in bytes.</summary>
        protected const int PacketBytesMax = 16384;

        const int ReceivedReliableBytesMax = 1 << 20;
        const int ReceivedVoiceBytesMax = 1 << 18;
        const int SentReliableBytesMax = 1 << 18;
        // Some 400 ms of voice: what is older is of no use to a listener.
        const int SentVoiceBytesMax = 4096;

        readonly object gate = new object();
        readonly PacketQueue received = new PacketQueue(ReceivedReliableBytesMax, ReceivedVoiceBytesMax);
        readonly PacketQueue sending = new PacketQueue(SentReliableBytesMax, SentVoiceBytesMax);
        byte[] packet = new byte[2048];
        LinkState state;
        string reason = "";
        volatile bool isClosing;

        internal SocketPacketLink()
        {
        }

        /// <inheritdoc/>
        public abstract string TransportName { get; }

        /// <inheritdoc/>
        public LinkState State
        {
            get
            {
                lock (gate) return state;
            }
        }

        /// <inheritdoc/>
        public string Reason
        {
            get
            {
                lock (gate) return reason;
            }
        }

        /// <inheritdoc/>
        public void Open()
        {
            lock (gate)
            {
                if (state != LinkState.New) return;
                state = LinkState.Connecting;
            }
            Start(Run, "voice: receive");
        }

        /// <inheritdoc/>
        public bool TryReceive(out ArraySegment<byte> taken, out bool isReliable)
        {
            int count = received.Take(packet, 0, out isReliable);
            if (count < 0 && received.NextLength() > packet.Length)
            {
                packet = new byte[PacketBytesMax];
                count = received.Take(packet, 0, out isReliable);
            }
            taken = count < 0 ? new ArraySegment<byte>() : new ArraySegment<byte>(packet, 0, count);
            return count >= 0;
        }

        /// <inheritdoc/>
        public void Send(ArraySegment<byte> outgoing, bool isReliable)
        {
            if (State != LinkState.Up || outgoing.Count > PacketBytesMax) return;
            if (!sending.Add(outgoing.Array, outgoing.Offset, outgoing.Count, isReliable))
            {
                End("the connection is too slow: too many packets wait");
                CloseSockets();
            }
        }

        /// <inheritdoc/>
        public void Close()
        {
            bool wasUp = State == LinkState.Up;
            isClosing = true;
            End("closed");
            // The writer says goodbye and closes; before there is one, connecting has to end.
            if (wasUp) sending.Wake();
            else CloseSockets();
        }

        /// <summary>Connects, says so with <see cref="Admit"/>, and reads until the end.</summary>
        internal abstract void Converse();

        /// <summary>
        /// Writes waiting packets, taken with <see cref="TakeOutgoing"/>, or a sign of life where none waits.
        /// </summary>
        internal abstract void Write(bool isPingDue);

        /// <summary>Tells the server that the link ends.</summary>
        internal abstract void WriteGoodbye();

        /// <summary>Closes the sockets, from any thread, more than once.</summary>
        internal abstract void CloseSockets();

        internal bool IsClosing
        {
            get { return isClosing; }
        }

        /// <summary>The server has admitted this client: from now on packets are written.</summary>
        internal void Admit(string why)
        {
            lock (gate)
            {
                if (state != LinkState.Connecting) return;
                state = LinkState.Up;
                reason = why;
            }
            Start(WriteAll, "voice: send");
        }

        /// <summary>The link is over; the first reason stays.</summary>
        internal void End(string why)
        {
            lock (gate)
            {
                if (state == LinkState.Ended) return;
                state = LinkState.Ended;
                reason = why;
            }
            sending.Wake();
        }

        /// <summary>A packet came; on the reading thread.</summary>
        internal void Deliver(byte[] bytes, int offset, int count, bool isReliable)
        {
            if (!received.Add(bytes, offset, count, isReliable))
            {
                throw new IOException("the game has taken no packets for too long");
            }
        }

        internal int TakeOutgoing(byte[] target, int offset, out bool isReliable)
        {
            return sending.Take(target, offset, out isReliable);
        }

        /// <summary>A connected socket; of several addresses of the host the first one that answers.</summary>
        internal Socket Connect(string host, int port)
        {
            SocketException failure = null;
            foreach (IPAddress address in Dns.GetHostAddresses(host))
            {
                if (IsClosing) break;
                Socket socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    ConnectInTime(socket, new IPEndPoint(address, port));
                    return socket;
                }
                catch (SocketException cause)
                {
                    socket.Close();
                    failure = cause;
                }
            }
            throw failure ?? new SocketException((int)SocketError.HostNotFound);
        }

        internal static void Start(ThreadStart run, string name)
        {
            Thread thread = new Thread(run) { IsBackground = true, Name = name };
            thread.Start();
        }

        /// <summary>Runs a part of the conversation on another thread; its end is the end of the link.</summary>
        internal void RunGuarded(Action part)
        {
            try
            {
                part();
            }
            catch (Exception cause)
            {
                if (!IsOfNetwork(cause)) End("internal error: " + cause);
                else End(Describe(cause));
            }
        }

        void Run()
        {
            RunGuarded(Converse);
            End("the server has closed the connection");
            if (!isClosing) CloseSockets();
        }

        void WriteAll()
        {
            RunGuarded(() =>
            {
                int pingAt = Environment.TickCount;
                while (State == LinkState.Up)
                {
                    bool isPingDue = unchecked(Environment.TickCount - pingAt) >= PingMs;
                    if (isPingDue) pingAt = Environment.TickCount;
                    Write(isPingDue);
                    sending.Wait(PingMs / 4);
                }
                if (!isClosing) return;
                Write(false);
                WriteGoodbye();
            });
            CloseSockets();
        }

        static void ConnectInTime(Socket socket, EndPoint end)
        {
            socket.NoDelay = true;
            socket.SendBufferSize = 16384;
            socket.SendTimeout = SilenceMs;
            IAsyncResult attempt = socket.BeginConnect(end, null, null);
            if (!attempt.AsyncWaitHandle.WaitOne(StepTimeoutMs)) throw new SocketException((int)SocketError.TimedOut);
            socket.EndConnect(attempt);
        }

        /// <summary>What a peer or the system can cause, as opposed to a mistake of this library.</summary>
        static bool IsOfNetwork(Exception cause)
        {
            return cause is IOException || cause is SocketException || cause is AuthenticationException
                || cause is ObjectDisposedException || cause is InvalidOperationException;
        }

        /// <summary>The innermost words are those of the system.</summary>
        static string Describe(Exception cause)
        {
            while (cause.InnerException != null) cause = cause.InnerException;
            SocketException socket = cause as SocketException;
            bool isSilence = socket != null && (socket.SocketErrorCode == SocketError.TimedOut
                || socket.SocketErrorCode == SocketError.WouldBlock);
            return isSilence ? "the server does not answer" : cause.Message;
        }
    }
}
