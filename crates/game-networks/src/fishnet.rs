//! Voice in the messages of games on [Fish-Networking](https://fish-networking.gitbook.io), versions 3 and 4.
//!
//! ```text
//! payload = what LiteNetLib carries at once   [tick u32] packet*           Payload
//!  └ packet                                   [id u16] [body]              Packet
//!     ├ broadcast                             [key u16] [length] [body]    BroadcastKey
//!     │  └ of voice                           [length] [voice packet]      write_voice
//!     └ split: a part of packets that are too long together                split
//! ```
//!
//! Three envelopes lead to and from a session:
//!
//! * [`FishNetVoiceOnly`]: a server without a game, which does what clients expect of their game server;
//! * [`FishNetProxy`]: takes voice out of the payloads that clients send to their game's server;
//! * [`FishNetClient`]: a native player among the game's clients.
//!
//! This module has no sockets or clocks. Your own game server finds voice with [`Payload`] and
//! [`FishNetPacket::voice`], and sends it with [`write_voice`].
//!
//! ```
//! use consonance_game_networks::fishnet::{BroadcastKey, FishNetPackets, Payload, Side, write_voice};
//!
//! // A payload as a client sends it: its tick, and a broadcast of voice.
//! let mut bytes = 900_u32.to_le_bytes().to_vec();
//! write_voice(BroadcastKey::VOICE, b"a voice packet", &mut bytes);
//!
//! let payload = Payload::parse(&bytes).expect("more than a tick");
//! assert_eq!(payload.tick, 900);
//! for packet in FishNetPackets::new(Side::Client, payload.packets) {
//!     // Whatever is not voice is the game's.
//!     assert_eq!(packet.voice(BroadcastKey::VOICE), Some(b"a voice packet".as_slice()));
//! }
//! ```

mod broadcast;
mod channels;
mod client;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
#[doc(hidden)]
mod packed;
mod packet_id;
mod payload;
mod proxy;
#[doc(hidden)]
pub mod split;
mod tick_clock;
#[cfg(all(feature = "listener", feature = "litenetlib"))]
mod voice_listener;
mod voice_only;

pub use broadcast::{BroadcastKey, find_voice, write_voice};
pub use channels::STOCK_CHANNELS;
pub use client::{ClientSettings, FishNetClient};
pub use payload::{FishNetPacket, FishNetPackets, Payload, Side};
pub use proxy::{FishNetProxiedConnection, FishNetProxy, ProxySettings};
#[cfg(all(feature = "listener", feature = "litenetlib"))]
pub use voice_listener::LISTENER;
pub use voice_only::{
    Authentication, FishNetVoiceOnly, FishNetVoiceOnlyConnection, Version, VoiceOnlySettings,
};

/// The longest payload that every version takes, tick included, in bytes (Tugboat of 4.0 to 4.6: 1023, of which 2 are
/// reserved).
pub const PAYLOAD_BYTES_MAX: usize = 1021;
