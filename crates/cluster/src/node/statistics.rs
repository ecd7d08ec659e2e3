//! Statistics of a node.

use crate::nodes::StreamStatistics;

/// Counters of a node since it started, and its current numbers of nodes and sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeStatistics {
    /// Other nodes that are alive.
    pub nodes: usize,
    /// Sessions that this node owns.
    pub owned: usize,
    /// Sessions of other nodes into which it has links.
    pub followed: usize,
    /// Sessions that it took over from nodes that were no longer heard.
    pub takeovers: u64,
    /// Traffic between it and all other nodes.
    pub streams: StreamStatistics,
}
