//! Voice over the connections that a Rust game already has with [`renet`].
//!
//! The game keeps its [`RenetServer`](renet::RenetServer), its [`RenetClient`](renet::RenetClient), whatever
//! carries their packets, and its loop. Voice gets two channels of them ([`RenetSettings::add_channels`]),
//! and is pumped once per frame:
//!
//! ```
//! use std::time::Duration;
//!
//! use consonance_game_networks::renet::{RenetSettings, RenetVoiceClient, RenetVoiceServer};
//! use renet::{ConnectionConfig, RenetServer};
//!
//! let settings = RenetSettings::default();
//! let mut config = ConnectionConfig::default();
//! settings.add_channels(&mut config)?;
//!
//! // On the server: `listener` goes to the voice server, which has its own thread.
//! let mut server = RenetServer::new(config);
//! let (mut voice, listener) = RenetVoiceServer::new(&settings);
//! // On each client: `transport` goes to the voice chat.
//! let mut client = server.new_local_client(1);
//! let (mut clients_voice, transport) = RenetVoiceClient::new(&settings, "main");
//!
//! // A frame of the game: what came in is taken before, what goes out is sent after the pump.
//! server.update(Duration::from_millis(16));
//! server.process_local_client(1, &mut client)?;
//! voice.pump(&mut server);
//! clients_voice.pump(&mut client);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `listener` is a [`ServerNetwork`](consonance_link::ServerNetwork) and `transport` a
//! [`ClientNetwork`](consonance_link::ClientNetwork), like those of every other network.
//! [`consonance_link::hosted::channels`] defines the messages on the channels. Voice waits for the next frame of
//! the game in both directions, so a game that runs 60 frames a second adds up to 17 ms at each end.
//!
//! When a voice link ends, for example because it is too slow, the game's connection stays open.

mod client;
mod server;
mod settings;

pub use client::RenetVoiceClient;
pub use server::RenetVoiceServer;
pub use settings::{ChannelTaken, RenetSettings};
