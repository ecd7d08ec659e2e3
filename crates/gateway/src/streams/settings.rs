//! What bounds streams of messages.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::tcp::TcpSettings;

/// Bounds of a server of messages in streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamSettings {
    /// Bounds of the connections. Of them `incoming_bytes_max` has to hold the largest message.
    pub tcp: TcpSettings,
    /// How long a stranger may take for its part of the handshake.
    pub handshake_max: Duration,
    /// How many bytes of unreliable messages wait for a connection that is behind; the oldest are dropped beyond.
    pub voice_bytes_max: usize,
}

impl Default for StreamSettings {
    /// Those of [`TcpSettings`] with 128 KiB in the system's hands, so that old voice does not pile up there; 5 s for a
    /// handshake; 32 KiB of voice, about a second of six speakers.
    fn default() -> Self {
        Self {
            tcp: TcpSettings { system_bytes_max: Some(128 * 1024), ..TcpSettings::default() },
            handshake_max: Duration::from_secs(5),
            voice_bytes_max: 32 * 1024,
        }
    }
}

/// Where a client of messages in streams connects to, and its bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamClientSettings {
    /// The server.
    pub server: SocketAddr,
    /// From which of our addresses; `None` leaves it to the system.
    pub local: Option<IpAddr>,
    /// What is said before everything else, such as a [header of the PROXY protocol](crate::proxy_protocol).
    pub preface: Vec<u8>,
    /// As for a server; `handshake_max` counts from the first attempt to connect.
    pub streams: StreamSettings,
}

impl StreamClientSettings {
    /// A client of this server, otherwise as usual.
    pub fn new(server: SocketAddr) -> Self {
        Self { server, local: None, preface: Vec::new(), streams: StreamSettings::default() }
    }
}
