//! Ogg Opus streams (RFC 7845) of packets that were encoded elsewhere, each at its position in time.

use std::io::{self, Write};

use consonance_wire::opus_packet::OpusPacket;

use crate::channels::Channels;
use crate::gaps::{GRID_SAMPLES, lost, silence};
use crate::page_sink::PageSink;

/// Writes one speaker's packets as a stream that any player lines up with others that began at the same time.
///
/// A player only counts the samples of packets, so gaps are filled: up to 120 ms with packets that tell the decoder
/// to conceal the loss, anything longer with silence.
///
/// Whole pages go to the sink, several in one piece: when there are 64 KB of them, by [`drain`](Self::drain), or by
/// [`flush`](Self::flush).
#[derive(Debug)]
pub struct OggPacketWriter<W: Write> {
    pages: PageSink<W>,
    /// The position of the next packet, in samples at 48 kHz from the beginning.
    end: u64,
    /// The first byte of the last packet, if it was received and not made up.
    last_toc: Option<u8>,
}

impl<W: Write> OggPacketWriter<W> {
    /// Begins a stream; its headers are written at once. `serial` tells it from other streams when they are chained;
    /// `channels` are what players play it on, whatever its packets hold; `tags` are comments such as `TITLE`, of which
    /// the values are cut at 1000 bytes.
    ///
    /// # Errors
    /// If the sink cannot be written.
    pub fn new(sink: W, serial: u32, channels: Channels, tags: &[(&str, &str)]) -> io::Result<Self> {
        let mut writer = Self::go_on(sink, serial, 0, 0);
        writer.pages.begin(&head(channels), &comments(*b"OpusTags", tags))?;
        Ok(writer)
    }

    /// Continues a stream after `pages` pages that end at `end`.
    pub(crate) fn go_on(sink: W, serial: u32, pages: u32, end: u64) -> Self {
        Self { pages: PageSink::new(sink, serial, pages, end), end, last_toc: None }
    }

    /// Adds a packet whose sound begins at this sample of the stream, at 48 kHz, or, if that position is already
    /// taken, right after the last packet. Returns its actual position, which is a multiple of 2.5 ms.
    ///
    /// # Errors
    /// If the sink cannot be written; the stream is then unusable.
    pub fn write(&mut self, at_sample: u64, packet: OpusPacket<'_>) -> io::Result<u64> {
        self.fill(at_sample)?;
        let begins = self.end;
        self.push(packet.bytes(), packet.samples().into())?;
        self.last_toc = packet.bytes().first().copied();
        Ok(begins)
    }

    /// Makes the stream at least so many samples long, at 48 kHz, rounded down to 2.5 ms.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn fill(&mut self, to_sample: u64) -> io::Result<()> {
        let end = to_sample - to_sample % GRID_SAMPLES;
        let missing = end.saturating_sub(self.end);
        if let Some(toc) = self.last_toc.filter(|_| missing <= CONCEALED_SAMPLES_MAX)
            && let Some((packet, samples)) = lost(toc, missing)
        {
            self.push(&packet, samples)?;
        }
        while self.end < end {
            let (packet, samples) = silence(end - self.end);
            self.push(&packet, samples)?;
            self.last_toc = None;
        }
        Ok(())
    }

    /// The length of the stream, in samples at 48 kHz; a packet at this position leaves no gap.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// The number of bytes in whole pages, whether the sink has received them or not.
    pub fn bytes(&self) -> u64 {
        self.pages.bytes()
    }

    /// Passes the full pages to the sink: about one for each second of sound.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn drain(&mut self) -> io::Result<()> {
        self.pages.drain()
    }

    /// Passes everything else to the sink, in a page that may be short.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn flush(&mut self) -> io::Result<()> {
        self.pages.flush(self.end)
    }

    /// Ends the stream exactly behind its last packet, and gives the sink back.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn finish(mut self) -> io::Result<W> {
        self.pages.seal_begun(self.end);
        let samples = self.end;
        self.finish_at(samples)
    }

    /// Ends the stream so that it plays exactly `samples` samples at 48 kHz: the rest of its packets is not played,
    /// except for packets that were flushed already, and missing sound is silence. Gives the sink back.
    ///
    /// Sound is delayed by the encoder relative to its packets, so a caller with the encoder writes packets up to
    /// [`PRE_SKIP_SAMPLES`] after the end.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn finish_at(mut self, samples: u64) -> io::Result<W> {
        // The last page's position says where sound ends; the page must have a packet (RFC 7845 §4.4).
        let end = (samples + PRE_SKIP_SAMPLES).max(self.pages.page_begins());
        while self.end < end || self.pages.is_empty() {
            let (packet, samples) = silence(960);
            self.push(&packet, samples)?;
        }
        self.pages.end(end)
    }

    fn push(&mut self, packet: &[u8], samples: u64) -> io::Result<()> {
        self.pages.push(self.end, packet)?;
        self.end += samples;
        Ok(())
    }
}

/// Samples that players skip at the beginning, and that page positions include: the delay of the usual encoders, 6.5 ms
/// at 48 kHz, so that sound has the position at which it was spoken.
pub const PRE_SKIP_SAMPLES: u64 = 312;

/// Decoders fade out concealed sound within about this time.
const CONCEALED_SAMPLES_MAX: u64 = 5_760;
const TAG_BYTES_MAX: usize = 1_000;

/// RFC 7845 §5.1.
fn head(channels: Channels) -> Vec<u8> {
    let mut head = b"OpusHead\x01".to_vec();
    head.push(channels.count() as u8);
    head.extend((PRE_SKIP_SAMPLES as u16).to_le_bytes());
    head.extend(48_000_u32.to_le_bytes());
    // No gain, and one stream of one or two channels.
    head.extend([0, 0, 0]);
    head
}

/// RFC 7845 §5.2, with these first bytes.
pub(crate) fn comments(magic: [u8; 8], tags: &[(&str, &str)]) -> Vec<u8> {
    let mut comments = magic.to_vec();
    let mut text = |text: &str| {
        comments.extend((text.len() as u32).to_le_bytes());
        comments.extend(text.as_bytes());
    };
    text("consonance");
    comments.extend((tags.len() as u32).to_le_bytes());
    for (name, value) in tags {
        let comment = format!("{name}={}", &value[..value.floor_char_boundary(TAG_BYTES_MAX)]);
        comments.extend((comment.len() as u32).to_le_bytes());
        comments.extend(comment.as_bytes());
    }
    comments
}
