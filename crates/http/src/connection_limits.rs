//! What connections may take.

use std::time::Duration;

/// What connections may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Connections at once; further ones wait to be accepted.
    pub connections_max: usize,
    /// Connections at once from one [home](consonance_transport::address_prefix); further ones are closed.
    pub connections_per_address: usize,
    /// How long the head of a request, or a handshake of TLS, may take to come, and a connection may be
    /// silent between two requests.
    pub head_timeout: Duration,
    /// Bytes that the operating system keeps of what a connection is too slow for; as many as it likes without it.
    pub send_buffer_bytes: Option<usize>,
    /// After that a connection ends, whatever it does, unless it has become a `WebSocket`: clients open another one.
    pub connection_lifetime: Duration,
}
