//! The sidecar link: a game's server keeps its clients and hands their voice packets to a voice server.
//!
//! The game's own network stays unchanged, whatever it is. Inside the game's server an *adapter* extracts voice packets
//! and sends them over one TCP connection, each with the number of the player that sent it; replies come back the same
//! way.
//!
//! ```text
//!   stock client ══ the game's network ══ game server + adapter ── link ──▶ SidecarServer ── session
//! ```
//!
//! [`SidecarServer`] is the voice server's end, a [`ServerNetwork`](consonance_link::ServerNetwork) whose
//! peers are the players of all links. [`SidecarLink`] is an adapter's end, for game servers in Rust, and
//! [`SidecarBridge`] the whole adapter where the game's network is a transport of ours; one in another language follows
//! `docs/networks/sidecar.md`, which specifies every byte.
//!
//! A link begins with proofs that both ends know a secret, which is never sent. What follows is neither encrypted nor
//! authenticated: a link belongs on one machine or in a private network.
//!
//! ```
//! use std::time::{Duration, Instant};
//!
//! use consonance_game_networks::sidecar::{
//!     LinkSecret, PlayerNumber, SidecarEvent, SidecarLink, SidecarLinkSettings, SidecarServer, SidecarSettings,
//! };
//! use consonance_link::{Delivery, ServerLinkEvent, ServerNetwork};
//!
//! let secret = LinkSecret::new("hard to guess, and the same at both ends");
//! let mut settings = SidecarSettings::default();
//! settings.secret = secret.clone();
//! let mut server = SidecarServer::bind(([127, 0, 0, 1], 0).into(), settings)?;
//! let mut settings = SidecarLinkSettings::default();
//! settings.secret = secret;
//! let mut link = SidecarLink::new(server.local_addr(), settings);
//! link.connect(Instant::now());
//!
//! let deadline = Instant::now() + Duration::from_secs(60);
//! let mut bytes = Vec::new();
//! loop {
//!     let now = Instant::now();
//!     assert!(now < deadline, "nothing is heard within a minute");
//!     if let Some(SidecarEvent::Up) = link.poll(now) {
//!         link.joined(now, PlayerNumber(7), None);
//!         link.send(now, PlayerNumber(7), Delivery::Unreliable, b"a voice packet");
//!     }
//!     match server.poll_event(now, &mut bytes) {
//!         Some(ServerLinkEvent::Packet { .. }) => break,
//!         _ => std::thread::sleep(Duration::from_millis(1)),
//!     }
//! }
//! assert_eq!(bytes, b"a voice packet");
//! # Ok::<(), std::io::Error>(())
//! ```

mod bridge;
mod frame;
mod frame_channel;
mod frame_reader;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod game_end;
#[cfg(test)]
mod golden;
mod handshake;
mod link;
mod liveness;
mod outbox;
mod server;
mod settings;
mod voice_end;
#[cfg(feature = "listener")]
mod voice_listener;

pub use bridge::SidecarBridge;
pub use frame::{PACKET_BYTES_MAX, PlayerNumber};
pub use link::{SidecarEvent, SidecarLink};
pub use server::SidecarServer;
pub use settings::{LinkSecret, SidecarLinkSettings, SidecarSettings};
#[cfg(feature = "listener")]
pub use voice_listener::LISTENER;
