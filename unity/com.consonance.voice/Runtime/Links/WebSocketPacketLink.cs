using System;
using System.IO;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Consonance.Links
{
    /// <summary>
    /// The server's WebSocket (docs/networks/websocket.md), with its own frames over the runtime's TLS: the runtime's
    /// WebSocket cannot be told which certificate to expect.
    /// </summary>
    public sealed class WebSocketPacketLink : SocketPacketLink
    {
        const byte Reliable = 0, Unreliable = 1, Admitted = 2, Ping = 3;

        readonly ServerAddress address;
        Socket socket;
        Stream stream;
        WebSocketReader reader;
        WebSocketWriter writer;
        volatile bool isPongDue;
        byte[] pong = new byte[0];

        /// <summary>A link to a session, whose address begins with <c>wss://</c> or <c>ws://</c>.</summary>
        public WebSocketPacketLink(ServerAddress address)
        {
            this.address = address;
        }

        /// <inheritdoc/>
        public override string TransportName
        {
            get { return address.Scheme == "wss" ? "WebSocket with TLS" : "WebSocket"; }
        }

        internal override void Converse()
        {
            socket = Connect(address.Host, address.Port);
            socket.ReceiveTimeout = StepTimeoutMs;
            stream = new NetworkStream(socket, false);
            if (address.Scheme == "wss") stream = Encrypted(stream);
            if (IsClosing)
            {
                CloseSockets();
                return;
            }
            reader = new WebSocketReader(stream, PacketBytesMax + 1);
            writer = new WebSocketWriter(stream, 2 * PacketBytesMax + 64);
            WebSocketUpgrade.Request(stream, reader, address);
            socket.ReceiveTimeout = SilenceMs;
            while (State != LinkState.Ended) Read();
        }

        internal override void Write(bool isPingDue)
        {
            if (isPongDue)
            {
                isPongDue = false;
                byte[] answer = pong;
                Buffer.BlockCopy(answer, 0, writer.Buffer, writer.Place, answer.Length);
                writer.EndFrame(FrameKind.Pong, answer.Length);
            }
            if (isPingDue)
            {
                writer.Buffer[writer.Place] = Ping;
                writer.EndFrame(FrameKind.Binary, 1);
            }
            while (true)
            {
                bool isReliable;
                int place = writer.Place;
                int length = TakeOutgoing(writer.Buffer, place + 1, out isReliable);
                if (length < 0) break;
                writer.Buffer[place] = isReliable ? Reliable : Unreliable;
                if (!writer.EndFrame(FrameKind.Binary, length + 1)) writer.Flush();
            }
            writer.Flush();
        }

        internal override void WriteGoodbye()
        {
            const int normal = 1000;
            writer.Buffer[writer.Place] = normal >> 8;
            writer.Buffer[writer.Place + 1] = normal & 0xFF;
            writer.EndFrame(FrameKind.Close, 2);
            writer.Flush();
        }

        internal override void CloseSockets()
        {
            Socket open = socket;
            if (open != null) open.Close();
        }

        void Read()
        {
            ArraySegment<byte> content;
            switch (reader.Read(out content))
            {
                case FrameKind.Binary:
                    ReadMessage(content);
                    break;
                case FrameKind.Close:
                    End(CloseReason(content));
                    break;
                case FrameKind.Ping:
                    byte[] copy = new byte[content.Count];
                    Buffer.BlockCopy(content.Array, content.Offset, copy, 0, copy.Length);
                    pong = copy;
                    isPongDue = true;
                    break;
            }
        }

        void ReadMessage(ArraySegment<byte> content)
        {
            if (content.Count == 0) return;
            byte kind = content.Array[content.Offset];
            if (kind == Admitted) Admit("admitted by " + address.Authority);
            if (kind > Unreliable) return;
            Deliver(content.Array, content.Offset + 1, content.Count - 1, kind == Reliable);
        }

        static string CloseReason(ArraySegment<byte> content)
        {
            if (content.Count < 2) return "the server has closed the connection";
            int code = content.Array[content.Offset] << 8 | content.Array[content.Offset + 1];
            string text = Encoding.UTF8.GetString(content.Array, content.Offset + 2, content.Count - 2);
            return text.Length > 0 ? text : "closed by the server with the code " + code;
        }

        Stream Encrypted(Stream plain)
        {
            SslStream encrypted = new SslStream(plain, false, IsTrusted);
            encrypted.AuthenticateAsClient(address.Host, null, SslProtocols.Tls12, false);
            return encrypted;
        }

        /// <summary>By its fingerprint where the address has one: then authorities have no say, as over QUIC.</summary>
        bool IsTrusted(object sender, X509Certificate certificate, X509Chain chain, SslPolicyErrors errors)
        {
            if (certificate == null) return false;
            if (address.Fingerprint == null) return errors == SslPolicyErrors.None;
            using (SHA256 hash = SHA256.Create())
            {
                byte[] digest = hash.ComputeHash(certificate.GetRawCertData());
                string found = BitConverter.ToString(digest).Replace("-", "");
                return found.Equals(address.Fingerprint, StringComparison.OrdinalIgnoreCase);
            }
        }
    }
}
