using System;
using System.Collections.Generic;
using System.Diagnostics;
using Consonance.Links;
using Dissonance.Networking;

namespace Consonance.Unity
{
    /// <summary>
    /// Hands the voice of a stock network of the original to a voice server, over one link (docs/networks/sidecar.md):
    /// the base class of the stock server in place of <c>BaseServer</c>. Players stay as they are. While the voice
    /// server is gone, and where none is configured (<see cref="ConsonanceSidecar"/>), the game's own server of voice
    /// does it, as without this class.
    /// </summary>
    public abstract class ConsonanceSidecarServer<TServer, TClient, TPeer> : BaseServer<TServer, TClient, TPeer>
        where TPeer : struct, IEquatable<TPeer>
        where TServer : BaseServer<TServer, TClient, TPeer>
        where TClient : BaseClient<TServer, TClient, TPeer>
    {
        // A voice server that only restarts should not cost two changes of the session.
        const double PatienceSeconds = 3;

        readonly Stopwatch clock = Stopwatch.StartNew();
        readonly List<Seat> seats = new List<Seat>();
        readonly Dictionary<ulong, Seat> seatOfNumber = new Dictionary<ulong, Seat>();
        SidecarLink link;
        Side side = Side.Undecided;
        ulong lastNumber;
        double since;

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
            seatOfNumber.Clear();
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
            Seat seat = SeatOf(source);
            if (VoicePackets.IsHandshake(data)) seat.Handshake = VoicePackets.Copy(data);
            if (side == Side.VoiceServer) link.Packet(seat.Number, !VoicePackets.IsUnreliable(data), data);
            else if (side == Side.Game) base.NetworkReceivedPacket(source, data);
        }

        /// <summary>A player has left the game; hides that of the base, which is not virtual.</summary>
        protected new void ClientDisconnected(TPeer connection)
        {
            int index = IndexOf(connection);
            if (index >= 0)
            {
                Seat seat = seats[index];
                seats.RemoveAt(index);
                seatOfNumber.Remove(seat.Number);
                if (link != null) link.Left(seat.Number);
            }
            base.ClientDisconnected(connection);
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
            Log.Warn("the voice server refuses a player: {0}", reason);
        }

        void Decide()
        {
            since = clock.Elapsed.TotalSeconds;
            side = Side.Waiting;
            SidecarSettings settings = null;
            try
            {
                settings = ConsonanceSidecar.Settings;
            }
            catch (Exception cause)
            {
                Log.Error("the sidecar's settings: {0}", cause.Message);
            }
            if (settings == null) side = Side.Game;
            else link = new SidecarLink(settings, new Players(this)) { PlayersJoinAgain = true };
        }

        /// <summary>Keeps the link up, and decides which server has the voice.</summary>
        void Follow()
        {
            double now = clock.Elapsed.TotalSeconds;
            link.Poll(now);
            if (link.IsUp)
            {
                if (side != Side.VoiceServer) HandOver();
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
            if (isReturn) Log.Info("the voice server is back");
            side = Side.VoiceServer;
            foreach (Seat seat in seats.ToArray())
            {
                if (isReturn) base.ClientDisconnected(seat.Peer);
                if (seat.Handshake != null) link.Packet(seat.Number, true, new ArraySegment<byte>(seat.Handshake));
            }
        }

        /// <summary>The same towards the base.</summary>
        void TakeBack()
        {
            side = Side.Game;
            Log.Warn("no voice server ({0}): the game's own server of voice goes on", link.Problem);
            foreach (Seat seat in seats.ToArray())
            {
                if (seat.Handshake != null)
                {
                    base.NetworkReceivedPacket(seat.Peer, new ArraySegment<byte>(seat.Handshake));
                }
            }
        }

        Seat SeatOf(TPeer peer)
        {
            int index = IndexOf(peer);
            if (index >= 0) return seats[index];
            Seat seat = new Seat { Peer = peer, Number = ++lastNumber };
            seats.Add(seat);
            seatOfNumber[seat.Number] = seat;
            link.Joined(seat.Number, AddressOf(peer));
            return seat;
        }

        /// <summary>By comparing, as the base does: not every network's peer has a good hash.</summary>
        int IndexOf(TPeer peer)
        {
            for (int index = 0; index < seats.Count; index++)
            {
                if (seats[index].Peer.Equals(peer)) return index;
            }
            return -1;
        }

        /// <summary>Which server has the players' voice.</summary>
        enum Side
        {
            Undecided,
            Waiting,
            VoiceServer,
            Game,
        }

        /// <summary>A player of the game.</summary>
        sealed class Seat
        {
            internal TPeer Peer;
            internal ulong Number;
            // Its last one; null before.
            internal byte[] Handshake;
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
                Seat seat;
                if (!server.seatOfNumber.TryGetValue(player, out seat)) return;
                if (isReliable) server.SendReliable(seat.Peer, packet);
                else server.SendUnreliable(seat.Peer, packet);
            }

            public void Kick(ulong player, string reason)
            {
                Seat seat;
                if (server.seatOfNumber.TryGetValue(player, out seat)) server.OnPlayerRefused(seat.Peer, reason);
            }
        }
    }
}
