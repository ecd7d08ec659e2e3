//! [SimpleWebTransport](https://github.com/James-Frowen/SimpleWebTransport): messages in the frames of a WebSocket
//! (RFC 6455), one each, of which a game's build for browsers can have as many as it likes.
//!
//! Binary frames only, 1 to 16384 bytes, over plain TCP; encryption (`wss`) is for a proxy in front. Stock clients
//! outside of browsers know no pings on this layer, so none are sent here; they leave after 20 s of silence.
//!
//! [`SimpleWebServer`] and [`SimpleWebClient`] are game networks of [`consonance_gateway`].

#![forbid(unsafe_code)]

mod client;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod server;

use consonance_gateway::streams::{StreamClient, StreamServer};

pub use client::{ClientEnd, ClientStream};
pub use server::{ServerEnd, ServerStream};

/// A server, such as `SimpleWebServer::bind(address, ServerEnd::default(), StreamSettings::default())`.
pub type SimpleWebServer = StreamServer<ServerEnd>;

/// A client.
pub type SimpleWebClient = StreamClient<ClientEnd>;

/// The port of stock games; older ones have 7778.
pub const PORT: u16 = 27777;

/// The largest message of stock games, in bytes.
pub const MESSAGE_BYTES_MAX: usize = 16 * 1024;
