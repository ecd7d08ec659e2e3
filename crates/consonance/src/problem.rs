//! Kinds of problems.

use crate::command::Command;

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
    /// A player cannot be [moderated](crate::VoiceChat::moderate).
    Moderation,
    /// The keys of an encrypted session.
    Encryption,
    /// Another problem, described by the text.
    Other,
}

impl ProblemKind {
    /// The kind of problem if this command fails.
    pub(crate) fn of(command: &Command) -> Self {
        match command {
            Command::JoinRoom(_) | Command::HoldRoom(_) | Command::LeaveRoom(_) => Self::Room,
            Command::Channel(..) => Self::Channel,
            Command::SetQuality { .. } | Command::SetEncoder(_) => Self::Voice,
            Command::SetInput(_)
            | Command::SetEngineInput(_)
            | Command::SetCapture(_)
            | Command::SetEchoReference(_) => Self::Input,
            Command::Hear(_) | Command::PlayerStream(..) => Self::Hearing,
            Command::Tap(..) => Self::Tap,
            Command::Moderate { .. } => Self::Moderation,
            #[cfg(feature = "devices")]
            Command::SelectDevice(..) => Self::Device,
            _ => Self::Other,
        }
    }
}
