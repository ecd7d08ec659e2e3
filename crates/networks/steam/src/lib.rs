//! Voice over Steam: the legacy peer-to-peer interface `ISteamNetworking`, on which games
//! speak that use Steam for voice.
//!
//! The game supplies the members of its session; whoever holds the voice session is one of them, or a game server
//! account. Packets travel between accounts on two channels, and Steam itself says who sent them.
//!
//! ```text
//!   SteamServer ── to-client channel ──▶ Steam ◀── to-server channel ── SteamClient
//!                                          ╰── to-client channel, between players ──╯
//! ```
//!
//! * [`SteamServer`] and [`SteamClient`] are [transports](consonance_transport), the client's with direct links.
//! * [`SteamP2p`] is what they need of Steam, and [`hub`] is a Steam in memory with its documented
//!   behaviour, on which they are tested.
//! * [`Members`] is where the game says who is in its session.
//! * [`signal`] is what only ends of ours say to each other: that a link begins, is still there, or ends.
//!
//! Who may read packets on their way is Steam's affair: nothing is encrypted here.
//!
//! With the feature `steamworks`, Steam is the real one. It brings Steam's own library, which is proprietary.

#![forbid(unsafe_code)]

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

pub use channels::Channels;
pub use client::SteamClient;
pub use members::Members;
pub use server::SteamServer;
pub use settings::{Admission, ClientSettings, LinkSettings, ServerSettings};
pub use steam_p2p::{Arrival, P2pError, SendKind, SessionState, SteamEvent, SteamId, SteamP2p};
#[cfg(feature = "steamworks")]
pub use steamworks_p2p::{GameServerSettings, LogOnError, SteamworksP2p};

use consonance_transport::PacketLimits;

/// The largest packets: what the originals' buffer for reading takes, and what Steam sends unreliably.
pub const LIMITS: PacketLimits =
    PacketLimits { reliable_bytes: 4096, unreliable_bytes: steam_p2p::UNRELIABLE_BYTES_MAX };
