using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace Consonance.Links
{
    /// <summary>
    /// TCP for reliable packets and UDP for the others, by the server's listener for DarkRift 2
    /// (docs/networks/darkrift2.md), without encryption: for networks that are trusted.
    /// </summary>
    public sealed class TcpUdpPacketLink : SocketPacketLink
    {
        // The server learns the tag from the first handshake; any will do, in either direction.
        const ushort Tag = 0x4356;
        const ushort PingTag = Tag + 1;
        const byte IsCommand = 0x80, IsPing = 0x40;
        const int TokenBytes = 9, LengthBytes = 4, HeaderBytes = 3, PingHeaderBytes = 5;
        const int UdpBytesMax = 1200;
        const int TokenRepeatMs = 500, TokenTries = 10;

        readonly ServerAddress address;
        readonly byte[] tcpOut = new byte[LengthBytes + HeaderBytes + PacketBytesMax];
        readonly byte[] tcpIn = new byte[PacketBytesMax + 64];
        readonly ManualResetEvent isAdmitted = new ManualResetEvent(false);
        Socket tcp;
        Socket udp;

        /// <summary>A link to the session of a listener, whose address begins with <c>darkrift://</c>.</summary>
        public TcpUdpPacketLink(ServerAddress address)
        {
            this.address = address;
        }

        /// <inheritdoc/>
        public override string TransportName
        {
            get { return "TCP and UDP"; }
        }

        internal override void Converse()
        {
            tcp = Connect(address.Host, address.Port);
            tcp.ReceiveTimeout = StepTimeoutMs;
            byte[] token = new byte[TokenBytes];
            ReadExactly(token, TokenBytes);
            if (token[0] > 1) throw new IOException("the server speaks a newer version of DarkRift");
            udp = new Socket(tcp.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            // A server takes both from one address only.
            udp.Bind(new IPEndPoint(((IPEndPoint)tcp.LocalEndPoint).Address, 0));
            udp.Connect(tcp.RemoteEndPoint);
            if (IsClosing)
            {
                CloseSockets();
                return;
            }
            Start(() => RunGuarded(() => ShowToken(token)), "voice: connect");
            ReadConfigure();
            isAdmitted.Set();
            Start(() => RunGuarded(ReadDatagrams), "voice: receive datagrams");
            Admit("admitted by " + address.Authority);
            tcp.ReceiveTimeout = SilenceMs;
            while (State != LinkState.Ended) ReadMessage();
        }

        internal override void Write(bool isPingDue)
        {
            if (isPingDue) WritePing();
            while (true)
            {
                bool isReliable;
                int length = TakeOutgoing(tcpOut, LengthBytes + HeaderBytes, out isReliable);
                if (length < 0) return;
                WriteHeader(tcpOut, LengthBytes, 0, Tag);
                if (isReliable) WriteTcp(HeaderBytes + length);
                else WriteUdp(HeaderBytes + length);
            }
        }

        /// <summary>The end of the stream is the goodbye.</summary>
        internal override void WriteGoodbye()
        {
            tcp.Shutdown(SocketShutdown.Both);
        }

        internal override void CloseSockets()
        {
            Socket openTcp = tcp, openUdp = udp;
            if (openTcp != null) openTcp.Close();
            if (openUdp != null) openUdp.Close();
            isAdmitted.Set();
        }

        /// <summary>The datagram ties the two sockets together; it may be lost, so it is repeated.</summary>
        void ShowToken(byte[] token)
        {
            for (int tries = 0; tries < TokenTries; tries++)
            {
                udp.Send(token);
                if (isAdmitted.WaitOne(TokenRepeatMs)) return;
            }
        }

        /// <summary>
        /// The command that ends the handshake; its content, this client's number, is of no use here.
        /// </summary>
        void ReadConfigure()
        {
            int length = ReadFrame();
            if (length < HeaderBytes || (tcpIn[0] & IsCommand) == 0)
            {
                throw new IOException("the server's first message is not the one that admits a client");
            }
        }

        void ReadMessage()
        {
            int length = ReadFrame();
            Deliver(tcpIn, length, true);
        }

        void ReadDatagrams()
        {
            byte[] datagram = new byte[2048];
            while (State != LinkState.Ended)
            {
                int length;
                try
                {
                    length = udp.Receive(datagram);
                }
                catch (SocketException cause)
                {
                    // The answer of a closed port to an earlier datagram; TCP tells if the server is gone.
                    if (cause.SocketErrorCode != SocketError.ConnectionReset
                        && cause.SocketErrorCode != SocketError.ConnectionRefused) throw;
                    continue;
                }
                Deliver(datagram, length, false);
            }
        }

        /// <summary>
        /// Passes on the packet in a message; other messages, as the answers to pings, say nothing here.
        /// </summary>
        void Deliver(byte[] message, int length, bool isReliable)
        {
            if (length < HeaderBytes || message[0] != 0 || (message[1] << 8 | message[2]) != Tag) return;
            Deliver(message, HeaderBytes, length - HeaderBytes, isReliable);
        }

        void WritePing()
        {
            WriteHeader(tcpOut, LengthBytes, IsPing, PingTag);
            tcpOut[LengthBytes + HeaderBytes] = 0;
            tcpOut[LengthBytes + HeaderBytes + 1] = 1;
            WriteTcp(PingHeaderBytes);
        }

        static void WriteHeader(byte[] target, int offset, byte flags, ushort tag)
        {
            target[offset] = flags;
            target[offset + 1] = (byte)(tag >> 8);
            target[offset + 2] = (byte)tag;
        }

        void WriteTcp(int length)
        {
            tcpOut[0] = tcpOut[1] = 0;
            tcpOut[2] = (byte)(length >> 8);
            tcpOut[3] = (byte)length;
            for (int sent = 0; sent < LengthBytes + length;)
            {
                sent += tcp.Send(tcpOut, sent, LengthBytes + length - sent, SocketFlags.None);
            }
        }

        void WriteUdp(int length)
        {
            if (length > UdpBytesMax) return;
            try
            {
                udp.Send(tcpOut, LengthBytes, length, SocketFlags.None);
            }
            catch (SocketException)
            {
                // Lost, as any datagram may be.
            }
        }

        /// <summary>A message of the stream in <see cref="tcpIn"/>, and its length.</summary>
        int ReadFrame()
        {
            ReadExactly(tcpIn, LengthBytes);
            int length = tcpIn[0] << 24 | tcpIn[1] << 16 | tcpIn[2] << 8 | tcpIn[3];
            if (length < 0 || length > tcpIn.Length)
            {
                throw new IOException("the server has sent a message of impossible length");
            }
            ReadExactly(tcpIn, length);
            return length;
        }

        void ReadExactly(byte[] target, int count)
        {
            for (int got = 0; got < count;)
            {
                int step = tcp.Receive(target, got, count - got, SocketFlags.None);
                if (step == 0) throw new EndOfStreamException("the server has closed the connection");
                got += step;
            }
        }
    }
}
