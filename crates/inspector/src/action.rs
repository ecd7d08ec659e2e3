//! The interface of programs that can be inspected, and the few actions that an inspector can trigger.

use serde::{Deserialize, Serialize};

use crate::Snapshot;

/// A program that can be inspected: a voice chat, or a server.
pub trait Inspected: Send + Sync {
    /// Its state; at most a second old when requested for the first time, and at most a tenth of a second old while
    /// requested repeatedly. Must return at once.
    fn snapshot(&self) -> Snapshot;

    /// Carries out an action. False if it cannot: a server, for example, cannot be deafened. Must return at once.
    fn act(&self, action: &Action) -> bool;
}

/// An action that a button of an inspector triggers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// Mutes or unmutes one player here.
    MutePlayer {
        /// The player's name.
        name: String,
        /// Whether it is muted from now on.
        muted: bool,
    },
    /// Mutes or unmutes the local player.
    Mute {
        /// Whether the local player is muted from now on.
        muted: bool,
    },
    /// Deafens or undeafens the local player.
    Deafen {
        /// Whether the local player is deafened from now on.
        deafened: bool,
    },
}
