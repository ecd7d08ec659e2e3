//! A snapshot of a node's view of its cluster.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::NodeInfo;
use crate::nodes::{LinkStatus, StreamStatistics};
use crate::placement::NodeId;

/// A node's view of its cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterView {
    /// This node.
    pub own: NodeId,
    /// The information that it gives about itself.
    pub info: NodeInfo,
    /// Whether the bus between the nodes is connected.
    pub has_bus: bool,
    /// The other nodes, by id, including those lost in the last minute.
    pub others: Vec<NodeView>,
    /// The owner of each session.
    pub sessions: BTreeMap<Box<str>, NodeId>,
}

/// A node's view of another node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeView {
    /// Its id.
    pub id: NodeId,
    /// The information that it gives about itself.
    pub info: NodeInfo,
    /// Its protocol version.
    pub protocol: u16,
    /// Its state.
    pub state: NodeState,
    /// How long ago it was heard.
    pub heard_ago: Duration,
    /// Traffic between it and this node.
    pub statistics: StreamStatistics,
    /// Queued and dropped messages for it.
    pub link: LinkStatus,
}

/// The state of another node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeState {
    /// It is alive.
    Alive,
    /// It was not heard for too long.
    Lost,
    /// Its protocol is incompatible with this node's.
    Incompatible,
}

impl ClusterView {
    /// Finds another node by its name, or by its id in 16 hexadecimal digits. A node that is alive is preferred to a
    /// lost one, which may be an earlier run of it.
    pub fn find(&self, name: &str) -> Option<&NodeView> {
        let is_meant = |node: &&NodeView| *node.info.name == *name || node.id.to_string() == name;
        let alive = self.others.iter().filter(|node| node.state == NodeState::Alive).find(is_meant);
        alive.or_else(|| self.others.iter().find(is_meant))
    }

    /// The display name of a node: its name, or its id if it has no name or is unknown.
    pub fn name_of(&self, id: NodeId) -> String {
        let other = || self.others.iter().find(|node| node.id == id).map(|node| &node.info);
        let info = if id == self.own { Some(&self.info) } else { other() };
        match info {
            Some(info) if !info.name.is_empty() => info.name.to_string(),
            _ => id.to_string(),
        }
    }
}

/// The last known state of another node.
#[derive(Clone, Debug)]
pub(super) struct Other {
    pub(super) info: NodeInfo,
    pub(super) protocol: u16,
    pub(super) state: NodeState,
    pub(super) heard: Instant,
}
