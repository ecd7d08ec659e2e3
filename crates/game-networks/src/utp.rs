//! Unity Transport 2.x as Netcode for GameObjects uses it: a server and a client, without sockets.
//!
//! [`UtpServer`] and [`UtpClient`] are state machines for the drivers of [`consonance_link::gateway::udp`]. A message
//! is a batch, as Netcode passes it to its `UnityTransport`; its content is not read here.
//!
//! ```text
//!   [type u8] [token 8 bytes] [pipeline u8] [headers of its stages] [payload]     Datagram
//!                                                └ payload: ( [length i32] [message] )*
//! ```
//!
//! Integers are little-endian. Three pipelines carry messages, and the channels here have their numbers:
//! [`UNRELIABLE`], [`UNRELIABLE_SEQUENCED`] and [`RELIABLE`]. On the last, the payloads form one stream, which may be
//! cut anywhere.
//!
//! A connection is identified by a token that its client chose, whichever port its datagrams come from; datagrams from
//! another host do not belong to it. Nothing here is encrypted, and a disconnect carries no reason.
//!
//! A token does not prove an address. A new peer gets at most three bytes for each byte that it sent, until its
//! acknowledgements show which of the server's first reliable packets were held back.
//!
//! Not supported: Unity Transport 1.x, encryption (DTLS), `WebSockets`, relays.
//!
//! ```
//! use std::time::Instant;
//!
//! use consonance_link::gateway::udp::{ClientEndpoint, ServerEndpoint};
//! use consonance_link::{ClientNetwork, ServerLinkEvent, ServerNetwork};
//! use consonance_game_networks::utp::{ClientSettings, Datagram, DatagramKind, ServerSettings, UtpClient, UtpServer};
//!
//! let now = Instant::now();
//! // In production, the seeds come from the system's random numbers.
//! let mut server = UtpServer::new(ServerSettings::default(), [7; 32]);
//! let mut client = UtpClient::new(ClientSettings::default(), 7);
//! client.connect(now);
//!
//! let address = ([192, 0, 2, 1], 5000).into();
//! let mut datagram = Vec::new();
//! assert!(client.poll_transmit(now, &mut datagram));
//! assert!(matches!(Datagram::parse(&datagram)?.kind, DatagramKind::Request { .. }));
//! server.handle_datagram(now, address, &datagram);
//! let event = server.poll_event(now, &mut Vec::new());
//! assert!(matches!(event, Some(ServerLinkEvent::Connected { remote, .. }) if remote == address.into()));
//! # Ok::<(), consonance_game_networks::utp::DatagramError>(())
//! ```

mod client;
mod connection;
mod datagram;
mod entries;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod outgoing;
mod pipeline;
mod reliable;
mod server;
mod settings;
mod unreliable;

pub use client::UtpClient;
pub use datagram::{DATAGRAM_BYTES_MAX, Datagram, DatagramError, DatagramKind, GREETING_BYTES_MAX, Token};
pub use pipeline::{PAYLOAD_BYTES_MAX, RELIABLE, UNRELIABLE, UNRELIABLE_SEQUENCED};
pub use server::UtpServer;
pub use settings::{ClientSettings, ConnectionSettings, ServerSettings, Window};

/// The largest datagram that is read, in bytes: what Ethernet carries over IPv4 (1500 less 28), since peers may ask
/// whether more than they send comes through.
const READ_BYTES_MAX: usize = 1472;
