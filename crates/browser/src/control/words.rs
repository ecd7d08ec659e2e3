//! What the session has numbers or types for, as words of the messages.

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

/// What an operator can take from a player.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestrictionWord {
    /// Its voice goes nowhere.
    Voice,
    /// Its texts go nowhere.
    Text,
    /// It is sent no voice.
    Hearing,
}

/// What a player may do in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoomUseWord {
    /// Hear what is spoken and written there.
    Listen,
    /// Speak and write there.
    Speak,
}

/// What a moderator has asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModerationActionWord {
    /// To remove a player.
    Kick,
    /// To mute a player.
    Mute,
    /// To let a player be heard again.
    Unmute,
    /// To move a player.
    Move,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerWord {
    /// It is done.
    Done,
    /// The join token does not say that its player may moderate.
    NotModerator,
    /// No player of this name is in the session.
    NoPlayer,
    /// The player may moderate, too, or is muted by the operator.
    Protected,
    /// The player does not listen to the room.
    NotInRoom,
    /// The player is not allowed to listen to the target room.
    RoomForbidden,
    /// The room that it was to go to is full.
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
            // An answer of a later server that is not known here is not a success.
            _ => Self::Failed,
        }
    }
}
