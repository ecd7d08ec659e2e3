//! What a node learns about sessions.

use super::{NodeId, Revision, SessionRecord};

/// What a node learns about a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlacementEvent {
    /// This node owns it from now on, and decides.
    Owned {
        /// Which session.
        name: Box<str>,
        /// Its number.
        session: u32,
        /// The worker that has it, as the others are told.
        worker: u16,
        /// The node that owned it before, if one did: its edges go on with the session.
        former: Option<NodeId>,
    },
    /// The store has a record of this node, which the others are to hear of.
    Written {
        /// Which session.
        name: Box<str>,
        /// The record.
        record: SessionRecord,
        /// Its revision.
        revision: Revision,
    },
    /// The store has said that this node owns it still, after that was in doubt.
    Confirmed {
        /// Which session.
        name: Box<str>,
    },
    /// The bus is away, or was until now: this node goes on with the session for its own players.
    Detached {
        /// Which session.
        name: Box<str>,
    },
    /// Another node owns it: links here are of an edge of that.
    Elsewhere {
        /// Which session.
        name: Box<str>,
        /// Its owner and its number.
        record: SessionRecord,
        /// A third node that owned it before, and was not heard any more.
        former: Option<NodeId>,
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
    /// Another node is not heard any more: what leads there leads nowhere.
    NodeLost {
        /// Which node.
        node: NodeId,
        /// It was shut down, and announced that.
        has_ended: bool,
    },
}

/// Where a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionPlace {
    /// This node owns it.
    Here,
    /// Another one does.
    At(SessionRecord),
    /// It is not known yet: an event will tell.
    Unknown,
}
