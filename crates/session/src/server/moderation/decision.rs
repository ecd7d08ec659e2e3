//! Decisions of an operator about players, and what becomes of them.

use alloc::boxed::Box;

use consonance_wire::names::PlayerName;

use crate::restrictions::{Restriction, RestrictionTerms, RoomRights};

/// A decision of an operator about a player.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum ModerationDecision {
    /// It was removed from the session.
    Kicked {
        /// The operator's message.
        reason: Box<str>,
    },
    /// The terms of a restriction have changed.
    Restriction {
        /// The restriction.
        restriction: Restriction,
        /// The new terms; none if it is lifted.
        terms: Option<RestrictionTerms>,
    },
    /// Its rights in a room have changed.
    RoomRights {
        /// The room's name.
        room: Box<str>,
        /// Its rights there.
        rights: RoomRights,
    },
    /// It was removed from a room.
    RemovedFromRoom {
        /// The room's name.
        room: Box<str>,
    },
    /// It was removed from a room, and asked to go to another one if its client supports that.
    Moved {
        /// The room that it was removed from.
        from: Box<str>,
        /// The room that it is asked to join.
        to: Box<str>,
    },
    /// It was made to rejoin.
    Reset,
}

/// The result of a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// The client was removed from the one room and asked to listen to the other one. A client of ours does so.
    Asked,
    /// The client was removed from the room; it is an original, which cannot be asked to join another one.
    OnlyRemoved,
    /// There is no such client, or it does not listen to that room. No change.
    NotThere,
    /// The client is not allowed to listen to the target room. No change.
    Forbidden,
    /// That room is full. No change.
    Full,
}

/// The player that a decision is about: it applies to this player whenever it is here, under any id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlayerIdentity {
    /// Every player with this name, in any spelling, without a subject of its own.
    Name(PlayerName),
    /// The bearer of a join token of this subject, under any name.
    Subject(Box<str>),
}

/// Whether the player's client was told of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotificationStatus {
    /// The player is not here; the decision applies when it comes.
    Absent,
    /// The player is here, and its client was told.
    Notified,
    /// The player is here; its client does not support notices, or its link is lost at the moment.
    NotNotified,
}

/// The reason for refusing restrictions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestrictionsError {
    /// As many players as [`Limits::restrictions`](crate::Limits) allows have some already.
    #[error(
        "{limit} players of this session are muted or otherwise limited, which is all that it remembers: \
         lift some of that, or raise limits.restrictions"
    )]
    TooMany {
        /// The number of players.
        limit: usize,
    },
    /// A session that trusts every client has no moderation.
    #[error("this session believes every packet, and so cannot be moderated")]
    Permissive,
}

impl RestrictionsError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooMany { .. } => "too-many",
            Self::Permissive => "permissive",
        }
    }
}
