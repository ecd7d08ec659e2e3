using System;
using System.Globalization;
using Consonance.Links;
using Dissonance;
using Dissonance.Networking;
using UnityEngine;

namespace Consonance.Unity
{
    /// <summary>
    /// A network of the original that leads to a server of Consonance: takes the place of the game's other one beside
    /// DissonanceComms. It joins the session that the game's network names (see <see cref="SessionName"/>), else that
    /// of
    /// <see cref="Connect(string)"/>, else that of its address, and comes back after a lost connection.
    /// </summary>
    [AddComponentMenu("Consonance/Consonance Comms Network (Dissonance)")]
    public sealed class ConsonanceCommsNetwork
        : BaseCommsNetwork<ConsonanceServer, ConsonanceClient, ConsonancePeer, ConsonanceSession, Unit>
    {
        [SerializeField]
        [Tooltip("As the server prints it: quic://HOST:PORT/SESSION#sha256=…, or wss://…")]
        string address = "";

        [SerializeField]
        [Tooltip("For machines without QUIC, if the address has no &wss=: wss://…, or darkrift://HOST:PORT")]
        string otherAddress = "";

        [SerializeField]
        [Tooltip("Joins as soon as there is a session. Otherwise the game calls Connect.")]
        bool connectOnStart = true;

        [SerializeField]
        [Tooltip("What a server that restricts joining asks for. A JoinTokenSource on this object goes before it.")]
        string joinToken = "";

        [SerializeField]
        [Tooltip("The session's password.")]
        string password = "";

        JoinTokenSource tokens;
        IPacketLink link;
        string linkReason = "";
        OutageLog outages;
        string chosen;
        string running;
        bool isRunning;
        bool isWanted;

        /// <summary>The server's address; counts from the next attempt to join.</summary>
        public string Address
        {
            get { return address; }
            set { address = value ?? ""; }
        }

        /// <summary>For machines without QUIC, if the address has no <c>&amp;wss=</c>.</summary>
        public string OtherAddress
        {
            get { return otherAddress; }
            set { otherAddress = value ?? ""; }
        }

        /// <summary>Whether it joins by itself; counts when the component wakes up.</summary>
        public bool ConnectOnStart
        {
            get { return connectOnStart; }
            set { connectOnStart = value; }
        }

        /// <summary>What to show to a server that restricts joining; counts from the next attempt to join.</summary>
        public string JoinToken
        {
            get { return joinToken; }
            set { joinToken = value ?? ""; }
        }

        /// <summary>The session's password; counts from the next attempt to join.</summary>
        public string Password
        {
            get { return password; }
            set { password = value ?? ""; }
        }

        /// <summary>The session that it is in, or joins; null for none, or for that of the address.</summary>
        public string Session
        {
            get { return isRunning ? running : null; }
        }

        /// <summary>What carries the packets, such as "QUIC"; empty for nothing.</summary>
        public string TransportName
        {
            get { return link == null || link.State == LinkState.Ended ? "" : link.TransportName; }
        }

        /// <summary>Why it is that; empty for nothing.</summary>
        public string TransportReason
        {
            get { return link == null ? "" : linkReason; }
        }

        /// <summary>Why the last attempt failed, or the last connection ended; empty for neither.</summary>
        public string LastProblem
        {
            get { return outages == null ? "" : outages.LastProblem; }
        }

        /// <summary>Joins the address's session, or the one that the game's network names.</summary>
        public void Connect()
        {
            Connect(null);
        }

        /// <summary>Joins a session by its name, and leaves another one.</summary>
        public void Connect(string session)
        {
            chosen = string.IsNullOrEmpty(session) ? null : session;
            isWanted = true;
        }

        /// <summary>Leaves, and stays away until <see cref="Connect()"/>.</summary>
        public void Disconnect()
        {
            isWanted = false;
        }

        /// <inheritdoc/>
        protected override void Initialize()
        {
            base.Initialize();
            tokens = GetComponent<JoinTokenSource>();
            isWanted |= connectOnStart;
        }

        /// <inheritdoc/>
        protected override void Update()
        {
            if (IsInitialized)
            {
                FollowSession();
                if (Client != null) Client.Receive();
            }
            base.Update();
        }

        /// <inheritdoc/>
        protected override void OnDisable()
        {
            base.OnDisable();
            isRunning = false;
            link = null;
        }

        /// <inheritdoc/>
        protected override ConsonanceServer CreateServer(Unit details)
        {
            throw new NotSupportedException("the server of this network is another program");
        }

        /// <inheritdoc/>
        protected override ConsonanceClient CreateClient(ConsonanceSession details)
        {
            return new ConsonanceClient(
                this, () => NewLink(details.Name), () => NewHandshake(details.Name), Outages);
        }

        OutageLog Outages
        {
            get
            {
                if (outages == null)
                {
                    outages = new OutageLog(text => Log.Warn("{0}", text), text => Log.Info("{0}", text));
                }
                return outages;
            }
        }

        /// <summary>For each attempt, since the game may have changed the address.</summary>
        IPacketLink NewLink(string session)
        {
            link = PacketLinks.Choose(address, otherAddress, session, out linkReason);
            return link;
        }

        /// <summary>For each attempt, since the last token may have expired; null where there is none yet.</summary>
        Handshake NewHandshake(string session)
        {
            string token = tokens == null ? joinToken : tokens.TokenFor(session);
            if (token == null) return null;
            Handshake handshake = new Handshake(token, password);
            if (!handshake.Fits)
            {
                string limit = Handshake.ShownBytesMax.ToString(CultureInfo.InvariantCulture);
                Outages.TryFailed("the join token and the password have more than " + limit + " bytes", true);
            }
            return handshake;
        }

        void FollowSession()
        {
            string session;
            if (!WantsSession(out session))
            {
                if (isRunning) Stop();
                isRunning = false;
                return;
            }
            if (isRunning && running == session) return;
            if (isRunning) Stop();
            isRunning = true;
            running = session;
            RunAsClient(new ConsonanceSession(session));
        }

        /// <summary>Whether to be in a session now; null for that of the address.</summary>
        bool WantsSession(out string session)
        {
            session = chosen;
            if (!isWanted) return false;
            if (chosen != null || !SessionName.IsProvided) return true;
            session = SessionName.Current;
            return session != null;
        }
    }
}
