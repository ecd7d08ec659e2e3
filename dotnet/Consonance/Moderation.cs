using System;

namespace Consonance
{
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
