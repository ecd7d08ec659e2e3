//! Many TCP connections behind one descriptor, for networks whose messages travel in TCP streams.
//!
//! [`TcpConnections`] accepts connections, makes some, or does both; reads and writes without ever blocking, with a
//! limit for each queue; and ends connections so that the last bytes arrive. The meaning of the bytes is up to its
//! user.
//!
//! ```text
//!   socket ─▶ incoming queue ─▶ Received: received(), consume()
//!   socket ◀─ outgoing queue ◀─ send(), flush()
//! ```
//!
//! On Linux the sockets are watched by one epoll instance, whose descriptor becomes readable when there is something to
//! do. Elsewhere each poll tries all of them, so drivers have to look every few milliseconds.

mod acceptor;
mod byte_queue;
mod connection;
mod connections;
mod event;
mod settings;
mod socket;

pub use connections::{MovedTcp, TcpConnections};
pub use event::{TcpEnd, TcpEvent, TcpId};
pub use settings::TcpSettings;
