//! Moderation requests from players to the server.

use alloc::boxed::Box;
use core::time::Duration;

pub use consonance_wire::ModeratorAnswer;

/// What a moderator can have done to a player of the same session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModeratorAction {
    /// It is removed from the session; it may come back.
    Kick,
    /// Its voice goes nowhere.
    Mute {
        /// How long, in whole seconds; forever if there is no end.
        lasts: Option<Duration>,
    },
    /// Its voice is heard again.
    Unmute,
    /// It is taken out of a room and asked to listen to another one instead.
    Move {
        /// The room that it listens to.
        from: Box<str>,
        /// The room to go to.
        to: Box<str>,
    },
    /// It is removed from the session, and does not come back: not under another name either, if it has an account.
    Ban {
        /// How long, in whole seconds; forever if there is no end.
        lasts: Option<Duration>,
    },
}

/// A request as the server's driver gets it; the requester is allowed to moderate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModeratorRequest {
    /// For [`Server::answer_moderator`](crate::Server::answer_moderator).
    pub number: u16,
    /// The name of the player concerned.
    pub player: Box<str>,
    /// Why; may be empty.
    pub reason: Box<str>,
    /// What is to be done.
    pub action: ModeratorAction,
}
