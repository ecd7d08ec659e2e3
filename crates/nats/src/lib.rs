//! Nodes of a cluster on [NATS](https://nats.io).
//!
//! [`NatsNode::start`] runs a [`ClusterNode`](consonance_cluster::ClusterNode) on a thread of its own. Nodes send each
//! other messages over core subjects; the owner of each session is kept in a key-value bucket of `JetStream`.
//!
//! | subject | message |
//! |---|---|
//! | `consonance.v1.CLUSTER.beats` | that a node is alive, twice a second |
//! | `consonance.v1.CLUSTER.owners`, or `…owners.REGION` | that a node owns a session |
//! | `consonance.v1.CLUSTER.node.ID` | bundles of messages for one node, which alone subscribes to it |
//! | `consonance.v1.CLUSTER.ask.ID` | questions of one node to another, and answers |
//!
//! The bucket `consonance-v1-CLUSTER-sessions` has a JSON object for each session, by its name, or by its region and
//! its name.
//!
//! [`NatsReplica::start`] follows what nodes share besides: bans in the bucket `consonance-v1-CLUSTER-bans`, and the
//! audit log in the stream `consonance-v1-CLUSTER-audit`, whose subject is `consonance.v1.CLUSTER.audit`.
//!
//! Nothing waits for NATS: a voice thread hands messages to a bounded mailbox, and what does not fit into the client's
//! queue is dropped, oldest voice first, or sent again if it has to arrive.
//!
//! ```
//! use consonance_nats::NatsSettings;
//!
//! let settings = NatsSettings::new(vec!["nats://nats.example.org".to_owned()], "main");
//! let error = settings.check().expect_err("other machines are reached over TLS, with credentials");
//! assert_eq!(error.code(), "unsafe-server");
//! ```
//!
//! Needs Rust 1.95 or later.

mod bucket;
mod client_thread;
mod connection;
mod counters;
mod error;
mod node;
mod records;
mod replica;
mod settings;
mod subjects;

pub use counters::{NatsCounters, NatsStatus};
pub use error::NatsError;
pub use node::NatsNode;
pub use replica::NatsReplica;
pub use settings::NatsSettings;
