//! Voice that a game carries over its own network: Photon, `TNet3`, `UNet`, Steam inside a game, or any other.
//!
//! In such a network all players are in a room, messages go to some of them, and one of them, or a program without a
//! player, runs the voice server. [`HostedRoom`] is the game's end of that: it takes the members, the server and the
//! messages of the room, and yields messages with their recipients. It opens no socket, starts no thread and never
//! calls back; it runs on the game's thread, once per frame.
//!
//! ```text
//!   VoiceChat ◀──▶ HostedClient ══╗             ┌── peer_joined, peer_left, set_server, receive ── the game's
//!                                 ╠═ HostedRoom ┤                                                  network
//!   SessionLoop ◀▶ HostedServer ══╝             └── poll: Send { direction, target, packet } ────▶
//! ```
//!
//! ```
//! use std::time::Instant;
//! use consonance_game_networks::hosted::{HostedRoom, MessageDirection, PhotonPun};
//! use consonance_link::Delivery;
//!
//! let now = Instant::now();
//! let pun = PhotonPun::default();
//! // `transport` goes to `VoiceChat::over`.
//! let (mut room, transport) = HostedRoom::with_player(pun.room(), 2);
//! room.peer_joined(1);
//! // The master client is the server; on it, `set_server` returns a transport for a `SessionLoop`.
//! assert!(room.set_server(Some(1)).is_none());
//!
//! // Each frame: what came in …
//! let (sender, code, content) = (1, 174, b"\x8b\xc7 a packet");
//! if let Some(direction) = pun.direction_of(code) {
//!     room.receive(now, sender, direction, Delivery::Reliable, content);
//! }
//! // … and what goes out.
//! while let Some(request) = room.poll(now) {
//!     println!("{request:?}");
//! }
//! ```
//!
//! # Networks
//!
//! The networks that the integrations of the original use, for rooms that include unmodified players: [`PhotonPun`],
//! [`PhotonBolt`], [`PhotonFusion`], [`SteamInGame`], [`Tnet3`], [`UnetHlapi`]. Each has the numbers or names for
//! sending, which games may have changed, and makes the [`RoomSettings`].
//!
//! # When the server changes
//!
//! [`HostedRoom::set_server`] ends the session everywhere, as the original does, and all players join the new server's.

#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;

mod header;
mod introductions;
mod members;
mod message;
mod photon;
mod room;
mod settings;
mod statistics;
mod steam;
mod tnet3;
mod unet;

pub use message::{MessageDirection, MessageTarget, RoomMessage, RoomRequest};
pub use photon::{PhotonBolt, PhotonFusion, PhotonPun};
pub use room::HostedRoom;
pub use settings::{Loopback, RoomSettings};
pub use statistics::RoomStatistics;
pub use steam::{SteamInGame, SteamSend};
pub use tnet3::Tnet3;
pub use unet::UnetHlapi;
