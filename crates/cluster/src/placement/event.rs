//! Events of the placement.

use super::{NodeId, Revision, SessionRecord};

/// An event about a session or a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlacementEvent {
    /// This node owns it from now on, and decides.
    Owned {
        /// The name of the session.
        name: Box<str>,
        /// Its number.
        session: u32,
        /// The worker that has it, as announced to the other nodes.
        worker: u16,
        /// The node that owned it before, if any: its edges continue the session.
        former: Option<NodeId>,
    },
    /// The store has a record of this node that must be announced to the others.
    Written {
        /// The name of the session.
        name: Box<str>,
        /// The record.
        record: SessionRecord,
        /// Its revision.
        revision: Revision,
    },
    /// The store has confirmed that this node still owns it, after that was in doubt.
    Confirmed {
        /// The name of the session.
        name: Box<str>,
    },
    /// The bus is lost, or was until now: this node continues the session for its own players.
    Detached {
        /// The name of the session.
        name: Box<str>,
    },
    /// Another node owns it: links here belong to an edge of that node.
    Elsewhere {
        /// The name of the session.
        name: Box<str>,
        /// Its owner and its number.
        record: SessionRecord,
        /// A third node that owned it before, and was no longer heard.
        former: Option<NodeId>,
    },
    /// No node owns it any longer.
    Ended {
        /// The name of the session.
        name: Box<str>,
    },
    /// The store did not name its owner in time: clients that wait for it are to try again later.
    Unplaced {
        /// The name of the session.
        name: Box<str>,
    },
    /// Another node is no longer heard: nothing that is sent to it arrives.
    NodeLost {
        /// The node.
        node: NodeId,
        /// It was shut down, and announced that.
        has_ended: bool,
    },
}

/// The location of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionPlace {
    /// This node owns it.
    Here,
    /// Another node owns it.
    At(SessionRecord),
    /// Its owner is not known yet: an event will report it.
    Unknown,
}
