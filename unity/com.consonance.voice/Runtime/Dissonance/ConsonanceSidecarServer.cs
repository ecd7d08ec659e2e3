using System;
using System.Diagnostics;
using Consonance.Links;
using Dissonance.Networking;
using Dissonance.Networking.Server;
using Debug = UnityEngine.Debug;

namespace Consonance.Unity
{
    /// <summary>
    /// Hands the voice of a stock network of the original to a voice server, over one link (docs/networks/sidecar.md):
    /// the base class of the stock server in place of <c>BaseServer</c>. Players stay as they are. While the voice
    /// server is gone, and where none is configured (<see cref="ConsonanceSidecar"/>), the game's own server of voice
    /// does it, as without this class. The stock server is told of each player by <see cref="AddClient"/>, as by the
    /// base, since some learn only so whose leaving they have to look for.
    /// </summary>
    public abstract class ConsonanceSidecarServer<TServer, TClient, TPeer> : BaseServer<TServer, TClient, TPeer>
        where TPeer : struct, IEquatable<TPeer>
        where TServer : BaseServer<TServer, TClient, TPeer>
        where TClient : BaseClient<TServer, TClient, TPeer>
    {
        // A voice server that only restarts should not cost two changes of the session.
        const double PatienceSeconds = 3;
        const string LogPrefix = "Consonance: ";

        readonly Stopwatch clock = Stopwatch.StartNew();
        readonly SidecarSeats<TPeer> seats = new SidecarSeats<TPeer>();
        SidecarLink link;
        Side side = Side.Undecided;
        double since;
        bool isAnnouncing;

        /// <summary>Whether the voice server has the players' voice now.</summary>
        public bool IsHandedOver
        {
            get { return side == Side.VoiceServer; }
        }

        /// <summary>Why it has not; empty where it has, or none is configured.</summary>
        public string HandOverProblem
        {
            get { return link == null ? "" : link.Problem; }
        }

        /// <inheritdoc/>
        public override void Disconnect()
        {
            if (link != null) link.Dispose();
            link = null;
            side = Side.Undecided;
            seats.Clear();
            base.Disconnect();
        }

        /// <inheritdoc/>
        public override ServerState Update()
        {
            try
            {
                if (side == Side.Undecided) Decide();
                if (link != null) Follow();
            }
            catch (Exception cause)
            {
                FatalError(cause.Message);
            }
            return base.Update();
        }

        /// <summary>A packet of a player; hides that of the base, which is not virtual.</summary>
        public new void NetworkReceivedPacket(TPeer source, ArraySegment<byte> data)
        {
            if (side == Side.Undecided) Decide();
            if (link == null)
            {
                base.NetworkReceivedPacket(source, data);
                return;
            }
            SidecarSeat<TPeer> seat = SeatOf(source);
            seat.Hear(data, Now);
            bool isHandshake = VoicePackets.IsHandshake(data);
            if (side == Side.Game)
            {
                seat.IsAnnounced |= isHandshake;
                base.NetworkReceivedPacket(source, data);
            }
            else if (side == Side.VoiceServer)
            {
                if (isHandshake) Join(seat);
                else link.Packet(seat.Number, !VoicePackets.IsUnreliable(data), data);
            }
        }

        /// <summary>A player has left the game; hides that of the base, which is not virtual.</summary>
        protected new void ClientDisconnected(TPeer connection)
        {
            SidecarSeat<TPeer> seat = seats.Find(connection);
            if (seat != null) Leave(seat);
            else base.ClientDisconnected(connection);
        }

        /// <summary>
        /// A player is here: an override has to call this one. Unlike the base's, it is also called for players that
        /// the voice server has; the base knows nothing of these, and they all have the id 0.
        /// </summary>
        protected override void AddClient(ClientInfo<TPeer> client)
        {
            if (!isAnnouncing) base.AddClient(client);
        }

        /// <summary>
        /// A player's address, such as <c>192.0.2.9:4000</c>, for bans by address; empty where it is not known.
        /// </summary>
        protected virtual string AddressOf(TPeer peer)
        {
            return "";
        }

        /// <summary>The voice server refuses a player, which has no voice until it leaves the game. Logs it.</summary>
        protected virtual void OnPlayerRefused(TPeer peer, string reason)
        {
            Debug.LogWarning(LogPrefix + "the voice server refuses a player: " + reason);
        }

        void Decide()
        {
            since = Now;
            side = Side.Waiting;
            SidecarSettings settings = null;
            try
            {
                settings = ConsonanceSidecar.Settings;
            }
            catch (Exception cause)
            {
                Debug.LogError(LogPrefix + "the sidecar's settings: " + cause.Message);
            }
            if (settings == null) side = Side.Game;
            else link = new SidecarLink(settings, new Players(this)) { PlayersJoinAgain = true };
        }

        /// <summary>Keeps the link up, and decides which server has the voice.</summary>
        void Follow()
        {
            double now = Now;
            link.Poll(now);
            if (link.IsUp)
            {
                if (side != Side.VoiceServer) HandOver();
                CheckPresences(now);
                return;
            }
            if (side == Side.VoiceServer)
            {
                side = Side.Waiting;
                since = now;
            }
            if (side == Side.Waiting && now - since > PatienceSeconds) TakeBack();
        }

        /// <summary>
        /// The voice server is asked on behalf of each player: its answer moves a client of the original from whatever
        /// session it is in, which the packet that says "another session" does not do in every network.
        /// </summary>
        void HandOver()
        {
            bool isReturn = side == Side.Game;
            if (isReturn) Debug.Log(LogPrefix + "the voice server is back");
            side = Side.VoiceServer;
            SidecarSeat<TPeer>[] all = seats.All;
            foreach (SidecarSeat<TPeer> seat in all)
            {
                seat.HasAsked = false;
                seat.EndDoubt();
                if (isReturn) base.ClientDisconnected(seat.Peer);
            }
            foreach (SidecarSeat<TPeer> seat in all)
            {
                if (seat.Handshake != null) Join(seat);
            }
        }

        /// <summary>The same towards the base.</summary>
        void TakeBack()
        {
            side = Side.Game;
            Debug.LogWarning(
                LogPrefix + "no voice server (" + link.Problem + "): the game's own server of voice goes on");
            foreach (SidecarSeat<TPeer> seat in seats.All)
            {
                if (seat.Handshake == null) continue;
                seat.IsAnnounced = true;
                base.NetworkReceivedPacket(seat.Peer, new ArraySegment<byte>(seat.Handshake));
            }
        }

        /// <summary>
        /// Asks the voice server to let a player join. Its name may be that of a player who left without a word of the
        /// stock server, as after each leaving where that never reports any: until this is known, it waits.
        /// </summary>
        void Join(SidecarSeat<TPeer> seat)
        {
            Announce(seat);
            SidecarSeat<TPeer> holder = seats.Namesake(seat, true);
            seat.HasAsked = holder == null;
            if (holder == null) link.Packet(seat.Number, true, new ArraySegment<byte>(seat.Handshake));
            else holder.Doubt(Now);
        }

        /// <summary>Tells the stock server of a player, as the base does.</summary>
        void Announce(SidecarSeat<TPeer> seat)
        {
            if (seat.IsAnnounced || seat.Name == null) return;
            seat.IsAnnounced = isAnnouncing = true;
            try
            {
                AddClient(new ClientInfo<TPeer>(seat.Name, 0, seat.Codec, seat.Peer));
            }
            finally
            {
                isAnnouncing = false;
            }
        }

        void Leave(SidecarSeat<TPeer> seat)
        {
            seats.Remove(seat);
            if (link != null) link.Left(seat.Number);
            base.ClientDisconnected(seat.Peer);
            SidecarSeat<TPeer> heir = seat.HasAsked ? seats.Namesake(seat, false) : null;
            if (heir != null && side == Side.VoiceServer) Join(heir);
        }

        /// <summary>
        /// Finds out which of the players are gone whose names others ask for. The answer of the voice server to a
        /// handshake makes any client of the original send something at once.
        /// </summary>
        void CheckPresences(double now)
        {
            for (int place = seats.Count - 1; place >= 0; place--)
            {
                SidecarSeat<TPeer> seat = seats.At(place);
                switch (seat.CheckPresence(now))
                {
                    case Presence.ToBeAsked:
                        link.Packet(seat.Number, true, new ArraySegment<byte>(seat.Handshake));
                        break;
                    case Presence.Here:
                        Debug.LogWarning(LogPrefix + "a player asks for the name of another one that is here: "
                            + "it has no voice until that one has left");
                        break;
                    case Presence.Gone:
                        Debug.LogWarning(LogPrefix + "a player is back under its name, and was not seen to leave: "
                            + "the game's network does not tell its server of voice who leaves");
                        Leave(seat);
                        return;
                }
            }
        }

        /// <summary>A player that the network can send nothing to is gone; the others go on.</summary>
        void Send(SidecarSeat<TPeer> seat, bool isReliable, ArraySegment<byte> packet)
        {
            try
            {
                if (isReliable) SendReliable(seat.Peer, packet);
                else SendUnreliable(seat.Peer, packet);
            }
            catch (Exception cause)
            {
                Debug.LogWarning(LogPrefix + "a player cannot be sent to, and counts as gone: " + cause.Message);
                Leave(seat);
            }
        }

        SidecarSeat<TPeer> SeatOf(TPeer peer)
        {
            SidecarSeat<TPeer> seat = seats.Find(peer);
            if (seat != null) return seat;
            seat = seats.Add(peer);
            link.Joined(seat.Number, AddressOf(peer));
            return seat;
        }

        double Now
        {
            get { return clock.Elapsed.TotalSeconds; }
        }

        /// <summary>Which server has the players' voice.</summary>
        enum Side
        {
            Undecided,
            Waiting,
            VoiceServer,
            Game,
        }

        /// <summary>What the link wants of the game's network.</summary>
        sealed class Players : ISidecarPlayers
        {
            readonly ConsonanceSidecarServer<TServer, TClient, TPeer> server;

            internal Players(ConsonanceSidecarServer<TServer, TClient, TPeer> server)
            {
                this.server = server;
            }

            public void SendToPlayer(ulong player, bool isReliable, ArraySegment<byte> packet)
            {
                SidecarSeat<TPeer> seat = server.seats.Find(player);
                if (seat != null) server.Send(seat, isReliable, packet);
            }

            public void Kick(ulong player, string reason)
            {
                SidecarSeat<TPeer> seat = server.seats.Find(player);
                if (seat != null) server.OnPlayerRefused(seat.Peer, reason);
            }
        }
    }
}
