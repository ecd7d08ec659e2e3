//! Moderation requests from players to the server.

use alloc::boxed::Box;
use core::time::Duration;

pub use consonance_wire::ModeratorAnswer;

/// An action of a moderator against a player of the same session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum ModeratorAction {
    /// It is removed from the session; it may come back.
    Kick,
    /// Its voice is discarded.
    Mute {
        /// The duration, in whole seconds; permanent if there is none.
        lasts: Option<Duration>,
    },
    /// Its voice is heard again.
    Unmute,
    /// It is removed from a room and asked to listen to another one instead.
    Move {
        /// The room that it listens to.
        from: Box<str>,
        /// The room to go to.
        to: Box<str>,
    },
    /// It is removed from the session, and cannot come back, not even under another name if it has an account.
    Ban {
        /// The duration, in whole seconds; permanent if there is none.
        lasts: Option<Duration>,
    },
}

/// A request in the form that the server's driver receives; the requester is allowed to moderate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModeratorRequest {
    /// For [`SessionModeration::answer_moderator`](crate::SessionModeration::answer_moderator).
    pub number: u16,
    /// The name of the player concerned.
    pub player: Box<str>,
    /// The reason; may be empty.
    pub reason: Box<str>,
    /// The requested action.
    pub action: ModeratorAction,
}
