//! What a node learns about sessions.

use super::NodeId;

/// What a node learns about a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlacementEvent {
    /// This node owns it from now on, and decides.
    Owned {
        /// Which session.
        name: Box<str>,
        /// Its number.
        session: u32,
        /// Another node owned it before, whose edges go on with it.
        is_takeover: bool,
    },
    /// Another node owns it: links here are of an edge of that.
    Elsewhere {
        /// Which session.
        name: Box<str>,
        /// Its owner.
        owner: NodeId,
    },
    /// No node owns it any more.
    Ended {
        /// Which session.
        name: Box<str>,
    },
    /// The store did not name its owner in time: clients that wait for it are to try again later.
    Unplaced {
        /// Which session.
        name: Box<str>,
    },
}

/// Where a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionPlace {
    /// This node owns it.
    Here,
    /// This one does.
    At(NodeId),
    /// It is not known yet: an event will tell.
    Unknown,
}
