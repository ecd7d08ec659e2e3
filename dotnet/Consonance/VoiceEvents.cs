namespace Consonance
{
    /// <summary>A text from another player.</summary>
    public struct TextMessage
    {
        internal TextMessage(Player from, Room room, string text)
        {
            From = from;
            Room = room;
            Text = text;
        }

        /// <summary>The sender.</summary>
        public Player From { get; private set; }
        /// <summary>The room that it was sent to; null where it was sent to the player of this chat.</summary>
        public Room Room { get; private set; }
        /// <summary>The text.</summary>
        public string Text { get; private set; }
    }

    /// <summary>What a player says, as another player has written it down.</summary>
    public struct Caption
    {
        internal Caption(Player player, Player by, Room room, string text, bool isFinal)
        {
            Player = player;
            By = by;
            Room = room;
            Text = text;
            IsFinal = isFinal;
        }

        /// <summary>The player that speaks.</summary>
        public Player Player { get; private set; }
        /// <summary>The player that has written it down: what is written is its word.</summary>
        public Player By { get; private set; }
        /// <summary>The room that it was sent to; null where it was sent to the player of this chat.</summary>
        public Room Room { get; private set; }
        /// <summary>What the player says.</summary>
        public string Text { get; private set; }
        /// <summary>False while the player goes on: the next caption about it replaces this one.</summary>
        public bool IsFinal { get; private set; }
    }

    /// <summary>What became of a microphone or a loudspeaker.</summary>
    public struct DeviceChange
    {
        internal DeviceChange(bool isLoudspeaker, bool isRunning, string name, string state)
        {
            IsLoudspeaker = isLoudspeaker;
            IsRunning = isRunning;
            Name = name;
            State = state;
        }

        /// <summary>True for the loudspeaker, false for the microphone.</summary>
        public bool IsLoudspeaker { get; private set; }
        /// <summary>Whether sound flows.</summary>
        public bool IsRunning { get; private set; }
        /// <summary>The device, while sound flows.</summary>
        public string Name { get; private set; }
        /// <summary><c>running</c>, <c>lost</c>, <c>missing</c>, <c>denied</c>, <c>busy</c> or <c>off</c>.</summary>
        public string State { get; private set; }
    }

    /// <summary>Why a chat has ended.</summary>
    public struct EndOfChat
    {
        internal EndOfChat(string code, string reason)
        {
            Code = code;
            Reason = reason;
        }

        /// <summary>A word for it that does not change from version to version.</summary>
        public string Code { get; private set; }
        /// <summary>Why, in English, with what to do.</summary>
        public string Reason { get; private set; }
    }
}
