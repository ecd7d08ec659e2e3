//! A reader of sealed tracks, which accepts any bytes as input.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::ops::Range;

use consonance_wire::opus_packet::OpusPacket;

use super::{FRAME_HEAD_BYTES, MAGIC, PLAYER_TAG, SAMPLE_RATE_HZ, STEPS_MAX, TAGS_MAGIC, VERSION};
use crate::channels::Channels;
use crate::gaps::GRID_SAMPLES;
use crate::ogg_opus::OggPacketWriter;
use crate::ogg_page;
use crate::page_source::PageSource;

/// Reads the output of a [`SealedTrackWriter`](super::SealedTrackWriter) page by page: a file of any length takes 64 KB
/// of memory.
#[derive(Debug)]
pub struct SealedTrackReader<R> {
    pages: PageSource<R>,
    /// Packets of the current page.
    packets: VecDeque<Range<usize>>,
    player: String,
    /// The end of the last frame, in steps of 2.5 ms.
    end: u64,
    is_whole: bool,
}

/// A frame of a sealed track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredFrame<'a> {
    /// Its start, in samples at 48 kHz.
    pub at_sample: u64,
    /// The duration that its speaker announced, in samples at 48 kHz: 120 to 5760.
    pub samples: u32,
    /// The frame as received.
    pub frame: &'a [u8],
}

/// The result of opening a sealed track.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenedTrack {
    /// Frames that were opened and written.
    pub frames: u64,
    /// Frames that were opened and are not Opus.
    pub not_opus: u64,
    /// The length of the sound, in samples at 48 kHz, from the beginning of the recording.
    pub samples: u64,
}

/// An error in reading a sealed track.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealedTrackError {
    /// The source could not be read.
    #[error("cannot read the track")]
    Read(#[source] io::Error),
    /// The sink could not be written.
    #[error("cannot write what was opened")]
    Write(#[source] io::Error),
    /// It does not start like a sealed track.
    #[error("not a sealed track of version {VERSION}: {what}")]
    Malformed {
        /// The problem.
        what: &'static str,
    },
}

impl SealedTrackError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(_) => "read",
            Self::Write(_) => "write",
            Self::Malformed { .. } => "malformed",
        }
    }
}

impl<R: Read> SealedTrackReader<R> {
    /// Reads the headers.
    ///
    /// # Errors
    /// If the source cannot be read, or is not such a track.
    pub fn open(source: R) -> Result<Self, SealedTrackError> {
        let mut pages = PageSource::new(source);
        let head = header(&mut pages)?;
        let rest = head.strip_prefix(MAGIC).ok_or(malformed("it does not begin as one"))?;
        if rest.first() != Some(&VERSION) || rest.get(1..5) != Some(&SAMPLE_RATE_HZ.to_le_bytes()[..]) {
            return Err(malformed("its version or its sample rate is another one"));
        }
        let tags = header(&mut pages)?;
        let player = player(&tags).ok_or(malformed("it does not name its speaker"))?;
        Ok(Self { pages, packets: VecDeque::new(), player, end: 0, is_whole: false })
    }

    /// The speaker's name, cut at 1000 bytes.
    pub fn player(&self) -> &str {
        &self.player
    }

    /// The next frame, in the order of their positions; `None` at the end.
    ///
    /// # Errors
    /// If the source cannot be read.
    pub fn next_frame(&mut self) -> Result<Option<StoredFrame<'_>>, SealedTrackError> {
        loop {
            let Some(range) = self.packets.pop_front() else {
                if self.is_whole || !self.turn_page()? {
                    return Ok(None);
                }
                continue;
            };
            let Some((steps, place)) = frame_head(&self.pages.page()[range.clone()]) else { continue };
            // A writer never places a frame before the end of the previous one.
            if place < self.end {
                continue;
            }
            self.end = place + steps;
            return Ok(Some(StoredFrame {
                at_sample: place * GRID_SAMPLES,
                samples: (steps * GRID_SAMPLES) as u32,
                frame: &self.pages.page()[range][FRAME_HEAD_BYTES..],
            }));
        }
    }

    /// Writes the rest of the track as Ogg Opus, every sound at its position. `open` gets the speaker's name and a
    /// frame, appends the Opus packet that was sealed in it, and returns whether there was one; frames that were not
    /// opened are left out, as if they had not arrived.
    ///
    /// # Errors
    /// If the source cannot be read, or the sink cannot be written.
    pub fn write_opus<W: Write>(
        &mut self,
        sink: W,
        mut open: impl FnMut(&str, &[u8], &mut Vec<u8>) -> bool,
    ) -> Result<OpenedTrack, SealedTrackError> {
        let player = self.player.clone();
        let failed = SealedTrackError::Write;
        let mut writer =
            OggPacketWriter::new(sink, 1, Channels::Mono, &[("TITLE", &player)]).map_err(failed)?;
        let (mut opened, mut packet) = (OpenedTrack::default(), Vec::new());
        while let Some(StoredFrame { at_sample, frame, .. }) = self.next_frame()? {
            packet.clear();
            if !open(&player, frame, &mut packet) {
                continue;
            }
            match OpusPacket::parse(&packet) {
                Ok(packet) => {
                    writer.write(at_sample, packet).map_err(failed)?;
                    opened.frames += 1;
                }
                Err(_) => opened.not_opus += 1,
            }
        }
        opened.samples = writer.end();
        writer.finish().map_err(failed)?;
        Ok(opened)
    }

    /// The end of the last frame that was read, in samples at 48 kHz.
    pub fn end(&self) -> u64 {
        self.end * GRID_SAMPLES
    }

    /// Whether the end of the track was read: a recording that is still running, or was cut off, has none.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Returns false if no whole page follows.
    fn turn_page(&mut self) -> Result<bool, SealedTrackError> {
        let Some(page) = self.pages.next_page().map_err(SealedTrackError::Read)? else { return Ok(false) };
        self.packets = ogg_page::packets(self.pages.page()).unwrap_or_default().into();
        self.is_whole = page.is_last;
        Ok(true)
    }
}

fn malformed(what: &'static str) -> SealedTrackError {
    SealedTrackError::Malformed { what }
}

/// The packet of the next page, which must have one.
fn header<R: Read>(pages: &mut PageSource<R>) -> Result<Vec<u8>, SealedTrackError> {
    pages.next_page().map_err(SealedTrackError::Read)?.ok_or(malformed("its headers are missing"))?;
    match ogg_page::packets(pages.page()).as_deref() {
        Some([packet]) => Ok(pages.page()[packet.clone()].to_vec()),
        _ => Err(malformed("its headers do not have a page each")),
    }
}

/// The duration and the start of a frame, in steps of 2.5 ms.
fn frame_head(packet: &[u8]) -> Option<(u64, u64)> {
    let (&[steps, place @ ..], _) = packet.split_first_chunk::<FRAME_HEAD_BYTES>()?;
    let steps = u64::from(steps);
    (1..=STEPS_MAX).contains(&steps).then_some((steps, u32::from_be_bytes(place).into()))
}

/// The speaker's name among comments (RFC 7845 §5.2).
fn player(tags: &[u8]) -> Option<String> {
    let mut rest = tags.strip_prefix(TAGS_MAGIC)?;
    let _vendor = text(&mut rest)?;
    let count = number(&mut rest)?;
    for _ in 0..count {
        let comment = text(&mut rest)?;
        if let Some(name) = comment.strip_prefix(PLAYER_TAG).and_then(|name| name.strip_prefix('=')) {
            return Some(name.to_owned());
        }
    }
    None
}

fn number(rest: &mut &[u8]) -> Option<u32> {
    let (bytes, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(u32::from_le_bytes(*bytes))
}

fn text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let length = usize::try_from(number(rest)?).ok()?;
    let (text, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    str::from_utf8(text).ok()
}
