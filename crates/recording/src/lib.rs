//! Recording files: Ogg Opus streams (RFC 7845), streams of end-to-end encrypted frames, the repair of both after a
//! crash, and file names that every file system accepts.
//!
//! `consonance-audio` records audio that it encodes itself, and the server audio that players encoded: both write with
//! [`OggPacketWriter`], which places packets in time and never decodes them.
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
//! A recorder without the keys of a session stores its encrypted frames with [`SealedTrackWriter`];
//! [`SealedTrackReader`] returns them, to be decrypted and written as Ogg Opus.
//!
//! Only [`repair_ogg_opus`] and [`repair_sealed_track`] touch files; everything else takes a sink or a source.
//!
//! # Features
//!
//! * `fuzzing`: the body of a fuzz target.
//!
//! Needs Rust 1.95 or later.
#![forbid(unsafe_code)]

mod channels;
mod file_name;
#[cfg(feature = "fuzzing")]
pub mod fuzz;
mod gaps;
mod ogg_opus;
mod ogg_page;
mod page_sink;
mod page_source;
mod repair;
mod sealed_track;

pub use channels::Channels;
pub use consonance_wire::opus_packet::{OpusPacket, PacketFault};
pub use file_name::file_name_part;
pub use ogg_opus::{OggPacketWriter, PRE_SKIP_SAMPLES};
pub use repair::{repair_ogg_opus, repair_sealed_track};
pub use sealed_track::{OpenedTrack, SealedTrackError, SealedTrackReader, SealedTrackWriter, StoredFrame};
