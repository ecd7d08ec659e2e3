//! What a node knows of its cluster at one moment.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::NodeInfo;
use crate::nodes::{LinkStatus, StreamStatistics};
use crate::placement::NodeId;

/// What a node knows of its cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterView {
    /// This node.
    pub own: NodeId,
    /// What it tells others of itself.
    pub info: NodeInfo,
    /// Whether the bus between the nodes is there.
    pub has_bus: bool,
    /// The others, by id, also those that were lost in the last minute.
    pub others: Vec<NodeView>,
    /// The owner of each session.
    pub sessions: BTreeMap<Box<str>, NodeId>,
}

/// What a node knows of another one.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeView {
    /// Which one.
    pub id: NodeId,
    /// What it says of itself.
    pub info: NodeInfo,
    /// The version of what it says.
    pub protocol: u16,
    /// Whether it is listened to.
    pub state: NodeState,
    /// How long ago it was heard.
    pub heard_ago: Duration,
    /// What passed between it and this node.
    pub statistics: StreamStatistics,
    /// What waits for it, and was dropped.
    pub link: LinkStatus,
}

/// Whether another node is listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeState {
    /// It is alive.
    Alive,
    /// It was not heard for too long.
    Lost,
    /// It does not understand this one, or is not understood.
    Incompatible,
}

impl ClusterView {
    /// Another node by what an operator calls it: its name, or its id in 16 hexadecimal digits. One that is alive is
    /// preferred to a lost one, as which it may have run before.
    pub fn find(&self, name: &str) -> Option<&NodeView> {
        let is_meant = |node: &&NodeView| *node.info.name == *name || node.id.to_string() == name;
        let alive = self.others.iter().filter(|node| node.state == NodeState::Alive).find(is_meant);
        alive.or_else(|| self.others.iter().find(is_meant))
    }

    /// What an operator calls a node: its name, or its id if it has none or is not known.
    pub fn name_of(&self, id: NodeId) -> String {
        let other = || self.others.iter().find(|node| node.id == id).map(|node| &node.info);
        let info = if id == self.own { Some(&self.info) } else { other() };
        match info {
            Some(info) if !info.name.is_empty() => info.name.to_string(),
            _ => id.to_string(),
        }
    }
}

/// Another node, as far as it was heard.
#[derive(Clone, Debug)]
pub(super) struct Other {
    pub(super) info: NodeInfo,
    pub(super) protocol: u16,
    pub(super) state: NodeState,
    pub(super) heard: Instant,
}
