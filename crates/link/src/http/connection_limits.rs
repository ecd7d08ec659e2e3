//! Limits for connections.

use std::time::Duration;

/// Limits for connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Connections at once; further ones wait to be accepted, or are closed while seats are
    /// [reserved](Self::reserved_for_this_machine).
    pub connections_max: usize,
    /// Connections at once from one [home](crate::address_prefix); further ones are closed.
    pub connections_per_address: usize,
    /// Connections more that only this machine may have, while the others are taken or it has as many as one home
    /// may: for its own probes.
    pub reserved_for_this_machine: usize,
    /// The timeout for the head of a request, for a TLS handshake, and for silence between two requests.
    pub head_timeout: Duration,
    /// The size of the operating system's send buffer for a connection, in bytes; the system's default without it.
    pub send_buffer_bytes: Option<usize>,
    /// The maximum lifetime of a connection, even if in use, unless it has become a `WebSocket`: clients open another
    /// one.
    pub connection_lifetime: Duration,
}
