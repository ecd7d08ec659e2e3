//! Voice between the players of a Rust game that reach each other over WebRTC with
//! [`matchbox_socket`](https://crates.io/crates/matchbox_socket), without a game server.
//!
//! One of the players is the host and runs the session; the others are its clients, and any of them may have direct
//! links. The players [elect](HostChoice::Elected) the host, or the game [names](HostChoice::AsTold) it. When the host
//! leaves, the next one starts the session again and all join it.
//!
//! ```text
//!   voice chat ── transport ──╮                        ╭── transport ── voice chat
//!                             ├ MatchboxVoice ══ room ═ MatchboxVoice ┤
//!   voice server ─ listener ──╯        ║               ╰── listener ─ voice server, idle
//!        (the host's)              two channels
//! ```
//!
//! The game keeps its socket and its loop, gives voice two channels of the socket, and pumps once per frame.
//! [`PeerSocket`] is what voice needs of a socket; `SocketChannels`, with the feature `matchbox-socket`, implements it
//! for matchbox. Each message begins with a byte for its destination (`Route`); messages between a client and the host
//! are those of [`consonance_link::hosted::channels`].
//!
//! Players trust each other: any player in the room can make itself host, or end the session for all, as in every game
//! without a server.
//!
//! ```
//! use std::time::Instant;
//!
//! use consonance_game_networks::matchbox::{MatchboxSettings, MatchboxVoice, PeerSocket, PlayerId};
//! use consonance_link::Delivery;
//!
//! /// The socket of a player alone in the room.
//! struct Alone;
//!
//! impl PeerSocket for Alone {
//!     fn id(&mut self) -> Option<PlayerId> {
//!         Some(PlayerId(7))
//!     }
//!     fn connected(&self) -> Vec<PlayerId> {
//!         Vec::new()
//!     }
//!     fn receive(&mut self, _delivery: Delivery) -> Vec<(PlayerId, Vec<u8>)> {
//!         Vec::new()
//!     }
//!     fn send(&mut self, _delivery: Delivery, _to: PlayerId, _message: &[u8]) {}
//! }
//!
//! // `listener` goes to a voice server, `transport` to the voice chat.
//! let (mut voice, listener, transport) = MatchboxVoice::new(&MatchboxSettings::default());
//! // Once per frame:
//! voice.pump(Instant::now(), &mut Alone);
//! assert!(voice.is_host());
//! ```
//!

mod election;
mod host_claim;
mod peer_socket;
mod pending_players;
mod player_id;
mod room;
mod route;
mod settings;
#[cfg(feature = "matchbox-socket")]
mod socket_channels;
mod voice;

pub use peer_socket::PeerSocket;
pub use player_id::PlayerId;
pub use settings::{DirectLinkChoice, HostChoice, MatchboxSettings};
#[cfg(feature = "matchbox-socket")]
pub use socket_channels::{ChannelUnfit, SocketChannels};
pub use voice::MatchboxVoice;
