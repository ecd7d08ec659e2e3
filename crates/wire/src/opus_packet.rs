//! Parses Opus packets without decoding them (RFC 6716, section 3), and assembles packets from frames.
//!
//! For recorders, relays and players of Opus: how long a packet is, where its frames are, and whether it is safe to
//! decode.
//!
//! ```
//! use consonance_wire::opus_packet::{OpusPacket, PacketFault};
//!
//! // Two frames of 20 ms, CELT in full band.
//! let packet = OpusPacket::parse(&[31 << 3 | 1, 0xFF, 0xFE])?;
//! assert_eq!(packet.samples(), 1920);
//! assert!(packet.frames().eq([&[0xFF][..], &[0xFE]]));
//! # Ok::<(), PacketFault>(())
//! ```
//!
//! [`OpusPacket::parse`] checks all rules of the RFC. [`samples`] and [`first_frame`] read no more than they need, for
//! code that runs on every packet. A [`Packer`] repacks packets of any duration into packets of one duration.

mod fault;
mod glance;
mod head;
mod packer;
mod packet;
mod padding;
mod writing;

pub use fault::PacketFault;
pub use glance::{first_frame, samples};
pub use head::frame_samples;
pub use packer::{Misfit, Packer};
pub use packet::{Frames, OpusPacket};
pub use padding::{padding, write_padded};
pub use writing::write;

/// Samples of the longest packet, 120 ms at 48 kHz.
pub const SAMPLES_MAX: u32 = 5760;
/// Bytes of the longest frame.
pub const FRAME_BYTES_MAX: usize = 1275;
