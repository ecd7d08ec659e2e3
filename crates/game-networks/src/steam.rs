//! Voice over Steam: the legacy peer-to-peer interface `ISteamNetworking`, which games with voice over Steam use.
//!
//! The game supplies the members of its session; one of them, or a game server account, hosts the voice session.
//! Packets travel between accounts on two channels, and Steam itself names the sender.
//!
//! ```text
//!   SteamServer ── to-client channel ──▶ Steam ◀── to-server channel ── SteamClient
//!                                          ╰── to-client channel, between players ──╯
//! ```
//!
//! * [`SteamServer`] and [`SteamClient`] are [transports](consonance_link), the client's with direct links.
//! * [`SteamP2p`] is what they need of Steam, and [`hub`] is a Steam in memory with its documented
//!   behaviour, on which they are tested.
//! * [`Members`] is where the game reports the members of its session.
//! * [`signal`] has the messages that only our ends exchange: a link begins, is alive, or ends.
//!
//! Encryption is left to Steam: nothing is encrypted here.
//!
//! ```
//! use std::time::{Duration, Instant};
//!
//! use consonance_game_networks::steam::hub::{Hub, HubSettings};
//! use consonance_game_networks::steam::{ClientSettings, ServerSettings, SteamClient, SteamId, SteamServer};
//! use consonance_link::{ClientNetwork, PeerIdentity, ServerLinkEvent, ServerNetwork, ServerNetworkExt as _};
//!
//! let now = Instant::now();
//! // The Steam in memory; in a game it is Steam's own.
//! let steam = Hub::new(HubSettings::default(), now);
//! let (host, player) = (SteamId(1), SteamId(2));
//! let mut server = SteamServer::new(steam.log_in(host), ServerSettings::default());
//! let mut client = SteamClient::new(steam.log_in(player), ClientSettings::new(host));
//! client.connect(now);
//!
//! // A second passes: the server has a peer, and Steam vouches for its account.
//! let mut bytes = Vec::new();
//! let came = (0..1000).find_map(|millisecond| {
//!     let now = now + Duration::from_millis(millisecond);
//!     while client.poll_event(now, &mut bytes).is_some() {}
//!     match server.poll_event(now, &mut bytes) {
//!         Some(ServerLinkEvent::Connected { peer, .. }) => Some(peer),
//!         _ => None,
//!     }
//! });
//! assert_eq!(came.and_then(|peer| server.peer_capability(now, peer)), Some(PeerIdentity(player.0)));
//! ```
//!
//! # Features
//!
//! | feature | by default | adds |
//! |---|---|---|
//! | `steamworks` | no | the real Steam; it brings Steam's own library, which is proprietary |

mod channels;
mod client;
mod farewells;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
pub mod hub;
mod ignored_accounts;
mod members;
mod packet_type;
mod server;
mod settings;
pub mod signal;
mod steam_p2p;
#[cfg(feature = "steamworks")]
mod steamworks_p2p;
#[cfg(feature = "listener")]
mod voice_listener;

pub use channels::SteamChannels;
pub use client::SteamClient;
pub use members::Members;
pub use server::SteamServer;
pub use settings::{AccountAdmission, ClientSettings, LinkSettings, ServerSettings};
pub use steam_p2p::{Arrival, P2pError, SendKind, SessionState, SteamEvent, SteamId, SteamP2p};
#[cfg(feature = "steamworks")]
pub use steamworks_p2p::{GameServerSettings, LogOnError, SteamworksP2p};
#[cfg(feature = "listener")]
pub use voice_listener::LISTENER;

use consonance_link::PacketLimits;

/// The largest packets: what the originals' buffer for reading takes, and what Steam sends unreliably.
pub const LIMITS: PacketLimits =
    PacketLimits { reliable_bytes: 4096, unreliable_bytes: steam_p2p::UNRELIABLE_BYTES_MAX };
