//! Recordings: what sessions relay, per speaker as Ogg Opus files that fit together, without decoding or encoding anything.
//!
//! A [`Recorder`] has a thread and a folder. Each thread that relays has a [`RecordingFeed`]: a ring that takes bytes without
//! waiting, or drops and counts them.
//!
//! ```text
//!   session loop ── feed (ring) ──▶ recorder ──▶ folder/session/2033-05-18T03-33-20Z/
//!   session loop ── feed (ring) ──▶    │            ├─ Alice-1.opus, Bob-2.opus, …
//!                                   limits          └─ index.json
//! ```
//!
//! [`OggOpusWriter`] is of use on its own, too:
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

mod feed;
mod file_name;
mod index;
mod live;
mod message;
mod ogg_opus;
mod ogg_page;
mod opus_packet;
mod recorder;
mod repair;
mod session;
mod settings;
mod shelf;
mod track;
mod writing;

pub use feed::RecordingFeed;
pub use index::{EndReason, IndexError, RecordingIndex, Span, TrackIndex};
pub use ogg_opus::OggOpusWriter;
pub use opus_packet::{OpusPacket, PacketFault};
pub use recorder::{Recorder, RecorderError, RecorderStatistics, RecorderStatus, RecordingStatus};
pub use repair::repair_ogg_opus;
pub use session::RecordingRefusal;
pub(crate) use session::SessionRecording;
pub use settings::RecordingSettings;
pub use shelf::recordings_in;
