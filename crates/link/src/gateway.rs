//! Voice inside a game's own network.
//!
//! A game that already has a network sends voice through it, among its own messages. Three things are separate here:
//!
//! * a *game network* moves messages: it is a [`ServerNetwork`](crate::ServerNetwork) and a
//!   [`ClientNetwork`](crate::ClientNetwork) with a [`MessageChannel`] for each message; it knows
//!   connections, channels and datagrams, and not what is in a message;
//! * an *envelope* knows what is in a message: [`Envelope`] and [`ClientEnvelope`] find the voice packets in it and put
//!   voice packets into messages; it knows no sockets;
//! * a *transport* combines the two: [`EnvelopeServer`] and [`EnvelopeClient`] are networks of voice packets like any
//!   other.
//!
//! ```text
//!   client of the game ══ game network ── messages ──▶ Envelope ── voice packets ──▶ session
//!                                                           └── game messages ──▶ dropped, or the game's server
//! ```
//!
//! For games that keep their own server, an [`EnvelopeServer`] has an [upstream](EnvelopeServer::upstream): it sits in
//! front of that server, extracts voice and forwards everything else.
//!
//! [`PlayerLink`] is for gateways whose clients use another protocol: their players live in the gateway. On a
//! [`PlaceBoard`] such gateways tell each other where their players are in the game.
//!
//! [`BareEnvelope`] adds nothing: each message is a voice packet. [`MarkedEnvelope`] adds one byte. [`memory`] is a
//! game network inside one process, for tests. [`tcp`] is for networks that need many TCP connections, [`streams`] for
//! messages in their streams, `websocket` for those whose messages are in `WebSocket`s, [`udp`] for protocols in UDP
//! datagrams.
//!
//! ```
//! use std::time::Instant;
//!
//! use consonance_link::gateway::memory::{MemoryGameNetwork, RELIABLE, UNRELIABLE};
//! use consonance_link::gateway::{BareEnvelope, EnvelopeClient, EnvelopeServer, VoiceChannels};
//! use consonance_link::{ClientNetwork, Delivery, ServerLinkEvent, ServerNetwork};
//!
//! let now = Instant::now();
//! let game = MemoryGameNetwork::new();
//! let envelope = BareEnvelope(VoiceChannels { reliable: RELIABLE, unreliable: UNRELIABLE });
//! let mut server = EnvelopeServer::new(game.listen(), envelope, "main");
//! let mut client = EnvelopeClient::new(game.client(), envelope);
//! client.connect(now);
//!
//! // Both are transports: the server sees a player, and the player's packets.
//! let mut bytes = Vec::new();
//! assert!(matches!(server.poll_event(now, &mut bytes), Some(ServerLinkEvent::Connected { .. })));
//! assert_eq!(server.poll_event(now, &mut bytes), None);
//! while client.poll_event(now, &mut bytes).is_some() {}
//! client.send(now, Delivery::Unreliable, b"a voice packet");
//! assert!(matches!(server.poll_event(now, &mut bytes), Some(ServerLinkEvent::Packet { .. })));
//! assert_eq!(bytes, b"a voice packet");
//! ```

pub mod memory;
pub mod proxy_protocol;
#[doc(hidden)]
pub mod slot_rules;
pub mod streams;
pub mod tcp;
pub mod udp;
#[cfg(feature = "websocket")]
pub mod websocket;

mod allowance;
mod bare_envelope;
mod buffer_queue;
mod envelope;
mod envelope_client;
mod envelope_server;
mod handshake;
mod handshake_log;
mod marked_envelope;
mod message_parts;
mod place_board;
mod player_link;
mod readiness;
mod source_addresses;
mod timers;
mod upstream;
mod voice_start;

pub use crate::{MessageChannel, VoiceChannels};
pub use allowance::Allowance;
pub use bare_envelope::BareEnvelope;
pub use buffer_queue::BufferQueue;
pub use envelope::{ClientEnvelope, Envelope, EnvelopeEnd, EnvelopeKind};
pub use envelope_client::EnvelopeClient;
pub use envelope_server::EnvelopeServer;
pub use handshake::Handshake;
pub use handshake_log::HandshakeLog;
pub use marked_envelope::MarkedEnvelope;
pub use message_parts::{MessagePart, MessageParts};
pub use place_board::{PlaceBoard, PlaceInWorld, PlaceNews, PlaceSharer, SeatPlace, World};
pub use player_link::{LinkStep, LinkWish, LinkedPlayer, PlayerLink};
pub use source_addresses::{BadSourceAddresses, SourceAddresses};
pub use timers::Timers;
pub use upstream::{NoUpstream, UpstreamSettings, VoiceClosed};
pub use voice_start::VoiceStart;
