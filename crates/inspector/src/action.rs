//! What can be inspected, and the few things that an inspector may change.

use serde::{Deserialize, Serialize};

use crate::Snapshot;

/// Something that shows itself: a voice chat, or a server.
pub trait Inspected: Send + Sync {
    /// How it is doing; at most a second old when it is asked for the first time, and a tenth of that while it is asked
    /// for again and again. Must return at once.
    fn snapshot(&self) -> Snapshot;

    /// Does something. False if it cannot, as a server cannot be deafened. Must return at once.
    fn act(&self, action: &Action) -> bool;
}

/// Something that a button of an inspector does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// Lets one player be heard here no longer, or again.
    MutePlayer {
        /// The player's name.
        name: String,
        /// Whether it is muted from now on.
        muted: bool,
    },
    /// Sends nothing of one's own voice, or sends it again.
    Mute {
        /// Whether one is muted from now on.
        muted: bool,
    },
    /// Deafens itself, or hears others again.
    Deafen {
        /// Whether one is deaf from now on.
        deafened: bool,
    },
}
