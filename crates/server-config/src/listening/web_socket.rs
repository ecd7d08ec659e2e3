//! What a listener for voice over `WebSocket`s may be told.

use std::time::Duration;

use super::ListenerConfig;
use super::game::CONNECTIONS_MAX;
use crate::field::Field;
use crate::keys::Key;
use crate::web::{ORIGIN, is_origin};

/// Pages and other clients over `WebSocket`s; the units and the reasons stand with the settings of the crate
/// `consonance-websocket`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebSocketListenerConfig {
    /// The origins of foreign pages that may connect, besides the server's own; `*` for all.
    pub origins: Vec<String>,
    /// Whether connections have TLS, with the server's certificate.
    pub has_tls: bool,
    /// Connections at once that have not asked for anything yet.
    pub strangers_max: usize,
    /// How long a stranger may take to ask.
    pub handshake_timeout: Duration,
    /// The time between two pings.
    pub ping_interval: Duration,
    /// Bytes of control that may wait for one client.
    pub control_bytes_max: usize,
    /// Bytes of voice that may wait for one client.
    pub voice_bytes_max: usize,
}

impl Default for WebSocketListenerConfig {
    fn default() -> Self {
        Self {
            origins: Vec::new(),
            has_tls: false,
            strangers_max: 256,
            handshake_timeout: Duration::from_secs(5),
            ping_interval: Duration::from_secs(15),
            control_bytes_max: 8 * 1024 * 1024,
            voice_bytes_max: 32 * 1024,
        }
    }
}

/// For every network over `WebSocket`s.
pub(super) const ORIGINS: Key<ListenerConfig> = Key::of_listener(
    "origins",
    Field::Texts(|listener| &mut listener.web_socket.origins),
    "Origins of other sites whose pages may connect, each with its scheme and without a path; \"*\" admits the pages of every site. Pages of the server's own host may always connect: of the name in host, of the names in web.host_names, and of the name or address that the page connects to, which over plain HTTP has to be an address or localhost. Others get 403 and a line in the log. It keeps pages away and no other programs: native clients send no origin, or any.",
)
.with_example("[\"https://game.example.org\"]");

impl WebSocketListenerConfig {
    /// What is wrong with it, in words.
    pub(super) fn problem(&self) -> Option<String> {
        let wrong = self.origins.iter().find(|origin| *origin != "*" && !is_origin(origin))?;
        Some(format!("origins: expected {ORIGIN}, or \"*\", not {wrong:?}"))
    }
}

pub(super) const WEB_SOCKET_KEYS: &[Key<ListenerConfig>] = &[
    CONNECTIONS_MAX,
    ORIGINS,
    Key::of_listener(
        "tls",
        Field::Flag(|listener| &mut listener.web_socket.has_tls),
        "Whether connections have TLS, with the certificate that the server shows over QUIC, which is then wss:// without a proxy. The addresses that the server prints say where this listener is, and players of ours whose UDP is blocked come here by themselves. Leave it off behind a proxy that ends TLS.",
    ),
    Key::of_listener(
        "strangers_max",
        Field::Size(|listener| &mut listener.web_socket.strangers_max, 1, 65_535),
        "Connections at once that have not said yet what they want.",
    ),
    Key::of_listener(
        "handshake_timeout_s",
        Field::Seconds(|listener| &mut listener.web_socket.handshake_timeout, 0.1, 60.0),
        "How long a connection may take to say so, in seconds.",
    ),
    Key::of_listener(
        "ping_interval_s",
        Field::Seconds(|listener| &mut listener.web_socket.ping_interval, 1.0, 3600.0),
        "How often each client is asked whether it is there, in seconds; after two questions without a word it is lost at the third. Proxies in front close connections that are silent for longer than they like, often 60 s.",
    ),
    Key::of_listener(
        "control_bytes_max",
        Field::Size(|listener| &mut listener.web_socket.control_bytes_max, 65_536, 1 << 30),
        "Bytes that wait for one client without being voice; with more it is sent away as too slow.",
    ),
    Key::of_listener(
        "voice_bytes_max",
        Field::Size(|listener| &mut listener.web_socket.voice_bytes_max, 8192, 1 << 24),
        "Bytes of voice that wait for one client; the oldest go.",
    ),
];
