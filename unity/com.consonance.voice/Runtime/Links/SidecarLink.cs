using System;
using System.Collections.Generic;
using System.Text;

namespace Consonance.Links
{
    /// <summary>
    /// The game server's end of a sidecar (docs/networks/sidecar.md): hands its players' voice packets to a voice
    /// server, and the answers back. All calls come from one thread, which none of them holds up; a link that was lost
    /// is made again by <see cref="Poll"/>.
    /// </summary>
    public sealed class SidecarLink : IDisposable
    {
        /// <summary>The longest voice packet, in bytes.</summary>
        public const int PacketBytesMax = 1024;

        const double FirstRetry = 0.5, LongestRetry = 10, ConnectSeconds = 5;

        readonly SidecarSettings settings;
        readonly ISidecarPlayers game;
        readonly SidecarProof proof;
        readonly SidecarSocket socket;
        readonly Dictionary<ulong, string> players = new Dictionary<ulong, string>();
        readonly byte[] frame = new byte[SidecarFrame.BytesMax];
        readonly byte[] key = new byte[8];
        readonly Random random = new Random();
        double now, retryAt, retry = FirstRetry, idle = ConnectSeconds, pace = ConnectSeconds / 4;

        /// <summary>A link that <see cref="Poll"/> makes.</summary>
        public SidecarLink(SidecarSettings settings, ISidecarPlayers game)
        {
            this.settings = settings;
            this.game = game;
            proof = new SidecarProof(settings.Secret);
            socket = new SidecarSocket(Read);
            Problem = "not connected yet";
        }

        /// <summary>Whether players' packets reach the voice server now.</summary>
        public bool IsUp { get; private set; }

        /// <summary>Why it is not up; empty while it is.</summary>
        public string Problem { get; private set; }

        /// <summary>
        /// Whether the game has all players join again after the link was lost; otherwise the voice server gives silent
        /// ones their places back, and tells the others that there is another session.
        /// </summary>
        public bool PlayersJoinAgain { get; set; }

        /// <summary>
        /// A player is here; its address, such as <c>192.0.2.9:4000</c>, is for bans, and may be empty.
        /// </summary>
        public void Joined(ulong player, string address)
        {
            players[player] = address ?? "";
            if (IsUp) SayJoined(player, false);
        }

        /// <summary>A player has left. Its number is not used again.</summary>
        public void Left(ulong player)
        {
            if (!players.Remove(player) || !IsUp) return;
            SidecarFrame.WriteNumber(key, 0, player);
            socket.DropVoice(SidecarFrame.PlayerPlace, key);
            int length = SidecarFrame.Begin(frame, SidecarFrame.Left);
            Say(SidecarFrame.Number(frame, length, player));
        }

        /// <summary>A voice packet of a player; one of a player that has not joined makes it join.</summary>
        public void Packet(ulong player, bool isReliable, ArraySegment<byte> packet)
        {
            if (!players.ContainsKey(player)) players[player] = "";
            if (!IsUp || packet.Count > PacketBytesMax) return;
            int length = SidecarFrame.Begin(frame, SidecarFrame.Packet);
            length = SidecarFrame.Byte(frame, length, isReliable ? 1 : 0);
            length = SidecarFrame.Number(frame, length, player);
            length = SidecarFrame.Bytes(frame, length, packet);
            if (isReliable) Say(length);
            else socket.QueueVoice(frame, SidecarFrame.End(frame, length));
        }

        /// <summary>
        /// Sends and receives what there is, once per frame.
        /// </summary>
        /// <param name="seconds">A clock that never goes back.</param>
        public void Poll(double seconds)
        {
            now = seconds;
            if (!socket.IsOpen)
            {
                if (now >= retryAt) Begin();
                return;
            }
            string problem = socket.Receive(now);
            if (problem == null && now > socket.HeardAt + idle) problem = "the voice server is silent";
            if (problem == null && IsUp && now > socket.SaidAt + pace) SayAlive();
            if (problem == null && socket.IsOpen) problem = socket.Flush(now, IsUp);
            if (problem != null) Lose(problem, false);
        }

        /// <summary>Says goodbye and closes the connection.</summary>
        public void Dispose()
        {
            if (IsUp)
            {
                Say(SidecarFrame.Begin(frame, SidecarFrame.Bye));
                socket.Flush(now, false);
            }
            socket.Close();
            IsUp = false;
            retryAt = double.PositiveInfinity;
            Problem = "closed";
        }

        void Begin()
        {
            idle = ConnectSeconds;
            retryAt = double.PositiveInfinity;
            string problem = socket.Open(settings.Host, settings.Port, now);
            if (problem != null)
            {
                Lose(problem, false);
                return;
            }
            int length = SidecarFrame.Begin(frame, SidecarFrame.Hello);
            length = SidecarFrame.Bytes(frame, length, new ArraySegment<byte>(proof.NewHello(settings)));
            Say(length);
        }

        /// <summary>Reacts to a frame of the voice server; what is wrong with it, or null.</summary>
        string Read(byte kind, byte[] bytes, int offset, int count)
        {
            switch (kind)
            {
                case SidecarFrame.Challenge:
                    return ReadChallenge(bytes, offset, count);
                case SidecarFrame.Welcome:
                    return ReadWelcome(bytes, offset, count);
                case SidecarFrame.Bye:
                    string reason = Encoding.UTF8.GetString(bytes, offset, count);
                    bool wasUp = IsUp;
                    Lose(reason.Length > 0 ? reason : "the voice server says goodbye", !wasUp);
                    return null;
                case SidecarFrame.Deliver:
                    return IsUp ? ReadDeliver(bytes, offset, count) : "a packet before the welcome";
                case SidecarFrame.Kick:
                    if (count < 8) return "a short frame";
                    ulong player = SidecarFrame.ReadNumber(bytes, offset);
                    if (players.ContainsKey(player))
                    {
                        game.Kick(player, Encoding.UTF8.GetString(bytes, offset + 8, count - 8));
                    }
                    return null;
                default:
                    return null;
            }
        }

        string ReadChallenge(byte[] bytes, int offset, int count)
        {
            if (IsUp || count < 17 || bytes[offset] != SidecarProof.Version) return "an unexpected challenge";
            int length = SidecarFrame.Begin(frame, SidecarFrame.Proof);
            byte[] answer = proof.Answer(bytes, offset, count);
            Say(SidecarFrame.Bytes(frame, length, new ArraySegment<byte>(answer)));
            return null;
        }

        string ReadWelcome(byte[] bytes, int offset, int count)
        {
            const int proofBytes = 32, paceAt = 38;
            if (IsUp || count < paceAt) return "an unexpected welcome";
            if (!proof.IsOfServer(bytes, offset)) return "the voice server does not know the secret";
            idle = Math.Max(1, bytes[offset + proofBytes] << 8 | bytes[offset + proofBytes + 1]);
            pace = idle / 4;
            retry = FirstRetry;
            IsUp = true;
            Problem = "";
            if (count >= paceAt + 2)
            {
                double asked = (bytes[offset + paceAt] << 8 | bytes[offset + paceAt + 1]) / 1000.0;
                pace = Math.Min(pace, Math.Max(0.02, asked));
                SayAlive();
            }
            foreach (KeyValuePair<ulong, string> player in players) SayJoined(player.Key, !PlayersJoinAgain);
            return null;
        }

        string ReadDeliver(byte[] bytes, int offset, int count)
        {
            int receivers = count < 2 ? 0 : bytes[offset + 1];
            int packetAt = 2 + 8 * receivers;
            if (count < packetAt) return "a short frame";
            ArraySegment<byte> packet = new ArraySegment<byte>(bytes, offset + packetAt, count - packetAt);
            for (int index = 0; index < receivers; index++)
            {
                ulong player = SidecarFrame.ReadNumber(bytes, offset + 2 + 8 * index);
                if (players.ContainsKey(player)) game.SendToPlayer(player, (bytes[offset] & 1) != 0, packet);
            }
            return null;
        }

        void Lose(string problem, bool needsCorrection)
        {
            socket.Close();
            IsUp = false;
            Problem = problem;
            if (needsCorrection) retry = LongestRetry;
            // With a random part, so that game servers do not come back all at once.
            retryAt = now + retry * (0.5 + random.NextDouble() / 2);
            retry = Math.Min(LongestRetry, retry * 2);
        }

        void SayJoined(ulong player, bool wasThere)
        {
            int length = SidecarFrame.Begin(frame, SidecarFrame.Joined);
            length = SidecarFrame.Byte(frame, length, wasThere ? 1 : 0);
            length = SidecarFrame.Number(frame, length, player);
            Say(SidecarFrame.Bytes(frame, length, new ArraySegment<byte>(Encoding.UTF8.GetBytes(players[player]))));
        }

        void SayAlive()
        {
            int milliseconds = (int)Math.Min(ushort.MaxValue, pace * 1000);
            int length = SidecarFrame.Begin(frame, SidecarFrame.Alive);
            length = SidecarFrame.Byte(frame, length, milliseconds >> 8);
            Say(SidecarFrame.Byte(frame, length, milliseconds));
        }

        void Say(int length)
        {
            // Without space, the two ends would no longer agree about the players.
            if (!socket.Queue(frame, SidecarFrame.End(frame, length)))
            {
                Lose("too much waits for the voice server", false);
            }
        }
    }
}
