//! Nodes of a cluster on [NATS](https://nats.io).
//!
//! [`NatsNode::start`] runs a [`ClusterNode`](crate::ClusterNode) on a thread of its own. Nodes send each
//! other messages over core subjects; the owner of each session is kept in a key-value bucket of `JetStream`.
//!
//! | subject | message |
//! |---|---|
//! | `consonance.v1.CLUSTER.beats` | heartbeat of a node, twice a second |
//! | `consonance.v1.CLUSTER.owners`, or `…owners.REGION` | announcement that a node owns a session |
//! | `consonance.v1.CLUSTER.node.ID` | bundles of messages for one node, which alone subscribes to it |
//! | `consonance.v1.CLUSTER.ask.ID` | requests from one node to another, and responses |
//!
//! Answers of NATS's store come to subjects below `consonance.v1.CLUSTER.inbox`. [`NatsPermissions`] are all that a
//! node has to be allowed.
//!
//! The bucket `consonance-v1-CLUSTER-sessions` has a JSON object for each session, by its name, or by its region and
//! its name.
//!
//! [`NatsReplica::start`] follows the other data that nodes share: bans in the bucket `consonance-v1-CLUSTER-bans`, and
//! the audit log in the stream `consonance-v1-CLUSTER-audit`, whose subject is `consonance.v1.CLUSTER.audit`.
//!
//! Nothing waits for NATS: a voice thread puts messages into a bounded mailbox. When the client's queue is full, the
//! oldest voice is dropped first, and messages that must arrive are sent again.
//!
//! ```
//! use consonance_cluster::nats::NatsSettings;
//!
//! let settings = NatsSettings::new(vec!["nats://nats.example.org".parse()?], "main");
//! let error = settings.check().expect_err("other machines are reached over TLS, with credentials");
//! assert_eq!(error.code(), "unsafe-server");
//! # Ok::<(), consonance_settings::secrets::ServiceAddressError>(())
//! ```

mod bucket;
mod bucket_state;
mod client_thread;
mod connection;
mod counters;
mod error;
mod node;
mod permissions;
mod records;
mod replica;
mod server_version;
mod settings;
mod streams;
mod subjects;

pub use counters::NatsCounters;
pub use error::NatsError;
pub use node::NatsNode;
pub use permissions::NatsPermissions;
pub use replica::NatsReplica;
pub use settings::NatsSettings;
