//! Voice inside a game's own network.
//!
//! A game that already has a network sends voice through it, among its own messages. Three things are kept apart here:
//!
//! * a *game network* moves messages: [`GameServer`] and [`GameClient`]; it knows connections, channels and datagrams, and
//!   not what is in a message;
//! * an *envelope* knows what is in a message: [`Envelope`] and [`ClientEnvelope`] find the voice packets in it and put
//!   voice packets into messages; it knows no sockets;
//! * what voice is done with is a transport's matter: [`VoiceServer`] and [`VoiceClient`] put the two together and are
//!   a [`ServerTransport`](consonance_transport::ServerTransport) and a
//!   [`ClientTransport`](consonance_transport::ClientTransport) like any other.
//!
//! ```text
//!   client of the game ══ GameServer ── messages ──▶ Envelope ── voice packets ──▶ session
//!                                                      └── what is the game's ──▶ nobody
//! ```
//!
//! [`Splice`] is a transport, too, for games that keep their own server: it stands before it, lets everything through and
//! takes voice out.
//!
//! [`Bare`] is the envelope that is none: each message is a voice packet; [`Marked`] has a byte more. [`memory`] is a game
//! network inside one process, for tests. [`tcp`] is for networks that need many TCP connections, [`streams`] for messages
//! in their streams, [`websocket`] for those whose messages are in `WebSocket`s, [`udp`] for
//! protocols in UDP datagrams.

#![forbid(unsafe_code)]

pub mod memory;
pub mod proxy_protocol;
pub mod streams;
pub mod tcp;
pub mod udp;
pub mod websocket;

mod bare;
mod channel;
mod envelope;
mod game_client;
mod game_server;
mod marked;
mod readiness;
mod sorted;
mod source_addresses;
mod splice;
mod timers;
mod voice_begins;
mod voice_channels;
mod voice_client;
mod voice_server;
mod wrapping;

pub use bare::Bare;
pub use channel::Channel;
pub use envelope::{ClientEnvelope, Envelope, Envelopes};
pub use game_client::{GameClient, GameClientEvent};
pub use game_server::{GameServer, GameServerEvent};
pub use marked::Marked;
pub use sorted::{Sorted, SortedPart};
pub use source_addresses::{BadSourceAddresses, SourceAddresses};
pub use splice::{Splice, SpliceSettings, VoiceClosed};
pub use timers::Timers;
pub use voice_begins::VoiceBegins;
pub use voice_channels::VoiceChannels;
pub use voice_client::VoiceClient;
pub use voice_server::VoiceServer;
