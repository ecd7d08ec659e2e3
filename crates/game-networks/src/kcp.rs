//! kcp2k, the network below most games on Mirror, as a [`ServerNetwork`](consonance_link::ServerNetwork) and
//! a [`ClientNetwork`](consonance_link::ClientNetwork).
//!
//! A server accepts clients of all [generations](Generation) on one port, and answers each in its own. Both ends are
//! state machines for the datagram driver:
//!
//! ```
//! use consonance_link::gateway::udp::{UdpServer, UdpServerSettings};
//! use consonance_game_networks::kcp::{KcpServer, KcpServerSettings};
//!
//! // In production, the seed of the cookies comes from the system's random numbers.
//! let endpoint = KcpServer::new(KcpServerSettings::default(), [7; 32]);
//! let server = UdpServer::bind(([127, 0, 0, 1], 0).into(), endpoint, UdpServerSettings::default())?;
//! # let _ = server;
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! A message is whatever the game puts into one: with Mirror a batch, with a companion of ours a voice packet. None may
//! be empty. There are two channels, [`RELIABLE_CHANNEL`] and [`UNRELIABLE_CHANNEL`], numbered as Mirror numbers them.
//!
//! The connection is neither encrypted nor authenticated, as in every game that uses this network. Addresses that are
//! not proved get no more bytes than they send, and cannot end a connection without its cookie; G1 has no cookies.

mod arq;
mod client;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod generation;
mod greeting;
mod hello;
mod link;
mod segment;
mod server;
mod settings;

#[doc(hidden)]
pub use arq::{Arq, BrokenMessage, TooLarge};
pub use client::KcpClient;
pub use generation::{DATAGRAM_BYTES_MAX, Generation};
pub use greeting::{Greeting, LearnedGenerations};
#[doc(hidden)]
pub use segment::{Command, HEADER_BYTES, Segment, Segments};
pub use server::KcpServer;
pub use settings::{KcpClientSettings, KcpServerSettings, LinkSettings};

use consonance_link::gateway::{MessageChannel, VoiceChannels};

/// Mirror's channel 0: complete and in order.
pub const RELIABLE_CHANNEL: MessageChannel = MessageChannel(0);
/// Mirror's channel 1: at once or never.
pub const UNRELIABLE_CHANNEL: MessageChannel = MessageChannel(1);
const CHANNELS: VoiceChannels = VoiceChannels { reliable: RELIABLE_CHANNEL, unreliable: UNRELIABLE_CHANNEL };
