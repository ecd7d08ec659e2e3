using System;
using Consonance.Links;
using Dissonance.Networking;

namespace Consonance.Unity
{
    /// <summary>The client of a <see cref="ConsonanceCommsNetwork"/>: one attempt, and one link.</summary>
    public sealed class ConsonanceClient : BaseClient<ConsonanceServer, ConsonanceClient, ConsonancePeer>
    {
        readonly IPacketLink link;
        readonly Func<Handshake> newHandshake;
        readonly Action<string> ended;
        Handshake handshake;
        bool isUp;
        bool isOver;

        /// <param name="network">The component.</param>
        /// <param name="link">A link that is not open yet.</param>
        /// <param name="newHandshake">What to show; null while it is not known yet, for which the client waits.</param>
        /// <param name="ended">Told why the link has ended.</param>
        internal ConsonanceClient(
            ICommsNetworkState network, IPacketLink link, Func<Handshake> newHandshake, Action<string> ended)
            : base(network)
        {
            this.link = link;
            this.newHandshake = newHandshake;
            this.ended = ended;
        }

        /// <summary>The link is opened as soon as it is known what to show.</summary>
        public override void Connect()
        {
        }

        /// <inheritdoc/>
        public override void Disconnect()
        {
            isOver = true;
            link.Close();
            base.Disconnect();
        }

        /// <summary>
        /// Takes what has come. Not in <see cref="ReadMessages"/>: a client of the original that is told there that its
        /// session is gone stays as it is, and is neither in the old one nor in the new one.
        /// </summary>
        internal void Receive()
        {
            if (isOver || !IsOpen()) return;
            try
            {
                ArraySegment<byte> packet;
                bool isReliable;
                while (!isOver && link.TryReceive(out packet, out isReliable)) NetworkReceivedPacket(packet);
            }
            catch (Exception cause)
            {
                Fail("a packet of the server is malformed: " + cause.Message);
            }
            LinkState state = link.State;
            if (state == LinkState.Up && !isUp)
            {
                isUp = true;
                Connected();
            }
            if (state == LinkState.Ended && !isOver) Fail(link.Reason);
        }

        bool IsOpen()
        {
            if (handshake != null) return true;
            handshake = newHandshake();
            if (handshake == null) return false;
            link.Open();
            return true;
        }

        void Fail(string why)
        {
            isOver = true;
            ended(why);
            FatalError(why);
        }

        /// <inheritdoc/>
        protected override void ReadMessages()
        {
        }

        /// <inheritdoc/>
        protected override void SendReliable(ArraySegment<byte> packet)
        {
            link.Send(handshake.Extend(packet), true);
        }

        /// <inheritdoc/>
        protected override void SendUnreliable(ArraySegment<byte> packet)
        {
            link.Send(packet, false);
        }
    }
}
