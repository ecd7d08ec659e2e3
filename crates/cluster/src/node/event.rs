//! What a node learns.

use super::NodeInfo;
use crate::bus::Member;
use crate::placement::NodeId;

/// What a node learns of sessions and of other nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeEvent {
    /// This node owns a session from now on, and decides while its [lease](super::NodeLease) is of this generation.
    Owned {
        /// Which session.
        name: Box<str>,
        /// Its number.
        session: u32,
        /// The worker that has it, as the others are told.
        worker: u16,
        /// Another node owned it before.
        is_takeover: bool,
        /// Of the lease.
        generation: u64,
    },
    /// This node still owns a session, by what the store has said in this generation of the lease.
    Confirmed {
        /// Which session.
        name: Box<str>,
        /// Of the lease.
        generation: u64,
    },
    /// Another node owns a session.
    OwnedBy {
        /// Which session.
        name: Box<str>,
        /// The worker that has it.
        owner: Member,
        /// Its number.
        session: u32,
    },
    /// No node owns a session any more.
    Ended {
        /// Which session.
        name: Box<str>,
    },
    /// The owner of a session could not be told in time.
    Unplaced {
        /// Which session.
        name: Box<str>,
    },
    /// What this node says of itself to the others from now on.
    SelfInfo {
        /// This node.
        node: NodeId,
        /// What it says.
        info: NodeInfo,
        /// It shares its sessions with nodes of all regions, and not only with those of its own.
        spans_regions: bool,
    },
    /// Another node is heard.
    NodeFound {
        /// Which one.
        node: NodeId,
        /// What it says of itself.
        info: NodeInfo,
    },
    /// Another node is not heard any more.
    NodeLost {
        /// Which one.
        node: NodeId,
        /// What it said of itself.
        info: NodeInfo,
        /// It was shut down, and announced that.
        has_ended: bool,
    },
    /// A node is heard that does not understand this one, or is not understood: both cannot be in one cluster.
    Incompatible {
        /// Its name.
        name: Box<str>,
        /// The version of what it says.
        protocol: u16,
        /// The oldest version that it works with.
        oldest: u16,
    },
}
