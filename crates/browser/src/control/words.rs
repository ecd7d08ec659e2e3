//! Words in the messages for the session's numbers and types.

use consonance_session::{ModeratorAnswer, Priority, Restriction, RoomUse};
use serde::{Deserialize, Serialize};

/// The priority of a voice; a listener ducks lower ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PriorityWord {
    /// Below the default.
    Low,
    /// The default.
    Default,
    /// Above the default.
    Medium,
    /// Above all.
    High,
}

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

/// A use of a room by a player.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoomUseWord {
    /// Receive voice and text there.
    Listen,
    /// Send voice and text there.
    Speak,
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

/// The result of such a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerWord {
    /// The request was carried out.
    Done,
    /// The join token does not allow its player to moderate.
    NotModerator,
    /// No player of this name is in the session.
    NoPlayer,
    /// The player may moderate, too, or is muted by the operator.
    Protected,
    /// The player does not listen to the room.
    NotInRoom,
    /// The player is not allowed to listen to the target room.
    RoomForbidden,
    /// The target room is full.
    RoomFull,
    /// The server could not do it, or has not answered.
    Failed,
}

impl From<PriorityWord> for Priority {
    fn from(word: PriorityWord) -> Self {
        match word {
            PriorityWord::Low => Self::Low,
            PriorityWord::Default => Self::Default,
            PriorityWord::Medium => Self::Medium,
            PriorityWord::High => Self::High,
        }
    }
}

impl From<Priority> for PriorityWord {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::Low => Self::Low,
            Priority::Default => Self::Default,
            Priority::Medium => Self::Medium,
            Priority::High => Self::High,
        }
    }
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

impl From<RoomUse> for RoomUseWord {
    fn from(to: RoomUse) -> Self {
        match to {
            RoomUse::Listen => Self::Listen,
            RoomUse::Speak => Self::Speak,
        }
    }
}

impl From<ModeratorAnswer> for AnswerWord {
    fn from(answer: ModeratorAnswer) -> Self {
        match answer {
            ModeratorAnswer::Done => Self::Done,
            ModeratorAnswer::NotModerator => Self::NotModerator,
            ModeratorAnswer::NoPlayer => Self::NoPlayer,
            ModeratorAnswer::Protected => Self::Protected,
            ModeratorAnswer::NotInRoom => Self::NotInRoom,
            ModeratorAnswer::RoomForbidden => Self::RoomForbidden,
            ModeratorAnswer::RoomFull => Self::RoomFull,
            ModeratorAnswer::Failed => Self::Failed,
        }
    }
}
