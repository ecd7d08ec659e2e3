//! Networks of games, each in a module with a feature of its name. A game needs at most one of them.
//!
//! | module | network |
//! |---|---|
//! | `darkrift` | DarkRift 2, over TCP and UDP; its envelopes in `voice` |
//! | `enet` | ENet and Ignorance's fork of it (Mirror) |
//! | `fishnet` | envelopes of Fish-Networking |
//! | `forge` | Forge Networking Remastered; its envelopes in `voice` |
//! | `hosted` | rooms of networks that live in the game, such as those of Photon |
//! | `kcp` | kcp2k (Mirror), all generations on one port |
//! | `litenetlib` | `LiteNetLib` (Fish-Networking) |
//! | `matchbox` | players of a Rust game without a server |
//! | `mirror` | envelopes of Mirror |
//! | `ngo` | envelopes of Netcode for GameObjects |
//! | `renet` | the connections of a Rust game with renet |
//! | `sidecar` | the link over which a game's server passes its clients' voice packets to a voice server |
//! | `simple_web` | `SimpleWebTransport`, Mirror's network for browsers |
//! | `steam` | Steam's legacy peer-to-peer interface, and a Steam in memory |
//! | `telepathy` | Telepathy, Mirror's first network |
//! | `utp` | Unity Transport 2.x |
//! | `webrtc_network` | WebRTC Network: session host, client, signalling server |
//!
//! *Networks* move messages and know no voice: `kcp`, `enet`, `litenetlib`, `utp`, `simple_web`, `telepathy`.
//! *Envelopes* know where voice is in a game's messages, for a voice server, a proxy and a client: `mirror`, `fishnet`,
//! `ngo`. The others are both. How they are put together is in [`consonance_link::gateway`].
//!
//! ```
//! use consonance_game_networks::kcp::{KcpServer, KcpServerSettings};
//! use consonance_game_networks::mirror::{MirrorVoiceOnly, VoiceOnlySettings};
//! use consonance_link::gateway::EnvelopeServer;
//! use consonance_link::gateway::udp::{UdpServer, UdpServerSettings};
//!
//! // A voice server for games on Mirror over kcp2k. In production, the seed comes from the system's random numbers.
//! let kcp = KcpServer::new(KcpServerSettings::default(), [7; 32]);
//! let network = UdpServer::bind(([127, 0, 0, 1], 0).into(), kcp, UdpServerSettings::default())?;
//! let envelopes = MirrorVoiceOnly::new(VoiceOnlySettings::default());
//! let server = EnvelopeServer::new(network, envelopes, "main");
//! # let _ = server;
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # Features
//!
//! One for each module; `simple-web` and `webrtc-network` have hyphens. And
//!
//! | feature | adds |
//! |---|---|
//! | `listener` | a `LISTENER` for each network that a voice server opens from its configuration; those of `FishNet`, Mirror and Netcode need the features of the networks under them, too |
//! | `matchbox-socket` | the socket of matchbox itself, and two hundred crates |
//! | `testing` | for tests: a player of ours on each network that has a `LISTENER` |
//! | `steamworks` | the real Steam, with Steam's own library, which is proprietary |
//!
//! Needs Rust 1.95 or later.

#![forbid(unsafe_code)]

#[cfg(feature = "darkrift")]
pub mod darkrift;
#[cfg(feature = "enet")]
pub mod enet;
#[cfg(feature = "fishnet")]
pub mod fishnet;
#[cfg(feature = "forge")]
pub mod forge;
#[cfg(feature = "hosted")]
pub mod hosted;
#[cfg(feature = "kcp")]
pub mod kcp;
#[cfg(feature = "litenetlib")]
pub mod litenetlib;
#[cfg(feature = "matchbox")]
pub mod matchbox;
#[cfg(feature = "mirror")]
pub mod mirror;
#[cfg(feature = "ngo")]
pub mod ngo;
#[cfg(feature = "testing")]
#[doc(hidden)]
pub mod players;
#[cfg(feature = "renet")]
pub mod renet;
#[cfg(feature = "sidecar")]
pub mod sidecar;
#[cfg(feature = "simple-web")]
pub mod simple_web;
#[cfg(feature = "steam")]
pub mod steam;
#[cfg(feature = "telepathy")]
pub mod telepathy;
#[cfg(feature = "utp")]
pub mod utp;
#[cfg(all(feature = "listener", any(feature = "fishnet", feature = "mirror")))]
mod voice_type_name;
#[cfg(feature = "webrtc-network")]
pub mod webrtc_network;
