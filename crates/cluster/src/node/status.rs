//! The status of a node: whether it reaches the others, and its counters.

use super::statistics::NodeStatistics;

/// The status of a node and of its connection to the bus that joins the nodes, for operators.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClusterStatus {
    /// Whether it has a connection to the bus.
    pub is_connected: bool,
    /// Whether the store of sessions has answered just now; without it, no session begins.
    pub does_store_answer: bool,
    /// How often the connection was lost.
    pub disconnects: u64,
    /// Messages that were published.
    pub published: u64,
    /// Messages that were dropped: there was no connection, or too many waited for it.
    pub dropped: u64,
    /// Messages of other nodes that were dropped because this node did not take earlier ones in time; a lower bound in
    /// a flood.
    pub slow: u64,
    /// Messages of other nodes that could not be read.
    pub malformed: u64,
    /// The node's own counters, up to 0.3 s old.
    pub node: NodeStatistics,
}
