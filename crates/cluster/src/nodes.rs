//! The bus between workers of different nodes.
//!
//! A worker has one bus for all other workers: [`join_nodes`] routes messages for workers of other nodes to the
//! [`NodeGateway`], the one member of a process that talks to other processes. It gathers them into
//! [bundles](bundle), in one [stream](stream) for each other node.

mod bundle;
mod gateway;
mod members;
mod stream;
mod worker_bus;

pub use bundle::{Bundle, Parcel, WAYS, Way};
pub(crate) use gateway::NODES_MAX;
pub use gateway::NodeGateway;
pub use members::NodeWorkers;
pub use stream::{LinkStatus, StreamStatistics};
pub use worker_bus::{BusWay, JoinedWays, join_nodes};
