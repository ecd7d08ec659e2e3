using System;
using System.Runtime.InteropServices;
using Consonance.Native;

namespace Consonance
{
    // What has happened, raised by Update.
    public sealed partial class VoiceChat
    {
        /// <summary>The player is in the session; again after each reconnect.</summary>
        public event Action Joined;
        /// <summary>The connection was lost and is back; no other player noticed.</summary>
        public event Action Resumed;
        /// <summary>All players that were here before are known.</summary>
        public event Action PlayersSynced;
        /// <summary>A player is in the session.</summary>
        public event Action<Player> PlayerJoined;
        /// <summary>A player has left.</summary>
        public event Action<Player> PlayerLeft;
        /// <summary>A player listens to a room; also the player of this chat.</summary>
        public event Action<Player, Room> EnteredRoom;
        /// <summary>A player does not listen to a room any more.</summary>
        public event Action<Player, Room> ExitedRoom;
        /// <summary>The server has taken the player of this chat out of a room.</summary>
        public event Action<Room> RemovedFromRoom;
        /// <summary>A player speaks.</summary>
        public event Action<Player> StartedSpeaking;
        /// <summary>A player stopped speaking.</summary>
        public event Action<Player> StoppedSpeaking;
        /// <summary>A text has come.</summary>
        public event Action<TextMessage> TextReceived;
        /// <summary>What a player says has come as text; it is not raised as <see cref="TextReceived"/>.</summary>
        public event Action<Caption> Captioned;
        /// <summary>The text of this number is on its way, to so many players.</summary>
        public event Action<ulong, int> TextSent;
        /// <summary>The text of this number was not sent, and why.</summary>
        public event Action<ulong, string> TextNotSent;
        /// <summary>A device came, went, or was changed.</summary>
        public event Action<DeviceChange> DeviceChanged;
        /// <summary>The server's operator has decided something about the player of this chat.</summary>
        public event Action<OperatorDecision> OperatorDecided;
        /// <summary>The server answers this chat's request to moderate a player.</summary>
        public event Action<Moderation> Moderated;
        /// <summary>Voice and texts can now go to a player over a direct link.</summary>
        public event Action<Player> DirectLinkMade;
        /// <summary>A player is now reached only through the server.</summary>
        public event Action<Player> DirectLinkLost;
        /// <summary>The player of this chat holds this token.</summary>
        public event Action<string> TokenAdded;
        /// <summary>The player of this chat no longer holds this token.</summary>
        public event Action<string> TokenRemoved;
        /// <summary>
        /// The link leads to the server at this address; <see cref="Resumed"/> or <see cref="Joined"/> follows.
        /// </summary>
        public event Action<string> ServerChanged;
        /// <summary>The session is joined again at once, since packets have another length.</summary>
        public event Action Rejoining;
        /// <summary>The server ends the session in so many ms; where it sends its players, or nothing.</summary>
        public event Action<long, string> Draining;
        /// <summary>The server stays after all.</summary>
        public event Action DrainCancelled;
        /// <summary>The chat goes to the server that it was sent to.</summary>
        public event Action Redirecting;
        /// <summary>The session was lost, and why; the next attempt follows in so many ms.</summary>
        public event Action<string, long> ConnectionLost;
        /// <summary>The packets go another way, and why.</summary>
        public event Action<Transport, string> TransportChanged;
        /// <summary>Something that was asked for could not be done; voice goes on.</summary>
        public event Action<VoiceProblem> Problem;
        /// <summary>The chat has ended; nothing comes after it.</summary>
        public event Action<EndOfChat> Ended;

        NativeEvent next = new NativeEvent { Size = (uint)Marshal.SizeOf(typeof(NativeEvent)) };
        byte[] texts = new byte[2048];

        /// <summary>False where no event waits.</summary>
        bool RaiseNext()
        {
            UIntPtr length;
            int error = NativeMethods.consonance_poll_event(
                Handle, ref next, texts, (UIntPtr)(uint)texts.Length, out length);
            if (error == Call.BufferTooSmall)
            {
                texts = new byte[(int)length + 1];
                return true;
            }
            if (!Call.Took(error)) return false;
            Raise((EventType)next.Kind);
            return true;
        }

        void Raise(EventType type)
        {
            switch (type)
            {
                case EventType.PlayerJoined: RaiseForPlayer(PlayerJoined, players.Join(next.Player, texts)); break;
                case EventType.PlayerLeft: RaiseForPlayer(PlayerLeft, players.Leave(next.Player, texts)); break;
                case EventType.StartedSpeaking: RaiseForPlayer(StartedSpeaking, About()); break;
                case EventType.StoppedSpeaking: RaiseForPlayer(StoppedSpeaking, About()); break;
                case EventType.EnteredRoom: RaiseEntered(About(), Room(TextAt(1))); break;
                case EventType.ExitedRoom: RaiseExited(About(), Room(TextAt(1))); break;
                case EventType.RemovedFromRoom: RaiseWith(RemovedFromRoom, Room(TextAt(1))); break;
                case EventType.Text: RaiseText(); break;
                case EventType.Caption: RaiseCaption(); break;
                case EventType.Moderated: RaiseModerated(); break;
                case EventType.Operator: RaiseOperator(); break;
                case EventType.DirectLinkMade: RaiseForPlayer(DirectLinkMade, About()); break;
                case EventType.DirectLinkLost: RaiseForPlayer(DirectLinkLost, About()); break;
                case EventType.Device: RaiseDevice(); break;
                case EventType.Encryption: RaiseEncryption(); break;
                case EventType.Ended: RaiseWith(Ended, new EndOfChat(TextAt(0), TextAt(2))); break;
                default: RaiseOfChat(type); break;
            }
        }

        /// <summary>What is about no player.</summary>
        void RaiseOfChat(EventType type)
        {
            switch (type)
            {
                case EventType.Joined: RaiseBare(Joined); break;
                case EventType.Resumed: RaiseBare(Resumed); break;
                case EventType.PlayersSynced: RaiseBare(PlayersSynced); break;
                case EventType.Rejoining: RaiseBare(Rejoining); break;
                case EventType.DrainCancelled: RaiseBare(DrainCancelled); break;
                case EventType.Redirecting: RaiseBare(Redirecting); break;
                case EventType.TokenAdded: RaiseWith(TokenAdded, TextAt(2)); break;
                case EventType.TokenRemoved: RaiseWith(TokenRemoved, TextAt(2)); break;
                case EventType.ServerChanged: RaiseWith(ServerChanged, TextAt(2)); break;
                case EventType.Problem:
                    RaiseWith(Problem, new VoiceProblem((ProblemKind)next.Detail, TextAt(2)));
                    break;
                case EventType.TextSent: if (TextSent != null) TextSent(next.Number, next.Detail); break;
                case EventType.TextNotSent: if (TextNotSent != null) TextNotSent(next.Number, TextAt(2)); break;
                case EventType.Draining: if (Draining != null) Draining((long)next.Number, TextAt(2)); break;
                case EventType.ConnectionLost:
                    if (ConnectionLost != null) ConnectionLost(TextAt(2), (long)next.Number);
                    break;
                case EventType.TransportChanged:
                    if (TransportChanged != null) TransportChanged((Transport)next.Detail, TextAt(2));
                    break;
                // What a newer library tells, and this version has no event for.
                default: break;
            }
        }

        Player About()
        {
            return players.Get(next.Player, texts);
        }

        /// <summary>Of the event's texts the name (0), the room (1), or the words (2).</summary>
        string TextAt(int number)
        {
            int start = 0;
            string text = Utf8.Next(texts, ref start);
            for (; number > 0; number--) text = Utf8.Next(texts, ref start);
            return text;
        }

        static void RaiseBare(Action handlers)
        {
            if (handlers != null) handlers();
        }

        static void RaiseForPlayer(Action<Player> handlers, Player player)
        {
            if (handlers != null && player != null) handlers(player);
        }

        static void RaiseWith<T>(Action<T> handlers, T argument)
        {
            if (handlers != null) handlers(argument);
        }

        void RaiseModerated()
        {
            Player player = About();
            if (player == null) return;
            RaiseWith(Moderated, new Moderation(player, (ModeratorAction)next.Number, (ModeratorAnswer)next.Detail));
        }

        void RaiseOperator()
        {
            OperatorDecisionKind kind = (OperatorDecisionKind)next.Detail;
            string room = TextAt(1);
            RaiseWith(OperatorDecided, new OperatorDecision(
                kind, next.Number, TextAt(0), room.Length == 0 ? null : room, TextAt(2)));
        }

        void RaiseEntered(Player player, Room room)
        {
            room.Entered(player);
            if (EnteredRoom != null) EnteredRoom(player, room);
        }

        void RaiseExited(Player player, Room room)
        {
            room.Exited(player);
            if (ExitedRoom != null) ExitedRoom(player, room);
        }

        void RaiseText()
        {
            RaiseWith(TextReceived, new TextMessage(About(), RoomOrNull(), TextAt(2)));
        }

        void RaiseCaption()
        {
            Player by = players.Get((uint)next.Number, null);
            RaiseWith(Captioned, new Caption(About(), by, RoomOrNull(), TextAt(2), next.Detail == 1));
        }

        Room RoomOrNull()
        {
            string room = TextAt(1);
            return room.Length == 0 ? null : Room(room);
        }

        void RaiseDevice()
        {
            RaiseWith(DeviceChanged, new DeviceChange(next.Detail == 1, next.Number == 1, TextAt(0), TextAt(2)));
        }
    }
}
