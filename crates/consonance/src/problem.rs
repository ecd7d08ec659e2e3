//! What kind of thing could not be done.

use crate::command::Command;

/// What an [`EventKind::Problem`](crate::EventKind::Problem) is about, for programs; its text is for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// More was asked for at once than the voice thread takes; something asked for was not done.
    Commands,
    /// A room cannot be joined.
    Room,
    /// A channel cannot be opened.
    Channel,
    /// One's own voice cannot be encoded or sent as asked.
    Voice,
    /// The microphone, or what stands in for it, or the game's own sound.
    Input,
    /// How another player is to be heard cannot be remembered.
    Hearing,
    /// Another player is here but cannot be heard.
    Player,
    /// A tap cannot listen.
    Tap,
    /// There is no such device, or the chat was started without devices.
    Device,
    /// A player cannot be [moderated](crate::VoiceChat::moderate).
    Moderation,
    /// The keys of an encrypted session.
    Encryption,
    /// Something else, which the text tells.
    Other,
}

impl ProblemKind {
    /// What it would be about if a command could not be obeyed.
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
