//! Voice on disk: Ogg Opus files of what was relayed, without decoding or encoding anything.
//!
//! ```
//! use consonance_server::recording::{OggOpusWriter, OpusPacket};
//!
//! let mut writer = OggOpusWriter::new(Vec::new(), 1, &[("TITLE", "Alice")])?;
//! // 20 ms as an Opus encoder made them, heard a second after the beginning.
//! let packet = OpusPacket::parse(&[0xF8, 0xFF, 0xFE]).unwrap();
//! writer.write(48_000, packet)?;
//! let file = writer.finish()?;
//! assert!(file.starts_with(b"OggS"));
//! # Ok::<(), std::io::Error>(())
//! ```

mod ogg_opus;
mod ogg_page;
mod opus_packet;
mod repair;

pub use ogg_opus::OggOpusWriter;
pub use opus_packet::{OpusPacket, PacketFault};
pub use repair::repair_ogg_opus;
