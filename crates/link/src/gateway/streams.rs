//! Game networks whose messages follow each other in one TCP stream for each client.
//!
//! They differ in how a message is framed and in the handshake before the first one: that is a [`StreamProtocol`],
//! without sockets or a clock. [`StreamServer`] and [`StreamClient`] do the rest.
//!
//! Such networks have one path for all messages, which arrive in order. They offer two channels all the same:
//! [`RELIABLE`] and [`UNRELIABLE`]. A connection that has fallen behind does not queue ever more messages on the
//! latter: the oldest that wait are dropped instead. All messages arrive on [`RELIABLE`].

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

use crate::PacketLimits;
use crate::gateway::{MessageChannel, VoiceChannels};

pub use client::StreamClient;
pub use protocol::{Found, MessageStream, StreamProtocol, StreamViolation, TOO_SLOW_BYTES_MAX};
pub use server::StreamServer;
pub use settings::{PingSettings, StreamClientSettings, StreamSettings};
#[cfg(feature = "tls")]
pub use tls::{TlsEnd, TlsStream};

/// The channel of messages that must arrive; all received messages come on it.
pub const RELIABLE: MessageChannel = MessageChannel(0);
/// The channel of messages that are dropped when the connection has fallen behind.
pub const UNRELIABLE: MessageChannel = MessageChannel(1);

const CHANNELS: VoiceChannels = VoiceChannels { reliable: RELIABLE, unreliable: UNRELIABLE };

/// A stream takes messages of one size, whatever their channel.
fn limits_of(protocol: &impl StreamProtocol) -> PacketLimits {
    let bytes_max = protocol.message_bytes_max();
    PacketLimits { reliable_bytes: bytes_max, unreliable_bytes: bytes_max }
}
