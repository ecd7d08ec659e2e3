using System;
using System.Diagnostics;
using Consonance.Links;
using Dissonance.Networking;

namespace Consonance.Unity
{
    /// <summary>
    /// The client of a <see cref="ConsonanceCommsNetwork"/>: it tries to join until it is in the session, and is over
    /// once that has ended. It is not one attempt, since the original logs an error for each client that fails.
    /// </summary>
    public sealed class ConsonanceClient : BaseClient<ConsonanceServer, ConsonanceClient, ConsonancePeer>
    {
        // As long as between clients of the original that end.
        const double PauseStepSeconds = 0.5, PauseMostSeconds = 3;

        readonly Stopwatch clock = Stopwatch.StartNew();
        readonly Func<IPacketLink> newLink;
        readonly Func<Handshake> newHandshake;
        readonly OutageLog outages;
        Handshake handshake;
        IPacketLink link;
        // What the base asked to join with: it repeats this too rarely for each attempt.
        byte[] request;
        double retryAt, pause;
        bool isUp, wasUp, isJoined, isOver;

        /// <param name="network">The component.</param>
        /// <param name="newLink">A link for an attempt, that is not open yet.</param>
        /// <param name="newHandshake">What to show; null while it is not known yet, for which the client waits.</param>
        /// <param name="outages">Told how attempts end.</param>
        internal ConsonanceClient(
            ICommsNetworkState network, Func<IPacketLink> newLink, Func<Handshake> newHandshake, OutageLog outages)
            : base(network)
        {
            this.newLink = newLink;
            this.newHandshake = newHandshake;
            this.outages = outages;
        }

        /// <summary>The link is opened as soon as it is known what to show.</summary>
        public override void Connect()
        {
        }

        /// <inheritdoc/>
        public override void Disconnect()
        {
            isOver = true;
            if (link != null) link.Close();
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
            if (isOver) return;
            if (link.State == LinkState.Up && !isUp) Begin();
            if (link.State != LinkState.Ended) return;
            if (isJoined) Fail("no link to the voice server: " + link.Reason);
            else TryLater();
        }

        bool IsOpen()
        {
            if (link != null) return true;
            if (clock.Elapsed.TotalSeconds < retryAt) return false;
            handshake = newHandshake();
            if (handshake == null) return false;
            link = newLink();
            link.Open();
            return true;
        }

        /// <summary>The base asks to join over its first link; over another one, the same is asked again.</summary>
        void Begin()
        {
            isUp = true;
            if (!wasUp) Connected();
            else if (request != null) link.Send(handshake.Extend(new ArraySegment<byte>(request)), true);
            wasUp = true;
        }

        void TryLater()
        {
            outages.TryFailed(link.Reason, isUp);
            link = null;
            isUp = false;
            pause = Math.Min(PauseMostSeconds, pause + PauseStepSeconds);
            retryAt = clock.Elapsed.TotalSeconds + pause;
        }

        /// <summary>The base tells the game and the log, and makes another client.</summary>
        void Fail(string why)
        {
            isOver = true;
            outages.SessionLost(why);
            FatalError(why);
        }

        /// <inheritdoc/>
        protected override void OnServerAssignedSessionId(uint session, ushort id)
        {
            isJoined = true;
            outages.Joined();
            base.OnServerAssignedSessionId(session, id);
        }

        /// <inheritdoc/>
        protected override void ReadMessages()
        {
        }

        /// <inheritdoc/>
        protected override void SendReliable(ArraySegment<byte> packet)
        {
            if (VoicePackets.IsHandshake(packet)) request = VoicePackets.Copy(packet);
            if (link != null) link.Send(handshake.Extend(packet), true);
        }

        /// <inheritdoc/>
        protected override void SendUnreliable(ArraySegment<byte> packet)
        {
            if (link != null) link.Send(packet, false);
        }
    }
}
