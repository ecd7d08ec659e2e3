//! Voice in the messages of games on [Mirror](https://mirror-networking.gitbook.io): for servers to which the clients
//! of such a game connect.
//!
//! ```text
//! what a transport carries at once   [time stamp f64] ( [length varint] [message] )*      Batch
//!  └ message                         [id u16] [body]                                      Message, Kind
//!     └ voice message's body         [bytes u16] [voice packet]                           Dialect::voice_packet
//! ```
//!
//! This format depends on Mirror's version ([`Version`]), and [`Dialect::detect`] finds out which one a client uses.
//! Three envelopes lead to and from a session:
//!
//! * [`MirrorVoiceOnly`]: a Mirror server without a game, which does what clients expect of their game server;
//! * [`MirrorProxy`]: takes voice out of the messages that clients send to their game's server;
//! * [`MirrorClient`]: a native player among the game's clients.
//!
//! This module has no sockets or clocks.
//!
//! # In your own game server
//!
//! A game server in Rust that speaks Mirror already finds voice in what its transport gives it, and puts voice
//! into what its transport takes:
//!
//! ```
//! use consonance_game_networks::mirror::{Dialect, MirrorBatch, MirrorBatchError, Version, VoiceType};
//!
//! type Connection = u32;
//! type Channel = u8;
//!
//! fn voice_packets(
//!     connection: Connection,
//!     channel: Channel,
//!     bytes: &[u8],
//! ) -> Result<Vec<(Connection, Channel, &[u8])>, MirrorBatchError> {
//!     let dialect = Dialect::new(Version::NEWEST, VoiceType::STOCK);
//!     let mut packets = Vec::new();
//!     for message in MirrorBatch::parse(dialect.framing(), bytes)?.messages(dialect) {
//!         // Whatever is not voice is the game's.
//!         packets.extend(dialect.voice_packet(&message?).map(|packet| (connection, channel, packet)));
//!     }
//!     Ok(packets)
//! }
//!
//! let dialect = Dialect::new(Version::NEWEST, VoiceType::STOCK);
//! let mut bytes = Vec::new();
//! dialect.begin_batch(12.5, &mut bytes);
//! dialect.write_voice(b"a voice packet", &mut bytes).expect("it is short enough");
//! assert_eq!(voice_packets(7, 1, &bytes)?, [(7, 1, b"a voice packet".as_slice())]);
//! # Ok::<(), MirrorBatchError>(())
//! ```

mod batch;
mod channels;
mod client;
mod clock;
mod credentials;
mod dialect;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod guesses;
mod kind;
mod message_id;
mod ping;
mod proxy;
#[doc(hidden)]
pub mod text;
#[doc(hidden)]
pub mod varint;
mod voice;
#[cfg(all(
    feature = "listener",
    feature = "enet",
    feature = "kcp",
    feature = "simple-web",
    feature = "telepathy",
))]
mod voice_listener;
mod voice_only;

pub use batch::{MirrorBatch, MirrorBatchError, MirrorMessage, MirrorMessages, looks_like_batch};
pub use channels::STOCK_CHANNELS;
pub use client::{ClientSettings, MirrorClient};
pub use credentials::{CREDENTIAL_BYTES_MAX, Credentials, CredentialsTooLong};
pub use dialect::{Dialect, Framing, VOICE_TYPE, Version, VoiceType};
pub use kind::MessageKind;
pub use message_id::{IdHash, MessageId};
pub use ping::{MirrorPing, PongForm, TimesBody};
pub use proxy::{MirrorProxiedConnection, MirrorProxy, ProxySettings};
pub use voice::VOICE_BYTES_MAX;
#[cfg(all(
    feature = "listener",
    feature = "enet",
    feature = "kcp",
    feature = "simple-web",
    feature = "telepathy",
))]
pub use voice_listener::{IGNORANCE_LISTENER, KCP_LISTENER, TELEPATHY_LISTENER, WEBSOCKET_LISTENER};
pub use voice_only::{MirrorVoiceOnly, MirrorVoiceOnlyConnection, VoiceOnlySettings};
