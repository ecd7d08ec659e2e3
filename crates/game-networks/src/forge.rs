//! Forge Networking Remastered over UDP, as its last public version speaks it: a client of stock hosts,
//! and a server for voice only.
//!
//! A connection begins like a WebSocket's, with a `GET` in one datagram and its answer in another; from then on
//! everything is frames. A frame has a group, which says what it is about, and is reliable or not; reliable frames are
//! delivered in one order, whatever their groups.
//!
//! ```text
//!   C>S  GET …                        S>C  HTTP/1.1 101 …
//!   C>S  Text, group 1: hello         S>C  Binary, group 1: your number
//! ```
//!
//! [`ForgeServer`] and [`ForgeClient`] are machines without sockets;
//! [`UdpServer`](consonance_link::gateway::udp::UdpServer) and [`UdpClient`](consonance_link::gateway::udp::UdpClient)
//! drive them. A message here is a frame's group, four bytes, little-endian, and what the frame says. Frames of Forge's
//! own objects and calls are left out: a game's host sends them, and this server has none.
//!
//! [`voice`] finds voice in those messages.
//!
//! The greeting of a client is the 36 characters of its GUID, that of a server the number it gives the
//! client, four bytes, little-endian.
//!
//! Nothing here is encrypted. A client proves its address by confirming a frame whose number is secret; until
//! then a server sends no more bytes than came from there.
//!
//! ```
//! use std::time::Instant;
//!
//! use consonance_game_networks::forge::{ForgeClient, ForgeClientSettings, ForgeServer, ForgeServerSettings};
//! use consonance_link::gateway::udp::{ClientEndpoint, ServerEndpoint};
//! use consonance_link::{ClientNetwork, ServerLinkEvent, ServerNetwork};
//!
//! let now = Instant::now();
//! // In production, the secret and the seed come from the system's random numbers.
//! let mut server = ForgeServer::new(ForgeServerSettings::default(), &[7; 32]);
//! let mut client = ForgeClient::new(ForgeClientSettings::default(), [8; 32]);
//! client.connect(now);
//!
//! // There and back, until the client has said its name.
//! let (address, mut bytes) = (([192, 0, 2, 1], 5000).into(), Vec::new());
//! while client.poll_transmit(now, &mut bytes) {
//!     server.handle_datagram(now, address, &std::mem::take(&mut bytes));
//!     while server.poll_transmit(now, &mut bytes).is_some() {
//!         client.handle_datagram(now, &std::mem::take(&mut bytes));
//!     }
//! }
//! let event = server.poll_event(now, &mut bytes);
//! assert!(matches!(event, Some(ServerLinkEvent::Connected { remote, .. }) if remote == address.into()));
//! assert_eq!(bytes.len(), 36, "its GUID is its greeting");
//! ```

mod client;
mod frame;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod link;
mod message;
mod server;
mod settings;
mod upgrade;
pub mod voice;
#[cfg(feature = "listener")]
mod voice_listener;

pub use client::ForgeClient;
pub use server::ForgeServer;
pub use settings::{ForgeClientSettings, ForgeServerSettings, LinkSettings};
#[cfg(feature = "listener")]
pub use voice_listener::LISTENER;

use consonance_link::gateway::MessageChannel;

/// Frames that arrive once, in order.
pub const RELIABLE: MessageChannel = MessageChannel(0);
/// Frames that may be lost.
pub const UNRELIABLE: MessageChannel = MessageChannel(1);
