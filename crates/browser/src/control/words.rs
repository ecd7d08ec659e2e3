//! Words in the messages for the session's numbers and types.

use consonance_session::Restriction;
use serde::{Deserialize, Serialize};

/// A right that an operator can take from a player.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestrictionWord {
    /// Its voice is not forwarded.
    Voice,
    /// Its texts are not forwarded.
    Text,
    /// It receives no voice.
    Hearing,
}

/// An action that a moderator can request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModerationActionWord {
    /// To remove a player.
    Kick,
    /// To remove a player, and keep it out.
    Ban,
    /// To mute a player.
    Mute,
    /// To lift a player's mute.
    Unmute,
    /// To move a player.
    Move,
}

impl From<Restriction> for RestrictionWord {
    fn from(restriction: Restriction) -> Self {
        match restriction {
            Restriction::Muted => Self::Voice,
            Restriction::TextMuted => Self::Text,
            Restriction::Deafened => Self::Hearing,
        }
    }
}
