// Made from crates/ffi by `cargo xtask write declarations`; do not edit.

namespace Consonance
{
    /// <summary>The proof of a member's account.</summary>
    public enum AccountProof
    {
        /// <summary>None: the member has no account or no attestation, or there is no key to verify one.</summary>
        Claimed = 0,
        /// <summary>A service whose key is in the settings signed that the key belongs to the account.</summary>
        Attested = 1,
        /// <summary>
        /// The attestation is not valid: from another service, for another account or key, or expired.
        /// </summary>
        Rejected = 2,
    }

    /// <summary>When the player's voice is sent.</summary>
    public enum Activation
    {
        /// <summary>Always.</summary>
        Open = 0,
        /// <summary>While the key for push-to-talk is pressed.</summary>
        PushToTalk = 1,
        /// <summary>While speech is detected.</summary>
        Voice = 2,
    }

    /// <summary>When a channel sends voice.</summary>
    public enum ChannelActivation
    {
        /// <summary>As the chat's settings say.</summary>
        Inherit = 0,
        /// <summary>Always.</summary>
        Open = 1,
        /// <summary>While speech is detected.</summary>
        Voice = 2,
        /// <summary>Never.</summary>
        Closed = 3,
    }

    /// <summary>The state of a chat.</summary>
    public enum ConnectionState
    {
        /// <summary>Ended; the last event says why.</summary>
        Ended = 0,
        /// <summary>Connecting to its session.</summary>
        Connecting = 1,
        /// <summary>Connected to its session.</summary>
        Connected = 2,
    }

    /// <summary>How much of the echo of the loudspeaker is removed from the microphone's sound.</summary>
    public enum EchoCancelling
    {
        /// <summary>None, for headphones.</summary>
        Off = 0,
        /// <summary>A little.</summary>
        Low = 1,
        /// <summary>As much as most rooms need.</summary>
        Moderate = 2,
        /// <summary>As much as possible.</summary>
        High = 3,
    }

    /// <summary>A change of the encryption.</summary>
    public enum EncryptionChangeKind
    {
        /// <summary>A change that this version has no number for.</summary>
        Other = 0,
        /// <summary>The encryption began or ended.</summary>
        State = 1,
        /// <summary>
        /// The set of rooms without encryption has changed, as the client of a player signed; no player if that was
        /// before this chat joined.
        /// </summary>
        RoomsChanged = 2,
        /// <summary>
        /// A player has a different key than at the last meeting: another device, a new installation, or another
        /// player.
        /// </summary>
        KeyChanged = 3,
        /// <summary>
        /// A player claims to be in another group than this chat: the server shows them different groups, or the
        /// claim is false. If other members confirm this chat's group, do not trust the player; if several claim it,
        /// trust nothing.
        /// </summary>
        Forked = 4,
        /// <summary>The server asks for weaker encryption than before; nothing is sent.</summary>
        Weakened = 5,
        /// <summary>The server stored a report of this chat for the game's moderators.</summary>
        ReportTaken = 6,
        /// <summary>The server did not store a report of this chat, and the text says why.</summary>
        ReportRefused = 7,
        /// <summary>
        /// Something that the player says or writes is not sent, since the chat requires encryption; the text says
        /// what, and why. Reported once until the keys change.
        /// </summary>
        Withheld = 8,
        /// <summary>There is no room for the keys of further players: those stay new at each meeting.</summary>
        KnownKeysFull = 9,
    }

    /// <summary>Whether a chat is encrypted from end to end.</summary>
    public enum EncryptionPolicy
    {
        /// <summary>
        /// If the session offers it. Once the session has required it, nothing is sent or played without encryption.
        /// </summary>
        WhereOffered = 0,
        /// <summary>Always: if the session does not offer it, nothing is sent and nothing is played.</summary>
        Required = 1,
        /// <summary>Never: a session that requires it rejects this player.</summary>
        Never = 2,
    }

    /// <summary>Whether a chat is encrypted from end to end at this moment.</summary>
    public enum EncryptionState
    {
        /// <summary>Not encrypted: the session does not offer it, or the chat does not want it.</summary>
        Off = 0,
        /// <summary>There are no keys yet, or they were lost: nothing is sent and nothing is played.</summary>
        Waiting = 1,
        /// <summary>Encrypted, except in rooms that all members know as not encrypted.</summary>
        On = 2,
    }

    /// <summary>What a moderator can ask the server to do to a player.</summary>
    public enum ModeratorAction
    {
        /// <summary>Remove it from the session; it may come back.</summary>
        Kick = 0,
        /// <summary>Discard its voice.</summary>
        Mute = 1,
        /// <summary>Let its voice be heard again.</summary>
        Unmute = 2,
        /// <summary>Remove it from a room, and ask it to listen to another one instead.</summary>
        Move = 3,
        /// <summary>Remove it from the session, and keep it out.</summary>
        Ban = 4,
    }

    /// <summary>The result of a moderator's request.</summary>
    public enum ModeratorAnswer
    {
        /// <summary>The request was carried out.</summary>
        Done = 0,
        /// <summary>The join token of this chat does not permit moderation.</summary>
        NotModerator = 1,
        /// <summary>No player of this name is in the session.</summary>
        NoPlayer = 2,
        /// <summary>
        /// The player is a moderator, too, or the operator has muted it: only the operator can change that.
        /// </summary>
        Protected = 3,
        /// <summary>The player does not listen to the room.</summary>
        NotInRoom = 4,
        /// <summary>The player may not listen to the room that it was to go to.</summary>
        RoomForbidden = 5,
        /// <summary>The room that it was to go to is full.</summary>
        RoomFull = 6,
        /// <summary>The server could not do it, or has not answered.</summary>
        Failed = 7,
    }

    /// <summary>How much steady noise is removed.</summary>
    public enum NoiseSuppression
    {
        /// <summary>None.</summary>
        Off = 0,
        /// <summary>6 dB.</summary>
        Db6 = 1,
        /// <summary>12 dB.</summary>
        Db12 = 2,
        /// <summary>18 dB.</summary>
        Db18 = 3,
        /// <summary>24 dB.</summary>
        Db24 = 4,
        /// <summary>All but speech, by a neural network: 20 ms later than the others.</summary>
        Strong = 5,
        /// <summary>The same by a smaller network, at a fifth of the cost.</summary>
        StrongLight = 6,
    }

    /// <summary>A decision of the server's operator about the player of this chat.</summary>
    public enum OperatorDecisionKind
    {
        /// <summary>The player is restricted.</summary>
        Restricted = 1,
        /// <summary>A restriction is lifted.</summary>
        Lifted = 2,
        /// <summary>What the player may do in a room has changed.</summary>
        RoomRights = 3,
        /// <summary>The player was moved to another room.</summary>
        Moved = 4,
        /// <summary>A text of the player came too soon, and was dropped.</summary>
        TextHeld = 5,
        /// <summary>A room is full.</summary>
        RoomFull = 6,
        /// <summary>The operator records the session, or no longer does.</summary>
        Recorded = 7,
    }

    /// <summary>What a game has to do with a packet, or has become of a link.</summary>
    public enum PacketAction
    {
        /// <summary>Send the bytes: to the server, or to the peer.</summary>
        Send = 0,
        /// <summary>A chat wants to reach its server: say so once its link is up.</summary>
        Connect = 1,
        /// <summary>The chat has left, or the host disconnects the peer: treat its link as closed.</summary>
        Disconnect = 2,
        /// <summary>The bytes came from the server of a link.</summary>
        Received = 3,
        /// <summary>A link is up.</summary>
        Connected = 4,
        /// <summary>A link has ended or could not connect. It is the last action.</summary>
        Disconnected = 5,
    }

    /// <summary>While a player of a higher priority speaks, players of a lower one are not heard.</summary>
    public enum Priority
    {
        /// <summary>Below the default.</summary>
        Low = 0,
        /// <summary>What players have.</summary>
        Default = 1,
        /// <summary>Above the default.</summary>
        Medium = 2,
        /// <summary>The highest.</summary>
        High = 3,
    }

    /// <summary>The part of a chat that has a problem.</summary>
    public enum ProblemKind
    {
        /// <summary>Something else, which the text says.</summary>
        Other = 0,
        /// <summary>Too many requests at once; one was dropped.</summary>
        Commands = 1,
        /// <summary>A room cannot be joined.</summary>
        Room = 2,
        /// <summary>A channel cannot be opened.</summary>
        Channel = 3,
        /// <summary>The player's own voice cannot be encoded or sent as requested.</summary>
        Voice = 4,
        /// <summary>The microphone, another input, or the game's own sound.</summary>
        Input = 5,
        /// <summary>A setting for hearing another player cannot be remembered.</summary>
        Hearing = 6,
        /// <summary>Another player is present but cannot be heard.</summary>
        Player = 7,
        /// <summary>A player's sound cannot be taken.</summary>
        Tap = 8,
        /// <summary>There is no such device, or the chat uses none.</summary>
        Device = 9,
        /// <summary>A player cannot be moderated.</summary>
        Moderation = 10,
        /// <summary>The keys of an encrypted session.</summary>
        Encryption = 11,
    }

    /// <summary>The bit rate of the player's voice.</summary>
    public enum Quality
    {
        /// <summary>10 kbit/s.</summary>
        Low = 0,
        /// <summary>17 kbit/s.</summary>
        Medium = 1,
        /// <summary>24 kbit/s.</summary>
        High = 2,
        /// <summary>64 kbit/s, for more than speech.</summary>
        Music = 3,
    }

    /// <summary>Whether a member is known from an earlier session.</summary>
    public enum Recognition
    {
        /// <summary>The player of this chat.</summary>
        Local = 0,
        /// <summary>Not met before; known from the next list on.</summary>
        New = 1,
        /// <summary>Met before, with the same key.</summary>
        Known = 2,
        /// <summary>Met before, with the same key, and its safety number was compared.</summary>
        Verified = 3,
        /// <summary>A different key than before: another device, a new installation, or another player.</summary>
        Changed = 4,
    }

    /// <summary>A right that an operator can take from a player.</summary>
    public enum Restriction
    {
        /// <summary>To be heard.</summary>
        Muted = 0,
        /// <summary>To send texts.</summary>
        TextMuted = 1,
        /// <summary>To hear others.</summary>
        Deafened = 2,
    }

    /// <summary>How the volume of voices falls with distance.</summary>
    public enum RollOff
    {
        /// <summary>Not at all.</summary>
        Constant = 0,
        /// <summary>Linearly, to silence at the maximum distance.</summary>
        Linear = 1,
        /// <summary>With the inverse of the distance, as in the open.</summary>
        Inverse = 2,
        /// <summary>With the inverse of its square.</summary>
        InverseSquare = 3,
    }

    /// <summary>Whether the session of a host is encrypted from end to end.</summary>
    public enum SessionEncryption
    {
        /// <summary>Not encrypted.</summary>
        Off = 0,
        /// <summary>
        /// Encrypted between clients that support it; a room is not encrypted while another client listens to it.
        /// </summary>
        Allowed = 1,
        /// <summary>Encrypted; clients without encryption are rejected.</summary>
        Required = 2,
    }

    /// <summary>The audio input and output of a chat.</summary>
    public enum Sound
    {
        /// <summary>Neither: texts and positions only.</summary>
        None = 0,
        /// <summary>This machine's microphone and loudspeaker.</summary>
        Devices = 1,
        /// <summary>The game's engine.</summary>
        Engine = 2,
    }

    /// <summary>How direction is made audible.</summary>
    public enum SpatialMode
    {
        /// <summary>HRTF on headphones, and panning elsewhere.</summary>
        Automatic = 0,
        /// <summary>Panning.</summary>
        Panning = 1,
        /// <summary>HRTF, a model of the head.</summary>
        Head = 2,
    }

    /// <summary>The protocol that carries packets to a server.</summary>
    public enum Transport
    {
        /// <summary>UDP.</summary>
        Udp = 0,
        /// <summary>A WebSocket with TLS, since UDP does not get through.</summary>
        WebSocket = 1,
    }

    /// <summary>The type of an event.</summary>
    internal enum EventType
    {
        /// <summary>An event that this version has no number for.</summary>
        Other = 0,
        /// <summary>The player is in the session; again after each reconnect.</summary>
        Joined = 1,
        /// <summary>The connection was lost and resumed; other players did not notice.</summary>
        Resumed = 2,
        /// <summary>The list of players that joined earlier is complete.</summary>
        PlayersSynced = 3,
        /// <summary>Another player is in the session.</summary>
        PlayerJoined = 4,
        /// <summary>A player has left.</summary>
        PlayerLeft = 5,
        /// <summary>A player listens to a room; also the player of this chat.</summary>
        EnteredRoom = 6,
        /// <summary>A player no longer listens to a room.</summary>
        ExitedRoom = 7,
        /// <summary>The server removed the player of this chat from a room.</summary>
        RemovedFromRoom = 8,
        /// <summary>A player speaks.</summary>
        StartedSpeaking = 9,
        /// <summary>A player stopped speaking.</summary>
        StoppedSpeaking = 10,
        /// <summary>A player has sent a text to a room, or to the player of this chat.</summary>
        Text = 11,
        /// <summary>A text of this chat is on its way.</summary>
        TextSent = 12,
        /// <summary>A text of this chat was not sent.</summary>
        TextNotSent = 13,
        /// <summary>A device came, went, or was changed.</summary>
        Device = 14,
        /// <summary>The server's operator has decided something about the player of this chat.</summary>
        Operator = 15,
        /// <summary>The result of this chat's request to moderate a player.</summary>
        Moderated = 16,
        /// <summary>The chat rejoins the session because the frame length has changed.</summary>
        Rejoining = 17,
        /// <summary>The server is about to end the session.</summary>
        Draining = 18,
        /// <summary>The server cancelled the shutdown.</summary>
        DrainCancelled = 19,
        /// <summary>The chat follows a redirect to another server.</summary>
        Redirecting = 20,
        /// <summary>The session was lost; the next attempt follows.</summary>
        ConnectionLost = 21,
        /// <summary>The transport of packets changed.</summary>
        TransportChanged = 22,
        /// <summary>A request failed. Voice continues.</summary>
        Problem = 23,
        /// <summary>The chat has ended. It is the last event.</summary>
        Ended = 24,
        /// <summary>The encryption of the session changed.</summary>
        Encryption = 25,
        /// <summary>A caption: the words of a player, transcribed by a player.</summary>
        Caption = 26,
        /// <summary>Voice and texts can now go to a player over a direct link.</summary>
        DirectLinkMade = 27,
        /// <summary>A player is now reached only through the server.</summary>
        DirectLinkLost = 28,
        /// <summary>The player of this chat holds an access token.</summary>
        TokenAdded = 29,
        /// <summary>The player of this chat no longer holds an access token.</summary>
        TokenRemoved = 30,
        /// <summary>The link leads to another server.</summary>
        ServerChanged = 31,
    }
}
