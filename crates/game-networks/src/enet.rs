//! ENet as a [`ServerNetwork`](consonance_link::ServerNetwork) and a
//! [`ClientNetwork`](consonance_link::ClientNetwork): the fork of it below games on Mirror with Ignorance,
//! and stock ENet 1.3.
//!
//! `rusty_enet` implements the protocol itself. This crate adds the [`Dialect`] of the datagrams, a check of each
//! datagram before the library gets it, admission of clients by the server, bounds, and time as an argument. Both ends
//! are state machines for the datagram driver:
//!
//! ```
//! use consonance_game_networks::enet::{EnetServer, EnetServerSettings};
//! use consonance_link::gateway::udp::{UdpServer, UdpServerSettings};
//!
//! let endpoint = EnetServer::new(EnetServerSettings::default(), [7; 32]);
//! let server = UdpServer::bind(([127, 0, 0, 1], 0).into(), endpoint, UdpServerSettings::default())?;
//! # let _ = server;
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! A message is whatever the game puts into one; with Mirror a batch. Both ends must agree in advance on the channels
//! and what each guarantees: see [`ConnectionSettings::channels`].
//!
//! The connection is neither encrypted nor authenticated, as in every game that uses this network. Addresses that are
//! not proved get no more bytes than they send.

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

use consonance_link::gateway::MessageChannel;

/// Mirror's channel 0: complete and in order.
pub const RELIABLE_CHANNEL: MessageChannel = MessageChannel(0);
/// Mirror's channel 1: at once or never.
pub const UNRELIABLE_CHANNEL: MessageChannel = MessageChannel(1);
