//! How voice travels in the messages of games on [Mirror](mirror), [Fish-Networking](fishnet) and [Netcode for
//! GameObjects](ngo).
//!
//! A game network moves messages, and an envelope knows their content. Each module has three envelopes:
//!
//! * `…VoiceOnly`: a server without a game, which answers clients as their game server would;
//! * `…Proxy`: extracts voice from the messages that clients send to their game server;
//! * `…Client`: one of our players among the game's clients.
//!
//! There are no sockets or clocks here, and envelopes do not depend on a network. A game server in Rust with its own
//! network reads and writes voice with the message types.
//!
//! ```
//! use std::time::Instant;
//!
//! use consonance_game_networks::mirror::{ClientSettings, MirrorClient, MirrorVoiceOnly, VoiceOnlySettings};
//! use consonance_link::gateway::memory::MemoryGameNetwork;
//! use consonance_link::gateway::{EnvelopeClient, EnvelopeServer};
//! use consonance_link::{ClientNetwork, Delivery, ServerLinkEvent, ServerNetwork};
//!
//! // A server for the voice of a Mirror game's clients, over a network in memory.
//! let now = Instant::now();
//! let game = MemoryGameNetwork::new();
//! let envelope = MirrorVoiceOnly::new(VoiceOnlySettings::default());
//! let mut server = EnvelopeServer::new(game.listen(), envelope, "main");
//! let mut client = EnvelopeClient::new(game.client(), MirrorClient::new(ClientSettings::default()));
//! client.connect(now);
//! let mut bytes = Vec::new();
//! for _ in 0..5 {
//!     while server.poll_event(now, &mut bytes).is_some() {}
//!     while client.poll_event(now, &mut bytes).is_some() {}
//! }
//! client.send(now, Delivery::Unreliable, b"a voice packet");
//! let event = server.poll_event(now, &mut bytes);
//! assert!(matches!(event, Some(ServerLinkEvent::Packet { .. })));
//! assert_eq!(bytes, b"a voice packet");
//! ```
//!
//! Needs Rust 1.95 or later.

#![forbid(unsafe_code)]

pub mod fishnet;
pub mod mirror;
pub mod ngo;
