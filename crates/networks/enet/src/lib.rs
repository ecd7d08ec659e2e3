//! ENet as a [`GameNetworkServer`](consonance_gateway::GameNetworkServer) and a
//! [`GameNetworkClient`](consonance_gateway::GameNetworkClient): the fork of it below games on Mirror with Ignorance,
//! and stock ENet 1.3.
//!
//! The protocol itself is `rusty_enet`'s. Around it are here: the [`Dialect`] of the datagrams, a look at each datagram
//! before the library gets it, an entrance that asks before it lets in, bounds, and time as an argument. Both ends are
//! machines for the driver of protocols in datagrams:
//!
//! ```
//! use consonance_enet::{EnetServer, EnetServerSettings};
//! use consonance_gateway::udp::{UdpServer, UdpServerSettings};
//!
//! let endpoint = EnetServer::new(EnetServerSettings::default(), [7; 32]);
//! let server = UdpServer::bind(([127, 0, 0, 1], 0).into(), endpoint, UdpServerSettings::default())?;
//! # let _ = server;
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! A message is whatever the game puts into one; with Mirror a batch. Which channels there are, and what each
//! guarantees, is for both ends to agree on before: see [`ConnectionSettings::channels`].
//!
//! The connection is neither encrypted nor authenticated, as in every game that uses this network. Unproved addresses
//! get no more bytes than they send.
//!
//! Needs Rust 1.95 or later.

#![forbid(unsafe_code)]

mod client;
mod dialect;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod incoming;
mod limits;
mod machine;
mod screening;
mod server;
mod settings;

pub use client::EnetClient;
pub use dialect::Dialect;
pub use server::EnetServer;
pub use settings::{ChannelMode, ConnectionSettings, EnetClientSettings, EnetServerSettings};

use consonance_gateway::MessageChannel;

/// Mirror's channel 0: complete and in order.
pub const RELIABLE_CHANNEL: MessageChannel = MessageChannel(0);
/// Mirror's channel 1: at once or never.
pub const UNRELIABLE_CHANNEL: MessageChannel = MessageChannel(1);
