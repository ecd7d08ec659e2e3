//! Voice in two channels of a game's own connections, if both ends run this crate.
//!
//! A game whose network has channels gives voice two of them: a reliable ordered one, and an unreliable one. The
//! game's connection outlives its voice links, so the beginning and the end of a voice link are messages of this
//! protocol: a reliable message is a byte for its kind, and a body; an unreliable message is a voice packet and
//! nothing else.
//!
//! | reliable, from a client | body |
//! |---|---|
//! | `00` a packet | the packet |
//! | `01` a link is asked for | its number, big-endian `u32`; the session's name in UTF-8, at most [`SESSION_BYTES_MAX`] |
//! | `02` the link ends | nothing |
//! | `06` the link ends, because more came than could be kept | nothing |
//!
//! | reliable, from the server | body |
//! |---|---|
//! | `00` a packet | the packet |
//! | `03` the link is up | its number |
//! | `04` the link ends, or was refused | its number; words in UTF-8, at most [`REASON_BYTES_MAX`] |
//! | `05` there is no link | nothing |
//!
//! A client numbers its links, and ignores an answer for any but the current one. Malformed messages are counted and
//! dropped. Neither end has timeouts: the game reports when its connection is gone.
//!
//! [`ClientChannels`] and [`ServerChannels`] stand between a [hosted](super) handle and the game: the game passes
//! them the messages that arrived on the two channels, and polls them for messages to send there.
//!
//! ```
//! use std::time::Instant;
//! use consonance_link::hosted::{self, HostedSettings, channels};
//! use consonance_link::{ClientNetwork, Delivery, PacketLimits};
//!
//! // The sizes of the game's messages on these channels, in bytes.
//! let messages = PacketLimits { reliable_bytes: 4096, unreliable_bytes: 1100 };
//! let (mut transport, handle) = hosted::client(&HostedSettings::new(channels::packet_limits(messages)));
//! let mut voice = channels::ClientChannels::new(handle, "main");
//!
//! // The voice thread does this, …
//! transport.connect(Instant::now());
//! // … and the game that, once per frame, when it is connected to its server.
//! voice.handle_game_connected();
//! while let Some(transmit) = voice.poll_transmit() {
//!     assert_eq!((transmit.delivery, transmit.message), (Delivery::Reliable, &b"\x01\0\0\0\x01main"[..]));
//! }
//! voice.handle_message(Delivery::Reliable, b"\x03\0\0\0\x01");
//! ```

mod client;
mod client_message;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod server;
mod server_message;

use crate::{PacketLimits, REASON_BYTES_MAX};

pub use client::{ClientChannels, ClientTransmit};
pub use server::{ServerChannels, ServerTransmit};

/// The longest name of a session, in bytes of UTF-8; longer names are cut.
pub const SESSION_BYTES_MAX: usize = 255;

/// The longest message that ends a link, in bytes. A game whose channel is bounded should keep this much of it free for
/// messages that [are the last](ServerTransmit::is_last).
pub const LAST_MESSAGE_BYTES_MAX: usize = 1 + 4 + REASON_BYTES_MAX;

/// The packet limits of voice over the game's channels, whose message limits are `messages`.
pub fn packet_limits(messages: PacketLimits) -> PacketLimits {
    PacketLimits { reliable_bytes: messages.reliable_bytes.saturating_sub(1), ..messages }
}

/// The number of a link, assigned by its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LinkNumber(u32);

impl LinkNumber {
    fn split(message: &[u8]) -> Option<(Self, &[u8])> {
        let (number, rest) = message.split_first_chunk()?;
        Some((Self(u32::from_be_bytes(*number)), rest))
    }
}

/// The first byte of each reliable message, in both directions.
mod kind {
    pub(super) const PACKET: u8 = 0;
    pub(super) const ASKED: u8 = 1;
    pub(super) const LEFT: u8 = 2;
    pub(super) const UP: u8 = 3;
    pub(super) const ENDED: u8 = 4;
    pub(super) const NO_LINK: u8 = 5;
    pub(super) const OVERFLOWED: u8 = 6;
}

#[cfg(test)]
mod tests;
