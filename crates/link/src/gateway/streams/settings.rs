//! Limits of message streams.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::AddressShares;
use crate::gateway::tcp::TcpSettings;

/// Bounds of a server of messages in streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamSettings {
    /// Bounds of the connections. Of them `incoming_bytes_max` has to hold the largest message. Of a server,
    /// `connections_max` is for those that have done their part of the handshake; the others come on top.
    pub tcp: TcpSettings,
    /// How a server's connections are shared between the address prefixes that they come from.
    pub address_shares: AddressShares,
    /// How long a connection may take for its part of the handshake.
    pub handshake_timeout: Duration,
    /// How many handshakes may be pending at once. With one more, one is closed at once and counted: of the address
    /// that [has the most](crate::HandshakeSlots), or the oldest.
    pub handshakes_max: usize,
    /// Pings to the other end, on networks whose [streams](super::MessageStream::ping) have them; `None` leaves it to
    /// the system to notice a lost connection.
    pub pings: Option<PingSettings>,
    /// Whether the messages of the clients' game hold pings of their own, at least one in two seconds, as those of
    /// Mirror do. A server that cannot ask takes the silence of a client that has kept to this for ten seconds for the
    /// silence of one that is gone.
    pub clients_ping: bool,
    /// How many bytes of unreliable messages wait for a connection that is behind; the oldest are dropped beyond.
    pub voice_bytes_max: usize,
}

impl Default for StreamSettings {
    /// The values of [`TcpSettings`] with 128 KiB in the system's hands, so that old voice does not pile up there; 5 s
    /// for a handshake, and 256 pending ones; no pings; 32 KiB of voice, about a second of six speakers.
    fn default() -> Self {
        Self {
            tcp: TcpSettings { system_bytes_max: Some(128 * 1024), ..TcpSettings::default() },
            address_shares: AddressShares::default(),
            handshake_timeout: Duration::from_secs(5),
            handshakes_max: 256,
            pings: None,
            clients_ping: false,
            voice_bytes_max: 32 * 1024,
        }
    }
}

/// Pings to the other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PingSettings {
    /// The time between two pings.
    pub every: Duration,
    /// How many pings in a row may remain without a byte from the other end; instead of the next one, the connection is
    /// lost.
    pub unanswered_max: u32,
}

impl Default for PingSettings {
    /// Every 15 s, below the time after which proxies close a connection on which nothing
    /// comes; lost after 45 s of silence.
    fn default() -> Self {
        Self { every: Duration::from_secs(15), unanswered_max: 2 }
    }
}

/// The server that a client of messages in streams connects to, and the client's limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamClientSettings {
    /// The server.
    pub server: SocketAddr,
    /// The local address to connect from; `None` leaves it to the system.
    pub local: Option<IpAddr>,
    /// Bytes that are sent before everything else, such as a [header of the PROXY
    /// protocol](crate::gateway::proxy_protocol).
    pub preface: Vec<u8>,
    /// As for a server; `handshake_timeout` counts from the first attempt to connect.
    pub streams: StreamSettings,
}

impl StreamClientSettings {
    /// A client of this server, otherwise as usual.
    pub fn new(server: SocketAddr) -> Self {
        Self { server, local: None, preface: Vec::new(), streams: StreamSettings::default() }
    }
}
