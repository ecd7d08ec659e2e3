//! Voice in the messages of games on [Netcode for
//! GameObjects](https://docs.unity3d.com/Packages/com.unity.netcode.gameobjects@latest), 1.4 and newer: for servers to
//! which the clients of such a game connect.
//!
//! ```text
//! what the network carries at once   [0x1160] [count] [size] [XXH64] ( [message] )* [padding]      Batch
//!  └ message                         [type] [size] [body]                                          Message, TypeList
//!     └ a named message's body       [hash of the name u64] [length u32] [voice packet]            VoiceDialect
//! ```
//!
//! Integers are little-endian, and [`packed`] where they are types and sizes. Three
//! envelopes lead to and from a session:
//!
//! * [`NgoVoiceOnly`]: a Netcode server without a game, which approves all clients and has no scenes;
//! * [`NgoProxy`]: takes voice out of the messages that clients send to their game's server;
//! * [`NgoClient`]: a native player.
//!
//! Nothing here has a socket or a clock; the channels are those of `utp`, Unity Transport.
//!
//! # In your own game server
//!
//! ```
//! use consonance_game_networks::ngo::{NameHash, NgoBatch, NgoBatchError, TypeList, VoiceDialect, VoiceName};
//!
//! let voice = VoiceDialect::new(&TypeList::stock()).expect("named messages are in it");
//! let mut bytes = Vec::new();
//! voice.write(VoiceName::ToServer, NameHash::FourBytes, b"a voice packet", &mut bytes);
//! for message in NgoBatch::parse(&bytes)?.messages() {
//!     let message = message?;
//!     assert_eq!(voice.name_of(&message), Some((VoiceName::ToServer, NameHash::FourBytes)));
//!     assert_eq!(VoiceDialect::packet(&message), Some(b"a voice packet".as_slice()));
//! }
//! # Ok::<(), NgoBatchError>(())
//! ```

mod approval;
mod batch;
mod client;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
#[doc(hidden)]
pub mod packed;
mod proxy;
mod types;
mod voice;
#[cfg(all(feature = "listener", feature = "utp"))]
mod voice_listener;
mod voice_only;

pub use approval::{
    ConnectionApproved, ConnectionRequest, SceneHandle, write_disconnect_reason, write_empty_synchronization,
};
pub use batch::{BATCH_HEADER_BYTES, NgoBatch, NgoBatchError, NgoBatchWriter, NgoMessage, NgoMessages};
pub use client::{ClientSettings, NgoClient};
pub use proxy::{NgoProxiedConnection, NgoProxy};
pub use types::{NgoMessageType, TYPES_MAX, TypeList};
pub use voice::{AROUND_VOICE_BYTES_MAX, NameHash, RELIABLE, UNRELIABLE, VoiceDialect, VoiceName};
#[cfg(all(feature = "listener", feature = "utp"))]
pub use voice_listener::LISTENER;
pub use voice_only::{NgoVoiceOnly, NgoVoiceOnlyConnection, VoiceOnlySettings};
