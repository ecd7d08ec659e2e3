using System;
#if UNITY_WEBGL && !UNITY_EDITOR
using System.Runtime.InteropServices;
#endif
using System.Text;

namespace Consonance.Links
{
    /// <summary>The WebSocket of the page that the game runs in, by Plugins/WebGL/ConsonanceWebSocket.jslib.</summary>
    public sealed class JavaScriptPacketLink : IPacketLink
    {
        const int MessageBytesMax = 16385;
        const int ReasonBytesMax = 256;

        readonly ServerAddress address;
        readonly IPageSockets page;
        readonly byte[] message = new byte[MessageBytesMax];
        string reason = "";
        int socket;
        bool hasEnded;

        /// <summary>
        /// A link to a session, whose address begins with <c>wss://</c> or <c>ws://</c>. Its fingerprint is of no use: a
        /// page takes what the browser trusts.
        /// </summary>
        internal JavaScriptPacketLink(ServerAddress address, IPageSockets page)
        {
            this.address = address;
            this.page = page;
        }

        /// <inheritdoc/>
        public string TransportName
        {
            get { return address.Scheme == "wss" ? "WebSocket with TLS" : "WebSocket"; }
        }

        /// <inheritdoc/>
        public LinkState State
        {
            get
            {
                if (hasEnded) return LinkState.Ended;
                if (socket == 0) return LinkState.New;
                switch (page.State(socket))
                {
                    case 0: return LinkState.Connecting;
                    case 1: return LinkState.Up;
                    default: return LinkState.Ended;
                }
            }
        }

        /// <inheritdoc/>
        public string Reason
        {
            get
            {
                if (reason.Length > 0 || State != LinkState.Ended) return reason;
                int length = page.Reason(socket, message, ReasonBytesMax);
                reason = Encoding.UTF8.GetString(message, 0, length);
                return reason;
            }
        }

        /// <inheritdoc/>
        public void Open()
        {
            if (State == LinkState.New) socket = page.Open(address.Url);
        }

        /// <inheritdoc/>
        public bool TryReceive(out ArraySegment<byte> packet, out bool isReliable)
        {
            int length = hasEnded || socket == 0 ? -1 : page.Receive(socket, message, message.Length);
            isReliable = length > 0 && message[0] == 0;
            packet = length > 0 ? new ArraySegment<byte>(message, 1, length - 1) : new ArraySegment<byte>();
            return length > 0;
        }

        /// <inheritdoc/>
        public void Send(ArraySegment<byte> packet, bool isReliable)
        {
            if (hasEnded || socket == 0 || packet.Count == 0 || packet.Count >= MessageBytesMax) return;
            byte[] bytes = packet.Array;
            if (packet.Offset != 0)
            {
                // The page gets the address of an array's first byte.
                Buffer.BlockCopy(packet.Array, packet.Offset, message, 0, packet.Count);
                bytes = message;
            }
            page.Send(socket, bytes, packet.Count, isReliable);
        }

        /// <inheritdoc/>
        public void Close()
        {
            if (hasEnded) return;
            hasEnded = true;
            if (reason.Length == 0) reason = "closed";
            if (socket != 0) page.Close(socket);
        }
    }

    /// <summary>The sockets of a page by their numbers, as the plugin has them.</summary>
    internal interface IPageSockets
    {
        int Open(string url);

        /// <summary>0 while it connects, 1 once the server has admitted it, 2 at the end.</summary>
        int State(int socket);

        /// <summary>The length of a message, with its first byte, or -1.</summary>
        int Receive(int socket, byte[] buffer, int capacity);

        void Send(int socket, byte[] bytes, int length, bool isReliable);

        /// <summary>The length of the reason in UTF-8.</summary>
        int Reason(int socket, byte[] buffer, int capacity);

        void Close(int socket);
    }

#if UNITY_WEBGL && !UNITY_EDITOR
    internal sealed class PageSockets : IPageSockets
    {
        public int Open(string url)
        {
            return ConsonanceSocketOpen(url);
        }

        public int State(int socket)
        {
            return ConsonanceSocketState(socket);
        }

        public int Receive(int socket, byte[] buffer, int capacity)
        {
            return ConsonanceSocketReceive(socket, buffer, capacity);
        }

        public void Send(int socket, byte[] bytes, int length, bool isReliable)
        {
            ConsonanceSocketSend(socket, bytes, length, isReliable ? 1 : 0);
        }

        public int Reason(int socket, byte[] buffer, int capacity)
        {
            return ConsonanceSocketReason(socket, buffer, capacity);
        }

        public void Close(int socket)
        {
            ConsonanceSocketClose(socket);
        }

        [DllImport("__Internal")]
        static extern int ConsonanceSocketOpen(string url);

        [DllImport("__Internal")]
        static extern int ConsonanceSocketState(int socket);

        [DllImport("__Internal")]
        static extern int ConsonanceSocketReceive(int socket, byte[] buffer, int capacity);

        [DllImport("__Internal")]
        static extern void ConsonanceSocketSend(int socket, byte[] bytes, int length, int isReliable);

        [DllImport("__Internal")]
        static extern int ConsonanceSocketReason(int socket, byte[] buffer, int capacity);

        [DllImport("__Internal")]
        static extern void ConsonanceSocketClose(int socket);
    }
#endif
}
