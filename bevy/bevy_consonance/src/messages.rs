//! What the chat tells the game.

use std::time::Instant;

use bevy_ecs::message::Message;
use consonance::{End, EventKind, ProblemKind, StartError};

use crate::voice::VoiceState;

/// Something that happened in the session: players came and went, speak or stopped, wrote a text, and everything else
/// that [`EventKind`] tells.
#[derive(Message, Clone, Debug)]
pub struct VoiceEvent {
    /// When the voice thread saw it.
    pub at: Instant,
    /// What it was.
    pub kind: EventKind,
}

/// [`Voice::state`](crate::Voice::state) is another one than before.
#[derive(Message, Clone, Debug, PartialEq, Eq)]
pub struct VoiceStateChanged {
    /// What it was.
    pub from: VoiceState,
    /// What it is.
    pub to: VoiceState,
    /// Why, in words for the player, where a lost connection or the end of the chat is the cause.
    pub reason: Option<String>,
}

/// Something went wrong. Texts are for the player; [`code`](Self::code) is for programs.
#[derive(Message, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VoiceError {
    /// The chat that [`VoicePlugin::server`](crate::VoicePlugin::server) asks for could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Something that was asked for could not be done; voice goes on. Also among the [events](VoiceEvent).
    #[error("{text}")]
    Problem {
        /// What it is about.
        about: ProblemKind,
        /// What, and what to do about it.
        text: String,
    },
    /// The chat has ended, and not because it was told to. Also among the [events](VoiceEvent).
    #[error("voice chat ended: {0}")]
    Ended(End),
}

impl VoiceError {
    /// A word for what failed, for logs: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Start(cause) => cause.code(),
            Self::Problem { .. } => "problem",
            Self::Ended(_) => "ended",
        }
    }

    /// What a game should know of an event besides the event itself.
    pub(crate) fn of(event: &EventKind) -> Option<Self> {
        match event {
            EventKind::Problem { about, text } => Some(Self::Problem { about: *about, text: text.clone() }),
            EventKind::Ended(end) if *end != End::Left => Some(Self::Ended(end.clone())),
            _ => None,
        }
    }
}
