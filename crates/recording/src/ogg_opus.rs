//! Ogg Opus streams (RFC 7845) of packets that were encoded elsewhere, each at its place in time.

use std::io::{self, Write};

use consonance_opus_packet::OpusPacket;

use crate::channels::Channels;
use crate::gaps::{GRID_SAMPLES, lost, silence};
use crate::ogg_page::{PageBuilder, PageKind};

/// Writes one speaker's packets as a stream that any player lines up with others that began at the same time.
///
/// A player counts the samples of packets and looks at nothing else, so what is missing is filled: up to 120 ms with
/// packets that tell the decoder to conceal what was lost, anything longer with silence.
///
/// Whole pages go to the sink, several in one piece: when there are 64 KB of them, by [`drain`](Self::drain), or by
/// [`flush`](Self::flush).
#[derive(Debug)]
pub struct OggPacketWriter<W: Write> {
    sink: W,
    page: PageBuilder,
    /// Pages that are not in the sink yet.
    sealed: Vec<u8>,
    /// Where the next packet would lie, in samples at 48 kHz from the beginning.
    end: u64,
    /// Where the page that is being filled begins.
    page_begins: u64,
    /// The first byte of the last packet, if it was received and not made up.
    last_toc: Option<u8>,
    /// What the sink has got.
    bytes: u64,
}

impl<W: Write> OggPacketWriter<W> {
    /// Begins a stream; its headers are written at once. `serial` tells it from other streams when they are chained;
    /// `channels` are what players play it on, whatever its packets hold; `tags` are comments such as `TITLE`, of which
    /// the values are cut at 1000 bytes.
    ///
    /// # Errors
    /// If the sink does not take them.
    pub fn new(sink: W, serial: u32, channels: Channels, tags: &[(&str, &str)]) -> io::Result<Self> {
        let mut writer = Self::go_on(sink, serial, 0, 0);
        writer.page.push(&head(channels));
        writer.page.seal(PageKind::First, 0, &mut writer.sealed);
        writer.page.push(&comments(tags));
        writer.page.seal(PageKind::Middle, 0, &mut writer.sealed);
        writer.drain()?;
        Ok(writer)
    }

    /// Writes behind so many pages that end at `end`.
    pub(crate) fn go_on(sink: W, serial: u32, pages: u32, end: u64) -> Self {
        let page = PageBuilder::new(serial, pages);
        Self { sink, page, sealed: Vec::new(), end, page_begins: end, last_toc: None, bytes: 0 }
    }

    /// Adds a packet whose sound begins at this sample of the stream, at 48 kHz, or, if that place is taken already,
    /// right behind what was written; where it came to lie, which is a multiple of 2.5 ms.
    ///
    /// # Errors
    /// If the sink takes no more; the stream is then of no more use.
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

    /// How long the stream is, in samples at 48 kHz; a packet for this place leaves no gap.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// How many bytes there are in whole pages, whether the sink has got them or not.
    pub fn bytes(&self) -> u64 {
        self.bytes + self.sealed.len() as u64
    }

    /// Gives the sink the pages that are full: about one for each second of sound.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn drain(&mut self) -> io::Result<()> {
        self.sink.write_all(&self.sealed)?;
        self.bytes += self.sealed.len() as u64;
        self.sealed.clear();
        Ok(())
    }

    /// Gives the sink everything that it has not got yet, in a page that may be short.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn flush(&mut self) -> io::Result<()> {
        self.seal(PageKind::Middle, self.end);
        self.drain()
    }

    /// Ends the stream exactly behind its last packet, and gives the sink back.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn finish(mut self) -> io::Result<W> {
        self.seal(PageKind::Middle, self.end);
        let samples = self.end;
        self.finish_at(samples)
    }

    /// Ends the stream so that it plays so many samples at 48 kHz, to the sample: what its packets hold beyond is not
    /// played, but for what was flushed already, and what they lack is silence. Gives the sink back.
    ///
    /// The encoder's delay lies between packets and sound, so a caller with the encoder writes packets up to
    /// [`PRE_SKIP_SAMPLES`] behind the end.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn finish_at(mut self, samples: u64) -> io::Result<W> {
        // The last page's position says where sound ends, and has a packet (RFC 7845 §4.4).
        let end = (samples + PRE_SKIP_SAMPLES).max(self.page_begins);
        while self.end < end || self.page.is_empty() {
            let (packet, samples) = silence(960);
            self.push(&packet, samples)?;
        }
        self.seal(PageKind::Last, end);
        self.drain()?;
        Ok(self.sink)
    }

    fn push(&mut self, packet: &[u8], samples: u64) -> io::Result<()> {
        let is_due = self.end - self.page_begins >= PAGE_SAMPLES;
        if is_due || !self.page.has_room(packet.len()) {
            self.seal(PageKind::Middle, self.end);
        }
        self.page.push(packet);
        self.end += samples;
        if self.sealed.len() < WRITE_BYTES { Ok(()) } else { self.drain() }
    }

    fn seal(&mut self, kind: PageKind, granule: u64) {
        if !self.page.is_empty() {
            self.page.seal(kind, granule, &mut self.sealed);
            self.page_begins = self.end;
        }
    }
}

/// What players skip at the beginning, and positions of pages include: the delay of the usual encoders, 6.5 ms at 48
/// kHz, so that sound lies where it was spoken.
pub const PRE_SKIP_SAMPLES: u64 = 312;

/// Decoders fade out what they conceal within about this time.
const CONCEALED_SAMPLES_MAX: u64 = 5_760;
/// RFC 7845 §6 asks for no more than a second in a page.
const PAGE_SAMPLES: u64 = 48_000 - 5_760;
/// A long silence goes to the sink in pieces of this size.
const WRITE_BYTES: usize = 65_536;
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

/// RFC 7845 §5.2.
fn comments(tags: &[(&str, &str)]) -> Vec<u8> {
    let mut comments = b"OpusTags".to_vec();
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
