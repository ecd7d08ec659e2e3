//! Where voice is in the messages of games on [Mirror](mirror), [Fish-Networking](fishnet) and [Netcode for
//! GameObjects](ngo).
//!
//! A game network moves messages, and an envelope knows what is in them; each module has three envelopes:
//!
//! * `…VoiceOnly`: a server of that kind without a game, which does what clients expect of theirs;
//! * `…Proxy`: takes voice out of what clients send to their game's server;
//! * `…Client`: a player of ours among the game's clients.
//!
//! Nothing here has a socket or a clock, and no envelope knows a network. A game server in Rust that has its own
//! network finds and writes voice with the types of the messages.
//!
//! ```
//! use std::time::Instant;
//!
//! use consonance_envelopes::mirror::{ClientSettings, MirrorClient, MirrorVoiceOnly, VoiceOnlySettings};
//! use consonance_gateway::memory::MemoryGameNetwork;
//! use consonance_gateway::{EnvelopeClient, EnvelopeServer};
//! use consonance_transport::{ClientTransport, Delivery, ServerLinkEvent, ServerTransport};
//!
//! // A server for the voice of a Mirror game's clients, over a network in memory.
//! let now = Instant::now();
//! let game = MemoryGameNetwork::new();
//! let envelope = MirrorVoiceOnly::new(VoiceOnlySettings::default());
//! let mut server = EnvelopeServer::new(game.listen(), envelope, "main");
//! let mut client = EnvelopeClient::new(game.client(), MirrorClient::new(ClientSettings::default()));
//! client.connect(now);
//! for _ in 0..5 {
//!     while server.poll(now).is_some() {}
//!     while client.poll(now).is_some() {}
//! }
//! client.send(now, Delivery::Unreliable, b"a voice packet");
//! let event = server.poll(now);
//! assert!(matches!(event, Some(ServerLinkEvent::Packet { packet: b"a voice packet", .. })));
//! ```
//!
//! Needs Rust 1.95 or later.

#![forbid(unsafe_code)]

pub mod fishnet;
pub mod mirror;
pub mod ngo;
