//! One session whose links are spread over many workers.
//!
//! A session has one *owner*, the worker that decides everything about it, and any number of *edges*: workers that hold
//! links to its players. An edge receives, decrypts, encrypts and sends; what it receives goes to the owner as a
//! [`ToOwner`] message, and what the owner wants sent comes back as a [`ToEdge`] message, once for all links of the
//! edge.
//!
//! * To the owner, the links of all edges are one more network: [`RemoteLinks`] is a
//!   [`ServerNetwork`](consonance_link::ServerNetwork).
//! * An edge keeps its links in [`EdgeLinks`], which gives each a number that both sides use.
//! * Messages travel over a bus, of which each side has a [`BusSender`] and a [`BusReceiver`]. [`mailboxes`] is the bus
//!   between workers of one process.
//! * [`placement`] decides which of several nodes owns a session.
//!
//! The feature `nats` adds nodes on NATS ([`nats`]), and `simulated` a bus and a store on simulated time, for
//! simulations and tests.
//!
//! ```text
//!  worker 0: owner                                worker 1: edge
//!  session ◀── RemoteLinks ◀── BusReceiver ◀── BusSender ◀── EdgeLinks ◀── networks
//!          ──▶             ──▶ BusSender   ──▶ BusReceiver ──▶         ──▶
//! ```
//!
//! An edge with one link into a session of worker 0:
//!
//! ```
//! use std::time::Instant;
//!
//! use consonance_cluster::{About, EdgeLinks, EdgeNetworks, Member, RemoteLinks, Wanted, mailboxes};
//! use consonance_link::{Delivery, PacketLimits, ServerLinkEvent, ServerNetwork as _};
//!
//! let (mut to_owners, mut to_edges) = (mailboxes(2).into_iter(), mailboxes(2).into_iter());
//! let ((_, from_edges), (to_edge, _)) = to_owners.next().zip(to_edges.next()).unwrap();
//! let ((to_owner, _), (_, from_owner)) = to_owners.next().zip(to_edges.next()).unwrap();
//! let limits = PacketLimits { reliable_bytes: 1024, unreliable_bytes: 1024 };
//! let networks = EdgeNetworks { limits, carry_end_reasons: true };
//! let mut owner = RemoteLinks::new(to_edge, from_edges, networks);
//! let mut edge = EdgeLinks::new(to_owner, from_owner);
//!
//! let about = About { remote: "192.0.2.1:7", kind: "quic", identity: None, is_resumed: false };
//! assert!(edge.connected(Some(Member(0)), "a link", "arena", about));
//! edge.flush();
//! let now = Instant::now();
//! let Some(ServerLinkEvent::Connected { peer, session, .. }) = owner.poll_event(now, &mut Vec::new()) else { panic!() };
//! assert_eq!(session, "arena");
//!
//! owner.send(now, &[peer], Delivery::Reliable, b"welcome");
//! owner.flush(now);
//! let (links, delivery) = (&["a link"][..], Delivery::Reliable);
//! assert_eq!(edge.poll(), Some(Wanted::Send { links, delivery, packet: b"welcome" }));
//! ```
//!
//! Needs Rust 1.95 or later.

mod bus;
mod edge_links;
mod kept_client;
mod link_number;
mod link_report;
mod mailboxes;
mod message;
#[cfg(feature = "nats")]
pub mod nats;
mod node;
mod nodes;
pub mod placement;
#[cfg(test)]
mod protocol_1;
mod remote_links;
mod replica;
mod session_message;
#[cfg(any(test, feature = "simulated"))]
pub mod simulated;

pub use bus::{BusEvent, BusReceiver, BusSender, BusStatistics, Member};
pub use edge_links::{EdgeLinks, LinkOrigin, NumberedPackets, ReleasedLink, Wanted};
pub use kept_client::KeptClient;
pub use link_number::{LinkNumber, LinkNumbers};
pub use link_report::LinkReport;
pub use mailboxes::mailboxes;
pub use message::{About, BusMessageError, LinkEnd, ToEdge, ToOwner};
pub use node::{
    ANSWER_BYTES_MAX, ClusterNode, ClusterStatus, ClusterView, NodeEvent, NodeInfo, NodeLease, NodeQueries,
    NodeQuestion, NodeRequests, NodeSettings, NodeState, NodeStatistics, NodeView, OLDEST_PROTOCOL, PROTOCOL,
    PendingAnswer, Publication, QUERY_TIMEOUT, QUESTION_BYTES_MAX, QueryError,
};
pub use nodes::{
    Bundle, BusWay, JoinedWays, LinkStatus, NodeGateway, NodeWorkers, Parcel, StreamStatistics, WAYS, Way,
    join_nodes,
};
pub use remote_links::{EdgeNetworks, ReleasedPeers, RemoteLinks, RemoteNetwork};
pub use replica::{Replica, ReplicaChange, ReplicaRequest, Replicated};
pub use session_message::SessionMessage;
