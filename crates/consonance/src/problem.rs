//! Kinds of problems.

/// The kind of an [`EventKind::Problem`](crate::EventKind::Problem), for programs; its text is for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum ProblemKind {
    /// Too many requests at once for the voice thread; a request was dropped.
    Commands,
    /// A room cannot be joined.
    Room,
    /// A channel cannot be opened.
    Channel,
    /// The local voice cannot be encoded or sent as requested.
    Voice,
    /// The microphone or other input, or the game's own sound.
    Input,
    /// A setting for hearing another player cannot be remembered.
    Hearing,
    /// Another player is present but cannot be heard.
    Player,
    /// A tap cannot be added.
    Tap,
    /// There is no such device, or the chat was started without devices.
    Device,
    /// A player cannot be [moderated](crate::Player::moderate).
    Moderation,
    /// The keys of an encrypted session.
    Encryption,
    /// Another problem, described by the text.
    Other,
}
