//! Events of a node.

use super::NodeInfo;
use crate::bus::Member;
use crate::placement::NodeId;

/// An event about a session or about nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeEvent {
    /// This node owns a session from now on, and decides while its [lease](super::NodeLease) is of this generation.
    Owned {
        /// The name of the session.
        name: Box<str>,
        /// Its number.
        session: u32,
        /// The worker that has it, as announced to the other nodes.
        worker: u16,
        /// Another node owned it before.
        is_takeover: bool,
        /// The generation of the lease.
        generation: u64,
    },
    /// This node still owns a session, as confirmed by the store in this generation of the lease.
    Confirmed {
        /// The name of the session.
        name: Box<str>,
        /// The generation of the lease.
        generation: u64,
    },
    /// Another node owns a session.
    OwnedBy {
        /// The name of the session.
        name: Box<str>,
        /// The worker that has it.
        owner: Member,
        /// Its number.
        session: u32,
    },
    /// No node owns a session any longer.
    Ended {
        /// The name of the session.
        name: Box<str>,
    },
    /// The owner of a session could not be found out in time.
    Unplaced {
        /// The name of the session.
        name: Box<str>,
    },
    /// The information that this node gives to the others from now on.
    SelfInfo {
        /// This node.
        node: NodeId,
        /// The information.
        info: NodeInfo,
        /// It shares its sessions with nodes of all regions, not only with those of its own.
        spans_regions: bool,
    },
    /// Another node was found, or its information has changed.
    NodeFound {
        /// The node.
        node: NodeId,
        /// The information that it gives about itself.
        info: NodeInfo,
    },
    /// Another node is no longer heard.
    NodeLost {
        /// The node.
        node: NodeId,
        /// The information that it last gave about itself.
        info: NodeInfo,
        /// It was shut down, and announced that.
        has_ended: bool,
    },
    /// A node was found whose protocol is incompatible with this node's: both cannot be in one cluster.
    Incompatible {
        /// Its name.
        name: Box<str>,
        /// Its protocol version.
        protocol: u16,
        /// The oldest version that it works with.
        oldest: u16,
    },
}
