//! The peer of a connection.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::http::seats::Seat;

/// The peer of the connection that a request came over.
///
/// Holding it keeps the connection's seat taken: conversations that go on after the request, such as `WebSocket`s,
/// count like any other connection.
#[derive(Clone, Debug)]
pub struct Caller {
    pub(crate) remote: SocketAddr,
    pub(crate) is_encrypted: bool,
    pub(crate) _seat: Arc<Seat>,
}

impl Caller {
    /// The peer's address, which may be that of a proxy.
    pub fn remote(&self) -> SocketAddr {
        self.remote
    }

    /// Whether the connection has TLS with this listener.
    pub fn is_encrypted(&self) -> bool {
        self.is_encrypted
    }
}
