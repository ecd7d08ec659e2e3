using System;

namespace Consonance
{
    /// <summary>What a moderator can ask the server to do to a player.</summary>
    public enum ModeratorAction
    {
        /// <summary>To remove it from the session; it may come back.</summary>
        Kick,
        /// <summary>To discard its voice.</summary>
        Mute,
        /// <summary>To let its voice be heard again.</summary>
        Unmute,
        /// <summary>To remove it from a room, and ask it to listen to another one instead.</summary>
        Move,
        /// <summary>To remove it from the session, and keep it out.</summary>
        Ban,
    }

    /// <summary>The result of a moderator's request.</summary>
    public enum ModeratorAnswer
    {
        /// <summary>The request was carried out.</summary>
        Done,
        /// <summary>The join token of this chat does not permit moderation.</summary>
        NotModerator,
        /// <summary>No player of this name is in the session.</summary>
        NoPlayer,
        /// <summary>
        /// The player is a moderator, too, or the operator has muted it: only the operator can change that.
        /// </summary>
        Protected,
        /// <summary>The player does not listen to the room.</summary>
        NotInRoom,
        /// <summary>The player may not listen to the room that it was to go to.</summary>
        RoomForbidden,
        /// <summary>The room that it was to go to is full.</summary>
        RoomFull,
        /// <summary>The server could not do it, or has not answered.</summary>
        Failed,
    }

    /// <summary>The answer to this chat's request to moderate a player.</summary>
    public struct Moderation
    {
        internal Moderation(Player player, ModeratorAction action, ModeratorAnswer answer)
        {
            Player = player;
            Action = action;
            Answer = answer;
        }

        /// <summary>The player that the request was about.</summary>
        public Player Player { get; private set; }
        /// <summary>What was asked for.</summary>
        public ModeratorAction Action { get; private set; }
        /// <summary>The result.</summary>
        public ModeratorAnswer Answer { get; private set; }
    }

    /// <summary>What a decision of the server's operator is about.</summary>
    public enum OperatorDecisionKind
    {
        /// <summary>The player of this chat is restricted.</summary>
        Restricted = 1,
        /// <summary>A restriction is lifted.</summary>
        Lifted,
        /// <summary>What the player may do in a room has changed.</summary>
        RoomRights,
        /// <summary>The player was moved to another room.</summary>
        Moved,
        /// <summary>A text of the player came too soon, and was dropped.</summary>
        TextHeld,
        /// <summary>A room is full.</summary>
        RoomFull,
        /// <summary>The operator records the session, or no longer does.</summary>
        Recorded,
    }

    /// <summary>A right that an operator can take from a player.</summary>
    public enum Restriction
    {
        /// <summary>To be heard.</summary>
        Muted,
        /// <summary>To send texts.</summary>
        TextMuted,
        /// <summary>To hear others.</summary>
        Deafened,
    }

    /// <summary>A decision of the server's operator about the player of a chat.</summary>
    public struct OperatorDecision
    {
        readonly ulong number;

        internal OperatorDecision(OperatorDecisionKind kind, ulong number, string name, string room, string text)
        {
            this.number = number;
            Kind = kind;
            FromRoom = name.Length == 0 ? null : name;
            Room = room;
            Text = text;
        }

        /// <summary>What it is about.</summary>
        public OperatorDecisionKind Kind { get; private set; }
        /// <summary>The room that it is about, or that the player was moved to; null if it is about none.</summary>
        public string Room { get; private set; }
        /// <summary>The room that the player was moved from; null otherwise.</summary>
        public string FromRoom { get; private set; }
        /// <summary>The decision in English, with the operator's reason.</summary>
        public string Text { get; private set; }

        /// <summary>The restriction that was imposed or lifted; null otherwise.</summary>
        public Restriction? Restriction
        {
            get
            {
                bool isAbout = Kind == OperatorDecisionKind.Restricted || Kind == OperatorDecisionKind.Lifted;
                return isAbout ? (Restriction?)number : null;
            }
        }

        /// <summary>How long until the next text is accepted; zero otherwise.</summary>
        public TimeSpan Wait
        {
            get { return Kind == OperatorDecisionKind.TextHeld ? TimeSpan.FromMilliseconds(number) : TimeSpan.Zero; }
        }

        /// <summary>Whether the room is full for speakers; for listeners if it is false.</summary>
        public bool IsForSpeakers
        {
            get { return Kind == OperatorDecisionKind.RoomFull && number == 1; }
        }

        /// <summary>Whether all of the session is recorded.</summary>
        public bool IsRecordedWhole
        {
            get { return Kind == OperatorDecisionKind.Recorded && number == ulong.MaxValue; }
        }

        /// <summary>The decision in English.</summary>
        public override string ToString()
        {
            return Text;
        }
    }

    /// <summary>The part of a chat that has a problem.</summary>
    public enum ProblemKind
    {
        /// <summary>Something else, which the text says.</summary>
        Other,
        /// <summary>Too many requests at once; one was dropped.</summary>
        Commands,
        /// <summary>A room cannot be joined.</summary>
        Room,
        /// <summary>A channel cannot be opened.</summary>
        Channel,
        /// <summary>The player's own voice cannot be encoded or sent as requested.</summary>
        Voice,
        /// <summary>The microphone, another input, or the game's own sound.</summary>
        Input,
        /// <summary>A setting for hearing another player cannot be remembered.</summary>
        Hearing,
        /// <summary>Another player is present but cannot be heard.</summary>
        Player,
        /// <summary>A player's sound cannot be taken.</summary>
        Tap,
        /// <summary>There is no such device, or the chat uses none.</summary>
        Device,
        /// <summary>A player cannot be moderated.</summary>
        Moderation,
        /// <summary>The keys of an encrypted session.</summary>
        Encryption,
    }

    /// <summary>Something that was asked for and could not be done.</summary>
    public struct VoiceProblem
    {
        internal VoiceProblem(ProblemKind kind, string text)
        {
            Kind = kind;
            Text = text;
        }

        /// <summary>The part of the chat that has it.</summary>
        public ProblemKind Kind { get; private set; }
        /// <summary>The problem in English, with what to do.</summary>
        public string Text { get; private set; }

        /// <summary>The problem in English.</summary>
        public override string ToString()
        {
            return Text;
        }
    }
}
