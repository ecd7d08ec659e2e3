using System;

namespace Consonance.Links
{
    /// <summary>
    /// Chooses what carries packets to a server, by what this machine can do and what the address says.
    /// </summary>
    public static class PacketLinks
    {
        /// <summary>
        /// The best link to an address, not opened yet, and why it is that one. A link that cannot be made ends at once
        /// with the reason.
        /// <list type="number">
        /// <item>QUIC, for an address with <c>quic://</c>, where the native library is there.</item>
        /// <item>A WebSocket with TLS, where the address has <c>&amp;wss=PORT</c>, or is one of a WebSocket.</item>
        /// <item>The other address, if there is one, such as one with <c>darkrift://</c>: TCP and UDP.</item>
        /// </list>
        /// </summary>
        /// <param name="address">The session's address, as the server prints it.</param>
        /// <param name="otherAddress">An address to fall back to, or null.</param>
        /// <param name="session">The session's name, in place of the address's own; null for that one.</param>
        /// <param name="why">Why it is this link.</param>
        public static IPacketLink Choose(string address, string otherAddress, string session, out string why)
        {
            string missing;
            bool hasNative = HasNative(out missing);
            return Choose(address, otherAddress, session, hasNative, missing, out why);
        }

        /// <summary>As for a machine with or without the native library.</summary>
        internal static IPacketLink Choose(
            string address, string otherAddress, string session, bool hasNative, string missing, out string why)
        {
            string problem;
            ServerAddress server = ServerAddress.Parse(address, out problem);
            if (server == null) return Nothing(problem, out why);
            if (!string.IsNullOrEmpty(session)) server = server.WithSession(session);
            if (server.Scheme != "quic") return ByScheme(server, "the address says so", out why);
            if (hasNative)
            {
                why = "the address is one of QUIC, and the native library is here";
                return new NativePacketLink(server.ToString());
            }
            if (server.WebSocketPort > 0)
            {
                return ByScheme(server.OverWebSocket(), "no QUIC: " + missing, out why);
            }
            if (string.IsNullOrEmpty(otherAddress))
            {
                return Nothing("no QUIC: " + missing + "; and no &wss= in the address for a WebSocket", out why);
            }
            ServerAddress other = ServerAddress.Parse(otherAddress, out problem);
            if (other == null) return Nothing("the other address: " + problem, out why);
            if (other.Scheme == "quic") return Nothing("the other address is one of QUIC, too: " + missing, out why);
            if (!string.IsNullOrEmpty(session)) other = other.WithSession(session);
            return ByScheme(other, "no QUIC: " + missing + "; and no &wss= in the address", out why);
        }

        static IPacketLink ByScheme(ServerAddress server, string because, out string why)
        {
            why = because;
#if UNITY_WEBGL && !UNITY_EDITOR
            if (server.Scheme != "darkrift") return new JavaScriptPacketLink(server, new PageSockets());
            return Nothing("a page has no TCP and UDP: give the address of a WebSocket", out why);
#else
            if (server.Scheme == "darkrift") return new TcpUdpPacketLink(server);
            return new WebSocketPacketLink(server);
#endif
        }

        static bool HasNative(out string missing)
        {
#if UNITY_WEBGL && !UNITY_EDITOR
            missing = "a page has no UDP";
            return false;
#else
            return VoiceLibrary.IsAvailable(out missing);
#endif
        }

        static IPacketLink Nothing(string problem, out string why)
        {
            why = problem;
            return new NoPacketLink(problem);
        }

        /// <summary>A link that could not be made.</summary>
        sealed class NoPacketLink : IPacketLink
        {
            internal NoPacketLink(string reason)
            {
                Reason = reason;
            }

            public string TransportName
            {
                get { return "none"; }
            }

            public LinkState State
            {
                get { return LinkState.Ended; }
            }

            public string Reason { get; private set; }

            public void Open()
            {
            }

            public bool TryReceive(out ArraySegment<byte> packet, out bool isReliable)
            {
                packet = new ArraySegment<byte>();
                isReliable = false;
                return false;
            }

            public void Send(ArraySegment<byte> packet, bool isReliable)
            {
            }

            public void Close()
            {
            }
        }
    }
}
