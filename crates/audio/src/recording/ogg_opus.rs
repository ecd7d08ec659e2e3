//! Ogg Opus files (RFC 7845), written as the sound comes.

use std::io::Write;

use opus_pure::{Application, OpusEncoder, OpusHead, OpusTags, RateControl};

use super::error::OggOpusError;
use super::settings::Channels;
use crate::block::{SAMPLE_RATE_HZ, full_scale};
use crate::codec::CodecError;
use crate::limits::MAX_OPUS_PACKET_BYTES;

/// Samples in a packet, per channel: 20 ms, the usual size.
const FRAME_SAMPLES: usize = 960;

/// RFC 7845 §6 asks for no more than a second in a page. That much is lost at most if the program ends unexpectedly.
const PAGE_SAMPLES: i64 = 48_000;

/// How full a page gets in less than that.
const PAGE_BYTES: usize = 4_096;

/// Half of what the encoder can do: a sixth of the time for what is hard to tell from the best at these bit rates.
const COMPLEXITY: i32 = 5;

/// A packet this short holds no sound: discontinuous transmission (RFC 6716 §2.1.9).
const MAX_SILENT_PACKET_BYTES: usize = 2;

/// The longest title that is kept, in bytes.
const TITLE_BYTES: usize = 1_000;

/// How to encode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OggOpusSettings {
    /// How many channels the samples have.
    pub channels: Channels,
    /// Mean bit rate in bit/s, all channels together, brought into 6000 to 510 000.
    pub bitrate_bps: u32,
}

impl OggOpusSettings {
    /// 48 kbit/s for each channel: few hear a difference to the original.
    pub const fn new(channels: Channels) -> Self {
        Self { channels, bitrate_bps: 48_000 * channels.count() as u32 }
    }
}

/// Encodes sound at 48 kHz into an Ogg Opus stream that plays back exactly as long as what was written.
///
/// Each page goes to the sink at once and in one piece, about once per second, so the sink needs no buffer.
#[derive(Debug)]
pub struct OggOpusWriter<W: Write> {
    encoder: OpusEncoder,
    stream: opus_pure::OggOpusWriter<W>,
    channels: usize,
    /// Interleaved samples that are no whole frame yet.
    frame: Vec<f32>,
    packet: Vec<u8>,
    packet_bytes: usize,
    /// Samples per channel that were written, silence included.
    written: u64,
    /// Where the page that is being filled begins, in samples of the stream.
    page_begins: i64,
    pre_skip: u64,
}

impl<W: Write> OggOpusWriter<W> {
    /// Begins a stream with this title: its headers are written at once.
    ///
    /// # Errors
    /// [`OggOpusError`] if the sink does not take them.
    pub fn new(sink: W, settings: OggOpusSettings, title: &str) -> Result<Self, OggOpusError> {
        let channels = settings.channels.count();
        let mut encoder =
            OpusEncoder::new(SAMPLE_RATE_HZ as i32, channels, Application::Audio).map_err(failed)?;
        encoder.bitrate_bps = settings.bitrate_bps.clamp(6_000, 510_000) as i32;
        encoder.rate_control = RateControl::Vbr;
        encoder.complexity = COMPLEXITY;
        encoder.use_dtx = true;
        let head = OpusHead::for_encoder(&encoder, SAMPLE_RATE_HZ);
        let pre_skip = u64::from(head.pre_skip);
        let mut tags = OpusTags::new();
        tags.push("TITLE", &title[..title.floor_char_boundary(TITLE_BYTES)]).map_err(failed)?;
        let stream = opus_pure::OggOpusWriter::with_tags(sink, head, tags).map_err(failed)?;
        Ok(Self {
            encoder,
            stream,
            channels,
            frame: Vec::with_capacity(FRAME_SAMPLES * channels),
            packet: vec![0; MAX_OPUS_PACKET_BYTES],
            packet_bytes: 0,
            written: 0,
            page_begins: 0,
            pre_skip,
        })
    }

    /// Adds samples, interleaved; as many for each channel. Samples that are not finite count as silence, those beyond ±1 as
    /// ±1.
    ///
    /// # Errors
    /// [`OggOpusError`] if the sink takes no more; the stream is then of no more use.
    pub fn write(&mut self, mut interleaved: &[f32]) -> Result<(), OggOpusError> {
        debug_assert!(interleaved.len().is_multiple_of(self.channels), "each channel has as many samples");
        self.written += (interleaved.len() / self.channels) as u64;
        while !interleaved.is_empty() {
            let (now, later) = interleaved.split_at(interleaved.len().min(self.room()));
            self.frame.extend(now.iter().copied().map(full_scale));
            interleaved = later;
            self.encode_if_full()?;
        }
        Ok(())
    }

    /// Adds so many samples of silence to each channel. Long silence costs neither time nor space worth speaking of.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn silence(&mut self, samples: u64) -> Result<(), OggOpusError> {
        self.written += samples;
        let mut rest = samples;
        while rest > 0 {
            if self.frame.is_empty() && self.is_silent() && rest >= FRAME_SAMPLES as u64 {
                // What the encoder would do, too, which has fallen silent: the same empty packet again.
                self.push_packet(FRAME_SAMPLES as u64)?;
                rest -= FRAME_SAMPLES as u64;
                continue;
            }
            let now = rest.min((self.room() / self.channels) as u64);
            self.frame.resize(self.frame.len() + now as usize * self.channels, 0.0);
            rest -= now;
            self.encode_if_full()?;
        }
        Ok(())
    }

    /// Ends the stream exactly behind the last sample, and gives the sink back.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn finish(mut self) -> Result<W, OggOpusError> {
        // What was written lags behind by the encoder's own delay, which a player skips at the beginning.
        let end = self.written + self.pre_skip;
        while let rest = end - self.stream.granule() as u64
            && rest > 0
        {
            self.frame.resize(FRAME_SAMPLES * self.channels, 0.0);
            self.encode(rest.min(FRAME_SAMPLES as u64))?;
        }
        self.stream.finish().map_err(failed)
    }

    /// Interleaved samples that are missing for a frame.
    fn room(&self) -> usize {
        FRAME_SAMPLES * self.channels - self.frame.len()
    }

    fn is_silent(&self) -> bool {
        (1..=MAX_SILENT_PACKET_BYTES).contains(&self.packet_bytes)
    }

    fn encode_if_full(&mut self) -> Result<(), OggOpusError> {
        if self.room() > 0 { Ok(()) } else { self.encode(FRAME_SAMPLES as u64) }
    }

    /// Encodes the frame, of which so many samples count.
    fn encode(&mut self, samples: u64) -> Result<(), OggOpusError> {
        self.packet_bytes =
            self.encoder.encode(&self.frame, FRAME_SAMPLES, &mut self.packet).map_err(failed)?;
        self.frame.clear();
        self.push_packet(samples)
    }

    fn push_packet(&mut self, samples: u64) -> Result<(), OggOpusError> {
        let position = self.stream.granule();
        let is_due = position - self.page_begins >= PAGE_SAMPLES;
        self.stream.set_page_target(if is_due { 1 } else { PAGE_BYTES });
        if is_due {
            self.page_begins = position;
        }
        let packet = &self.packet[..self.packet_bytes];
        self.stream.write_packet_with_duration(packet, samples as u32).map_err(failed)
    }
}

fn failed(error: opus_pure::Error) -> OggOpusError {
    match error {
        opus_pure::Error::Io(source) => OggOpusError::Write(source),
        other => OggOpusError::Codec(CodecError::Opus { what: other.to_string() }),
    }
}
