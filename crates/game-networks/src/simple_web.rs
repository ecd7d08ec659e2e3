//! [SimpleWebTransport](https://github.com/James-Frowen/SimpleWebTransport): messages in the frames of a WebSocket
//! (RFC 6455), one each, of which a game's build for browsers can have as many as it likes.
//!
//! Binary frames only, 1 to 16384 bytes, over plain TCP; encryption (`wss`) is for a proxy in front. Stock clients
//! outside of browsers know no pings on this layer, so none are sent here; they leave after 20 s of silence.
//!
//! [`SimpleWebServer`] and [`SimpleWebClient`] are game networks of [`consonance_link::gateway`].
//!
//! ```
//! use std::thread::sleep;
//! use std::time::{Duration, Instant};
//!
//! use consonance_link::gateway::streams::{StreamClientSettings, StreamSettings};
//! use consonance_game_networks::simple_web::{SimpleWebClientEnd, SimpleWebServerEnd, SimpleWebClient, SimpleWebServer};
//! use consonance_link::{ClientLinkEvent, ClientNetwork, ServerLinkEvent, ServerNetwork};
//!
//! let (localhost, settings) = (([127, 0, 0, 1], 0).into(), StreamSettings::default());
//! let mut server = SimpleWebServer::bind(localhost, SimpleWebServerEnd::default(), settings)?;
//! let settings = StreamClientSettings::new(server.local_addr()?);
//! let mut client = SimpleWebClient::new(SimpleWebClientEnd::new("localhost"), settings)?;
//! client.connect(Instant::now());
//!
//! // The server takes the client in, which is connected when the handshake is over.
//! let deadline = Instant::now() + Duration::from_secs(60);
//! let mut bytes = Vec::new();
//! let is_connected = loop {
//!     let now = Instant::now();
//!     assert!(now < deadline, "the client is not connected within a minute");
//!     if let Some(ServerLinkEvent::Connected { peer, .. }) = server.poll_event(now, &mut bytes) {
//!         server.accept(now, peer, b"");
//!     }
//!     match client.poll_event(now, &mut bytes) {
//!         Some(event) => break matches!(event, ClientLinkEvent::Connected),
//!         None => sleep(Duration::from_millis(1)),
//!     }
//! };
//! assert!(is_connected);
//! # Ok::<(), std::io::Error>(())
//! ```

mod client;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod server;

use consonance_link::gateway::streams::{StreamClient, StreamServer};

pub use client::SimpleWebClientEnd;
pub use consonance_link::gateway::websocket::ClientStream;
pub use server::{OnePath, SimpleWebServerEnd};

/// The connection to a client.
pub type ServerStream = consonance_link::gateway::websocket::ServerStream<OnePath>;

/// A server, such as `SimpleWebServer::bind(address, SimpleWebServerEnd::default(), StreamSettings::default())`.
pub type SimpleWebServer = StreamServer<SimpleWebServerEnd>;

/// A client.
pub type SimpleWebClient = StreamClient<SimpleWebClientEnd>;

/// The port of stock games; older ones have 7778.
pub const PORT: u16 = 27777;

/// The largest message of stock games, in bytes.
pub const MESSAGE_BYTES_MAX: usize = 16 * 1024;
