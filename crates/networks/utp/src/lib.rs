//! Unity Transport 2.x as Netcode for GameObjects uses it: a server and a client, without their sockets.
//!
//! [`UtpServer`] and [`UtpClient`] are machines for the drivers of [`consonance_gateway::udp`]. A message is what
//! Netcode hands to its `UnityTransport`, a batch; what is in it is not looked at here.
//!
//! ```text
//!   [type u8] [token 8 bytes] [pipeline u8] [headers of its stages] [payload]     Datagram
//!                                                └ payload: ( [length i32] [message] )*
//! ```
//!
//! Integers are little-endian. Three pipelines carry messages, and the channels here have their numbers:
//! [`UNRELIABLE`], [`UNRELIABLE_SEQUENCED`] and [`RELIABLE`]. On the last the payloads are one stream, cut anywhere.
//!
//! A connection is known by a token that its client chose, from whichever port its datagrams come; another host's are
//! not of it. Nothing here is encrypted, and a goodbye carries no reason: why a connection ended is not told.
//!
//! A token shows that a peer has said something before, and not where it is. A newcomer gets three bytes for each that
//! came from it, until its acknowledgements tell which of the server's first reliable packets were held back.
//!
//! Not here: Unity Transport 1.x, encryption (DTLS), `WebSockets`, relays.
//!
//! ```
//! use std::time::Instant;
//!
//! use consonance_gateway::udp::{ClientEndpoint, ServerEndpoint, ServerEndpointEvent};
//! use consonance_utp::{ClientSettings, Datagram, DatagramKind, ServerSettings, UtpClient, UtpServer};
//!
//! let now = Instant::now();
//! // The seeds come from the system's random numbers in earnest.
//! let mut server = UtpServer::new(ServerSettings::default(), [7; 32]);
//! let mut client = UtpClient::new(ClientSettings::default(), 7);
//! client.connect(now, b"");
//!
//! let address = ([192, 0, 2, 1], 5000).into();
//! let mut datagram = Vec::new();
//! assert!(client.poll_transmit(now, &mut datagram));
//! assert!(matches!(Datagram::parse(&datagram)?.kind, DatagramKind::Request { .. }));
//! server.handle_datagram(now, address, &datagram);
//! let event = server.poll_event(&mut Vec::new());
//! assert!(matches!(event, Some(ServerEndpointEvent::Connected { remote, .. }) if remote == address));
//! # Ok::<(), consonance_utp::DatagramError>(())
//! ```
//!
//! Needs Rust 1.95 or later.

#![forbid(unsafe_code)]

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
