//! Voice over `WebSocket`s (RFC 6455): for pages in browsers, `WebGL` games, and networks that
//! let nothing but HTTP through.
//!
//! ```text
//! GET /main          the session's name, percent-encoded; / for the only one that there is
//! Sec-WebSocket-Protocol: consonance.v1
//!
//! [how u8] [packet]  one binary message: how is 0 for reliable, 1 for unreliable
//! [2]                the server's first message: the client is admitted
//! [3] [0 to 8 bytes] from a client: are you there? The server answers with the same
//! ```
//!
//! All messages come in order, as TCP has them, and none is lost. What is sent as unreliable is not queued behind a
//! connection that is slow: the oldest of it is dropped instead.
//! A close has one of the [close codes](close_code), and as its text an encoded
//! [`EndReason`](crate::EndReason).
//!
//! [`TlsEnd`] around either end makes it `wss`; so does a proxy in front of a server.
//! `docs/networks/websocket.md` has every byte.
//!
//! [`server`] and [`client`] make transports.
//!
//! ```
//! use std::thread::sleep;
//! use std::time::{Duration, Instant};
//!
//! use consonance_link::gateway::streams::StreamClientSettings;
//! use consonance_link::voice_websocket::{ClientEnd, ServerEnd, WebSocketAddress, client, default_settings, server};
//! use consonance_link::{ClientNetwork, ServerLinkEvent, ServerNetwork};
//!
//! let localhost = ([127, 0, 0, 1], 0).into();
//! let mut server = server(localhost, "main", ServerEnd::default(), default_settings())?;
//! let at = server.network().local_addr()?;
//! let address: WebSocketAddress = format!("ws://{at}/match-7").parse()?;
//! let mut client = client(ClientEnd::new(&address), StreamClientSettings::new(at))?;
//! client.connect(Instant::now());
//!
//! let deadline = Instant::now() + Duration::from_secs(60);
//! let mut bytes = Vec::new();
//! let session = loop {
//!     let now = Instant::now();
//!     assert!(now < deadline, "the client does not come within a minute");
//!     while client.poll_event(now, &mut bytes).is_some() {}
//!     match server.poll_event(now, &mut bytes) {
//!         Some(ServerLinkEvent::Connected { session, .. }) => break session,
//!         _ => sleep(Duration::from_millis(1)),
//!     }
//! };
//! assert_eq!(session, "match-7");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod address;
mod client_end;
pub mod close_code;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod limits;
mod server_end;
mod session_path;
#[cfg(feature = "listener")]
mod voice_listener;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::PACKET_BYTES_MAX;
use crate::gateway::streams::{
    RELIABLE, StreamClient, StreamClientSettings, StreamServer, StreamSettings, UNRELIABLE,
};
use crate::gateway::{EnvelopeClient, EnvelopeServer, MarkedEnvelope, VoiceChannels};

pub use crate::gateway::streams::{TlsEnd, TlsStream};
pub use crate::gateway::websocket::ClientStream;
pub use address::{AddressError, WebSocketAddress};
pub use client_end::ClientEnd;
pub use limits::WebSocketLimits;
pub use server_end::{ServerEnd, SessionPaths, is_question};
#[cfg(feature = "listener")]
pub use voice_listener::LISTENER;

/// The connection to a client.
pub type ServerStream = crate::gateway::websocket::ServerStream<SessionPaths>;

/// The server's side of the network.
pub type WebSocketServer = EnvelopeServer<StreamServer<ServerEnd>, MarkedEnvelope>;

/// A client's side.
pub type WebSocketClient = EnvelopeClient<StreamClient<ClientEnd>, MarkedEnvelope>;

/// The server's side with TLS.
pub type WebSocketTlsServer = EnvelopeServer<StreamServer<TlsEnd<ServerEnd>>, MarkedEnvelope>;

/// A client's side with TLS.
pub type WebSocketTlsClient = EnvelopeClient<StreamClient<TlsEnd<ClientEnd>>, MarkedEnvelope>;

/// The name of the subprotocol in the handshake.
pub const SUBPROTOCOL: &str = "consonance.v1";

/// The largest message, in bytes: a packet and its delivery.
pub const MESSAGE_BYTES_MAX: usize = 1 + PACKET_BYTES_MAX;

/// Listens at this address; an unspecified IPv6 address takes IPv4 too. A client that names no session joins this one.
///
/// # Errors
///
/// The port is in use or not permitted.
pub fn server(
    address: SocketAddr,
    session: impl Into<String>,
    end: ServerEnd,
    settings: StreamSettings,
) -> io::Result<WebSocketServer> {
    let network = StreamServer::bind(address, end, settings)?;
    Ok(EnvelopeServer::new(network, MARKED, session).sessions_by_greeting())
}

/// A client that is not connected yet.
///
/// # Errors
///
/// The system has no descriptor left.
pub fn client(end: ClientEnd, settings: StreamClientSettings) -> io::Result<WebSocketClient> {
    Ok(EnvelopeClient::new(StreamClient::new(end, settings)?, MARKED))
}

/// As [`server`], for clients with TLS only.
///
/// # Errors
///
/// As those of [`server`].
pub fn tls_server(
    address: SocketAddr,
    session: impl Into<String>,
    end: ServerEnd,
    tls: Arc<rustls::ServerConfig>,
    settings: StreamSettings,
) -> io::Result<WebSocketTlsServer> {
    let network = StreamServer::bind(address, TlsEnd::server(end, tls), settings)?;
    Ok(EnvelopeServer::new(network, MARKED, session).sessions_by_greeting())
}

/// As [`client`], with TLS. `host` is the subject of the certificate: a name or an IP address, without brackets.
///
/// # Errors
///
/// As those of [`client`]; besides, if the host cannot be in a certificate.
pub fn tls_client(
    end: ClientEnd,
    host: &str,
    tls: Arc<rustls::ClientConfig>,
    settings: StreamClientSettings,
) -> io::Result<WebSocketTlsClient> {
    let end = TlsEnd::client(end, host, tls)?;
    Ok(EnvelopeClient::new(StreamClient::new(end, settings)?, MARKED))
}

/// The bounds that fit this network: the defaults of [`WebSocketLimits`], for as many connections as
/// [`StreamSettings`] has.
pub fn default_settings() -> StreamSettings {
    let usual = StreamSettings::default();
    let connections_max = usual.tcp.connections_max;
    WebSocketLimits { connections_max, ..WebSocketLimits::default() }.streams(usual.address_shares)
}

const MARKED: MarkedEnvelope = MarkedEnvelope(VoiceChannels { reliable: RELIABLE, unreliable: UNRELIABLE });

/// The server's first message: the client is admitted.
pub const WELCOME: &[u8] = &[2];

/// The first byte of a client's question whether the server is there.
const QUESTION: u8 = 3;

/// The longest question, its first byte included.
const QUESTION_BYTES_MAX: usize = 9;
