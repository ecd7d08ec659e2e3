//! Tracks of end-to-end encrypted frames: Ogg streams (RFC 3533) of a codec that only holders of the session's keys
//! can turn into Opus.
//!
//! The first page has `ConsSeal`, the version 1 in a byte and the sample rate, 48 000 in 32 bits; the second one has
//! comments as in Opus (RFC 7845 §5.2) after `ConsTags`. Numbers in these are little-endian, as in Ogg. Each further
//! packet has, big-endian:
//!
//! | bytes | |
//! |---|---|
//! | 1 | the announced duration of the frame, in steps of 2.5 ms |
//! | 4 | its start, in such steps from the beginning of the stream |
//! | the rest | the frame as received |
//!
//! Positions of pages are samples at 48 kHz. There are no packets for missing frames: each packet has its own
//! position.

mod reader;

use std::io::{self, Write};

use crate::gaps::GRID_SAMPLES;
use crate::ogg_opus::comments;
use crate::page_sink::PageSink;

pub use reader::{OpenedTrack, SealedTrackError, SealedTrackReader, StoredFrame};

/// Writes one speaker's frames as received, each with its position in time.
#[derive(Debug)]
pub struct SealedTrackWriter<W: Write> {
    pages: PageSink<W>,
    /// The end of the last frame, in samples at 48 kHz from the beginning.
    end: u64,
}

impl<W: Write> SealedTrackWriter<W> {
    /// Bytes of the longest frame.
    pub const FRAME_BYTES_MAX: usize = 16_384;
    /// The extension of such files' names.
    pub const EXTENSION: &'static str = "sealed";

    /// Begins a stream of this speaker; its headers are written at once. `serial` tells it from other streams; the name
    /// is cut at 1000 bytes.
    ///
    /// # Errors
    /// If the sink cannot be written.
    pub fn new(sink: W, serial: u32, player: &str) -> io::Result<Self> {
        let mut writer = Self::go_on(sink, serial, 0, 0);
        let mut head = MAGIC.to_vec();
        head.push(VERSION);
        head.extend(SAMPLE_RATE_HZ.to_le_bytes());
        writer.pages.begin(&head, &comments(*TAGS_MAGIC, &[(PLAYER_TAG, player)]))?;
        Ok(writer)
    }

    /// Continues a stream after `pages` pages that end at `end`.
    pub(crate) fn go_on(sink: W, serial: u32, pages: u32, end: u64) -> Self {
        Self { pages: PageSink::new(sink, serial, pages, end), end }
    }

    /// Adds a frame that lasts `samples`, at most 120 ms, and begins at this sample of the stream, both at 48 kHz,
    /// or, if that position is already taken, right after the last frame. Returns its actual position, which is a
    /// multiple of 2.5 ms.
    ///
    /// # Errors
    /// If the sink cannot be written; [`io::ErrorKind::InvalidInput`] for a frame longer than
    /// [`FRAME_BYTES_MAX`](Self::FRAME_BYTES_MAX).
    pub fn write(&mut self, at_sample: u64, samples: u32, frame: &[u8]) -> io::Result<u64> {
        if frame.len() > Self::FRAME_BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the frame is too long"));
        }
        let steps = u64::from(samples).div_ceil(GRID_SAMPLES).clamp(1, STEPS_MAX);
        let place = (at_sample / GRID_SAMPLES).max(self.end / GRID_SAMPLES).min(u32::MAX.into());
        let mut packet = vec![steps as u8];
        packet.extend((place as u32).to_be_bytes());
        packet.extend(frame);
        self.pages.push(self.end, &packet)?;
        self.end = (place + steps) * GRID_SAMPLES;
        Ok(place * GRID_SAMPLES)
    }

    /// The end of the last frame, in samples at 48 kHz.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// The number of bytes in whole pages, whether the sink has received them or not.
    pub fn bytes(&self) -> u64 {
        self.pages.bytes()
    }

    /// Passes everything else to the sink, in a page that may be short.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn flush(&mut self) -> io::Result<()> {
        self.pages.flush(self.end)
    }

    /// Ends the stream, and gives the sink back.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn finish(self) -> io::Result<W> {
        self.pages.end(self.end)
    }
}

const MAGIC: &[u8; 8] = b"ConsSeal";
const TAGS_MAGIC: &[u8; 8] = b"ConsTags";
const VERSION: u8 = 1;
const SAMPLE_RATE_HZ: u32 = 48_000;
const PLAYER_TAG: &str = "TITLE";
/// 120 ms, like the longest packet of Opus.
const STEPS_MAX: u64 = 48;
/// The header of a frame: its duration and its start.
const FRAME_HEAD_BYTES: usize = 1 + 4;
