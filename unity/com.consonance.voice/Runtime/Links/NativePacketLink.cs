using System;

namespace Consonance.Links
{
    /// <summary>QUIC, by the native library; where UDP is blocked, it takes the server's WebSocket by itself.</summary>
    public sealed class NativePacketLink : IPacketLink
    {
        readonly string address;
        PacketLink link;
        string reason = "";
        bool hasEnded;

        /// <summary>A link to a session, whose address begins with <c>quic://</c>.</summary>
        public NativePacketLink(string address)
        {
            this.address = address;
        }

        /// <inheritdoc/>
        public string TransportName
        {
            get { return link != null && link.Transport == Transport.WebSocket ? "WebSocket with TLS" : "QUIC"; }
        }

        /// <inheritdoc/>
        public LinkState State
        {
            get
            {
                if (hasEnded || link != null && link.HasEnded) return LinkState.Ended;
                if (link == null) return LinkState.New;
                return link.IsConnected ? LinkState.Up : LinkState.Connecting;
            }
        }

        /// <inheritdoc/>
        public string Reason
        {
            get { return hasEnded || link == null ? reason : link.Reason; }
        }

        /// <inheritdoc/>
        public void Open()
        {
            if (State != LinkState.New) return;
            try
            {
                link = PacketLink.Connect(address);
            }
            catch (VoiceException failure)
            {
                End(failure.Message);
            }
        }

        /// <inheritdoc/>
        public bool TryReceive(out ArraySegment<byte> packet, out bool isReliable)
        {
            VoicePacket received = new VoicePacket();
            if (!hasEnded && link != null && link.TryReceive(out received))
            {
                packet = received.Bytes;
                isReliable = received.IsReliable;
                return true;
            }
            packet = new ArraySegment<byte>();
            isReliable = false;
            return false;
        }

        /// <inheritdoc/>
        public void Send(ArraySegment<byte> packet, bool isReliable)
        {
            if (State != LinkState.Up) return;
            try
            {
                link.Send(packet, isReliable);
            }
            catch (VoiceException failure)
            {
                // A reliable packet that is lost would leave the two sides with different states.
                if (isReliable) End(failure.Message);
            }
        }

        /// <inheritdoc/>
        public void Close()
        {
            End("closed");
        }

        void End(string why)
        {
            if (hasEnded) return;
            hasEnded = true;
            reason = why;
            if (link != null) link.Dispose();
        }
    }
}
