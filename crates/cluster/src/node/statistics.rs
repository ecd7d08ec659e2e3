//! What a node counts.

use crate::nodes::StreamStatistics;

/// What a node has counted since it began, and what it knows now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeStatistics {
    /// Other nodes that are heard.
    pub nodes: usize,
    /// Sessions that this node owns.
    pub owned: usize,
    /// Sessions of other nodes into which it has links.
    pub followed: usize,
    /// Sessions that it took over from nodes that were not heard any more.
    pub takeovers: u64,
    /// What passed between it and all others.
    pub streams: StreamStatistics,
}
