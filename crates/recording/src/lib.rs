//! Files that voices are recorded in: Ogg Opus streams (RFC 7845), their repair after a crash, and names
//! that every file system takes.
//!
//! `consonance-audio` records what it encodes itself, and the server what players encoded: both write with
//! [`OggPacketWriter`], which puts packets in their places in time and knows nothing of sound.
//!
//! ```
//! use consonance_recording::{Channels, OggPacketWriter, OpusPacket};
//!
//! let mut writer = OggPacketWriter::new(Vec::new(), 1, Channels::Mono, &[("TITLE", "Alice")])?;
//! // 20 ms as an Opus encoder made them, heard a second after the beginning.
//! let packet = OpusPacket::parse(&[0xF8, 0xFF, 0xFE]).unwrap();
//! writer.write(48_000, packet)?;
//! let file = writer.finish()?;
//! assert!(file.starts_with(b"OggS"));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Only [`repair_ogg_opus`] touches files; everything else takes a sink.
//!
//! Needs Rust 1.95 or later.
#![forbid(unsafe_code)]

mod channels;
mod file_name;
mod gaps;
mod ogg_opus;
mod ogg_page;
mod repair;

pub use channels::Channels;
pub use consonance_opus_packet::{OpusPacket, PacketFault};
pub use file_name::file_name_part;
pub use ogg_opus::{OggPacketWriter, PRE_SKIP_SAMPLES};
pub use repair::repair_ogg_opus;
