//! Tracks of frames that are encrypted from end to end: Ogg streams (RFC 3533) of a codec that only holders of the
//! session's keys can make Opus of.
//!
//! The first page has `ConsSeal`, the version 1 in a byte and the sample rate, 48 000 in 32 bits; the second one
//! comments as those of Opus (RFC 7845 §5.2) behind `ConsTags`. Numbers in these are little-endian, as Ogg's are. Each
//! further packet has, big-endian:
//!
//! | bytes | |
//! |---|---|
//! | 1 | how long the frame is said to last, in steps of 2.5 ms |
//! | 4 | where it begins, in such steps from the beginning of the stream |
//! | the rest | the frame as it came |
//!
//! Positions of pages are samples at 48 kHz. There are no packets for what is missing: each one says where it lies.

mod reader;

use std::io::{self, Write};

use crate::gaps::GRID_SAMPLES;
use crate::ogg_opus::comments;
use crate::page_sink::PageSink;

pub use reader::{OpenedTrack, SealedTrackError, SealedTrackReader, StoredFrame};

/// Writes one speaker's frames as they came, each with its place in time.
#[derive(Debug)]
pub struct SealedTrackWriter<W: Write> {
    pages: PageSink<W>,
    /// Where the last frame ends, in samples at 48 kHz from the beginning.
    end: u64,
}

impl<W: Write> SealedTrackWriter<W> {
    /// Bytes of the longest frame.
    pub const FRAME_BYTES_MAX: usize = 16_384;
    /// What the names of such files end with.
    pub const EXTENSION: &'static str = "sealed";

    /// Begins a stream of this speaker; its headers are written at once. `serial` tells it from other streams; of the
    /// name 1000 bytes are kept.
    ///
    /// # Errors
    /// If the sink does not take them.
    pub fn new(sink: W, serial: u32, player: &str) -> io::Result<Self> {
        let mut writer = Self::go_on(sink, serial, 0, 0);
        let mut head = MAGIC.to_vec();
        head.push(VERSION);
        head.extend(SAMPLE_RATE_HZ.to_le_bytes());
        writer.pages.begin(&head, &comments(*TAGS_MAGIC, &[(PLAYER_TAG, player)]))?;
        Ok(writer)
    }

    /// Writes behind so many pages that end at `end`.
    pub(crate) fn go_on(sink: W, serial: u32, pages: u32, end: u64) -> Self {
        Self { pages: PageSink::new(sink, serial, pages, end), end }
    }

    /// Adds a frame that lasts `samples`, at most 120 ms, and begins at this sample of the stream, both at 48 kHz, or,
    /// if that place is taken already, right behind what was written; where it came to lie, which is a multiple of
    /// 2.5 ms.
    ///
    /// # Errors
    /// If the sink takes no more; [`io::ErrorKind::InvalidInput`] for a frame longer than
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

    /// Where the last frame ends, in samples at 48 kHz.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// How many bytes there are in whole pages, whether the sink has got them or not.
    pub fn bytes(&self) -> u64 {
        self.pages.bytes()
    }

    /// Gives the sink everything that it has not got yet, in a page that may be short.
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
/// 120 ms, as the longest packet of Opus.
const STEPS_MAX: u64 = 48;
/// Before a frame: how long it is, and where it begins.
const FRAME_HEAD_BYTES: usize = 1 + 4;
