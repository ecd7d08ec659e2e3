//! One session, whose links are on many workers.
//!
//! A session has one *owner*, the worker that decides everything about it, and any number of *edges*: workers that hold
//! links to its players. An edge receives, decrypts, encrypts and sends; what it receives goes to the owner as a
//! [`ToOwner`] message, and what the owner wants sent comes back as a [`ToEdge`] message, once for all links of the edge.
//!
//! * To the owner, the links of all edges are one more network: [`RemoteLinks`] is a
//!   [`ServerTransport`](consonance_transport::ServerTransport).
//! * An edge keeps its links in [`EdgeLinks`], which gives each a number that both sides use.
//! * Messages travel over a bus, of which each side has a [`BusSender`] and a [`BusReceiver`]. [`mailboxes`] is the bus
//!   between workers of one process.
//!
//! ```text
//!  worker 0: owner                                worker 1: edge
//!  session ◀── RemoteLinks ◀── BusReceiver ◀── BusSender ◀── EdgeLinks ◀── networks
//!          ──▶             ──▶ BusSender   ──▶ BusReceiver ──▶         ──▶
//! ```

mod bus;
mod edge_links;
mod link_number;
mod link_report;
mod mailboxes;
mod message;
pub mod placement;
mod remote_links;

pub use bus::{BusReceiver, BusSender, BusStatistics, Member};
pub use edge_links::{EdgeLinks, Wanted};
pub use link_number::{LinkNumber, LinkNumbers};
pub use link_report::LinkReport;
pub use mailboxes::mailboxes;
pub use message::{About, LinkEnd, MessageError, ToEdge, ToOwner};
pub use remote_links::{EdgeNetworks, RemoteLinks, RemoteNetwork};
