//! Moderation: what moderators ask for, what they are answered, and what operators decide.

/// What a moderator can ask the server to do to a player.
///
/// See `consonance_moderate`.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CModeratorAction {
    /// Remove it from the session; it may come back.
    Kick = 0,
    /// Discard its voice.
    Mute = 1,
    /// Let its voice be heard again.
    Unmute = 2,
    /// Remove it from a room, and ask it to listen to another one instead.
    Move = 3,
    /// Remove it from the session, and keep it out.
    Ban = 4,
}

/// The result of a moderator's request.
///
/// It is the `detail` of `CONSONANCE_EVENT_TYPE_MODERATED`.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CModeratorAnswer {
    /// The request was carried out.
    Done = 0,
    /// The join token of this chat does not permit moderation.
    NotModerator = 1,
    /// No player of this name is in the session.
    NoPlayer = 2,
    /// The player is a moderator, too, or the operator has muted it: only the operator can change that.
    Protected = 3,
    /// The player does not listen to the room.
    NotInRoom = 4,
    /// The player may not listen to the room that it was to go to.
    RoomForbidden = 5,
    /// The room that it was to go to is full.
    RoomFull = 6,
    /// The server could not do it, or has not answered.
    Failed = 7,
}

/// A decision of the server's operator about the player of this chat.
///
/// It is the `detail` of `CONSONANCE_EVENT_TYPE_OPERATOR`.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum COperatorDecision {
    /// The player is restricted.
    ///
    /// `number` is a `consonance_restriction`.
    Restricted = 1,
    /// A restriction is lifted.
    ///
    /// `number` is a `consonance_restriction`.
    Lifted = 2,
    /// What the player may do in a room has changed.
    ///
    /// It is `room`.
    RoomRights = 3,
    /// The player was moved to another room.
    ///
    /// It is `room`; `name` is the room that the player listened to before.
    Moved = 4,
    /// A text of the player came too soon, and was dropped.
    ///
    /// The next one is accepted in `number` ms.
    TextHeld = 5,
    /// A room is full.
    ///
    /// It is `room`: full for listeners if `number` is 0, for speakers if it is 1.
    RoomFull = 6,
    /// The operator records the session, or no longer does.
    ///
    /// All of it if `number` is `UINT64_MAX`, otherwise the last `number` ms, which
    /// is nothing if it is 0.
    Recorded = 7,
}

/// A right that an operator can take from a player.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CRestriction {
    /// To be heard.
    Muted = 0,
    /// To send texts.
    TextMuted = 1,
    /// To hear others.
    Deafened = 2,
}

/// The part of a chat that has a problem.
///
/// It is the `detail` of `CONSONANCE_EVENT_TYPE_PROBLEM`.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CProblem {
    /// Something else, which the text says.
    Other = 0,
    /// Too many requests at once; one was dropped.
    Commands = 1,
    /// A room cannot be joined.
    Room = 2,
    /// A channel cannot be opened.
    Channel = 3,
    /// The player's own voice cannot be encoded or sent as requested.
    Voice = 4,
    /// The microphone, another input, or the game's own sound.
    Input = 5,
    /// A setting for hearing another player cannot be remembered.
    Hearing = 6,
    /// Another player is present but cannot be heard.
    Player = 7,
    /// A player's sound cannot be taken.
    Tap = 8,
    /// There is no such device, or the chat uses none.
    Device = 9,
    /// A player cannot be moderated.
    Moderation = 10,
    /// The keys of an encrypted session.
    Encryption = 11,
}
