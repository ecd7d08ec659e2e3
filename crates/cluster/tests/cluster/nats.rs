//! Nodes of a cluster on real NATS servers.

mod nodes;
mod replica;
mod secured;
