//! Voice of browsers over WebRTC: a page's voice arrives as Opus packets, and what it hears leaves in slots.
//!
//! A page makes one connection: an audio track out, a fixed number of audio tracks in, which are the *slots*, and a
//! data channel for messages. Speakers come and go in slots without renegotiation. Nothing is decoded here.
//!
//! * [`WebRtcPort`] is the sockets: one UDP port for all workers, and a TCP port for networks that let no UDP through.
//! * [`WebRtcShard`] is one worker's share: it answers offers, and is polled for [`RtcEvent`]s.
//! * [`WebRtcSettings`] and [`PeerLimits`] bound all of it.
//!
//! ```text
//!   browser ══ SRTP, DTLS, STUN ══▶ port ─▶ PortReader ─▶ mailbox of a worker ─▶ WebRtcShard ─▶ Connected, Message, Voice …
//!           ◀════════════════════════════════════════════════════════════════════ send_voice, send_message
//! ```
//!
//! The content of messages, the speakers in the slots and the session are the `browser` crate's; how an offer gets here
//! is the `web` crate's. ICE (as the lite end, RFC 8445, section 2.5), DTLS and SCTP are `str0m`'s, on cryptography by
//! `ring`. The capacity of a link is estimated from the receiver reports of the slots, and only after it was too small
//! ([`RtcQuality::voices_max`]). That adds no traffic: `str0m`'s own estimate would send padding to every listener, and
//! transport-wide sequence numbers would make every packet longer, and bring a report every 50 to 250 ms.

mod connection;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
mod page_peer;
mod port;
mod settings;
mod shard;

pub use connection::{OfferError, RtcQuality, RtcVoice, Sent, VOICE_BYTES_MAX};
pub use page_peer::PagePeer;
pub use port::WebRtcPort;
pub use settings::{PeerLimits, WebRtcSettings};
pub use shard::{RtcEvent, RtcStatistics, WebRtcShard};
