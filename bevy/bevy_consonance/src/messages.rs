//! Messages from the chat to the game.

use std::time::Instant;

use bevy_ecs::message::Message;
use consonance::{End, EventKind, ProblemKind, StartError};

use crate::voice::VoiceState;

/// Something that happened in the session: players joined, left, started or stopped speaking, sent a text, and
/// everything else in [`EventKind`].
#[derive(Message, Clone, Debug)]
pub struct VoiceEvent {
    /// When the voice thread saw it.
    pub at: Instant,
    /// The event.
    pub kind: EventKind,
}

/// [`Voice::state`](crate::Voice::state) has changed.
#[derive(Message, Clone, Debug, PartialEq, Eq)]
pub struct VoiceStateChanged {
    /// The previous state.
    pub from: VoiceState,
    /// The current state.
    pub to: VoiceState,
    /// The reason, as text for the player, if a lost connection or the end of the chat is the cause.
    pub reason: Option<String>,
}

/// Something went wrong. Texts are for the player; [`code`](Self::code) is for programs.
#[derive(Message, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VoiceError {
    /// The chat that [`VoicePlugin::server`](crate::VoicePlugin::server) asks for could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A request failed; voice goes on. Also among the [events](VoiceEvent).
    #[error("{text}")]
    Problem {
        /// The part of the chat that has the problem.
        about: ProblemKind,
        /// The problem, and how to solve it.
        text: String,
    },
    /// The chat has ended without being asked to. Also among the [events](VoiceEvent).
    #[error("voice chat ended: {0}")]
    Ended(End),
}

impl VoiceError {
    /// A word for the failure, for logs: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Start(cause) => cause.code(),
            Self::Problem { .. } => "problem",
            Self::Ended(_) => "ended",
        }
    }

    /// The message that a game should get in addition to the event itself.
    pub(crate) fn of(event: &EventKind) -> Option<Self> {
        match event {
            EventKind::Problem { about, text } => Some(Self::Problem { about: *about, text: text.clone() }),
            EventKind::Ended(end) if *end != End::Left => Some(Self::Ended(end.clone())),
            _ => None,
        }
    }
}
