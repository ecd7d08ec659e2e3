//! Game networks whose messages follow each other in one TCP stream for each client.
//!
//! What differs between them is how a message lies in the stream and what is said before the first one: a
//! [`StreamProtocol`], without sockets or a clock. [`StreamServer`] and [`StreamClient`] do the rest.
//!
//! Such networks have one way for all messages, and what arrives is in order. They take two channels all the same:
//! [`RELIABLE`] and [`UNRELIABLE`]. A message on the latter is not queued behind a connection that is behind: the
//! oldest of those that wait are dropped instead. All arrives on [`RELIABLE`].

mod client;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod link;
mod protocol;
mod pulse;
mod server;
mod settings;
#[cfg(feature = "tls")]
mod tls;

use crate::{MessageChannel, VoiceChannels};

pub use client::StreamClient;
pub use protocol::{Found, MessageStream, StreamProtocol, StreamViolation, TOO_SLOW_BYTES_MAX};
pub use server::StreamServer;
pub use settings::{PingSettings, StreamClientSettings, StreamSettings};
#[cfg(feature = "tls")]
pub use tls::{TlsEnd, TlsStream};

/// What must arrive; everything that arrives does so here.
pub const RELIABLE: MessageChannel = MessageChannel(0);
/// What is dropped when the connection is behind.
pub const UNRELIABLE: MessageChannel = MessageChannel(1);

const CHANNELS: VoiceChannels = VoiceChannels { reliable: RELIABLE, unreliable: UNRELIABLE };
