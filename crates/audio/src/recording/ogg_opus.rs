//! Ogg Opus files (RFC 7845), written as the sound comes.

use std::io::Write;

use consonance_recording::{Channels, OpusPacket, PRE_SKIP_SAMPLES};
use opus_pure::{Application, OpusEncoder, RateControl};

use super::error::OggOpusError;
use crate::block::{SAMPLE_RATE_HZ, full_scale};
use crate::codec::CodecError;
use crate::limits::OPUS_PACKET_BYTES_MAX;

/// Samples in a packet, per channel: 20 ms, the usual size.
const FRAME_SAMPLES: usize = 960;

/// Half of what the encoder can do: a sixth of the time for what is hard to tell from the best at these bit rates.
const COMPLEXITY: i32 = 5;

/// A packet this short holds no sound: discontinuous transmission (RFC 6716 §2.1.9).
const SILENT_PACKET_BYTES_MAX: usize = 2;

/// A stream of its own in a file of its own has nothing to be told from.
const SERIAL: u32 = 1;

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
    stream: consonance_recording::OggPacketWriter<W>,
    channels: usize,
    /// Interleaved samples that are not a whole frame yet.
    frame: Vec<f32>,
    packet: Vec<u8>,
    packet_bytes: usize,
    /// Samples per channel that were written, silence included.
    written: u64,
}

impl<W: Write> OggOpusWriter<W> {
    /// Begins a stream with this title: its headers are written at once.
    ///
    /// # Errors
    /// [`OggOpusError`] if the sink does not take them.
    pub fn new(sink: W, settings: OggOpusSettings, title: &str) -> Result<Self, OggOpusError> {
        let channels = settings.channels.count();
        let mut encoder = OpusEncoder::new(SAMPLE_RATE_HZ as i32, channels, Application::Audio)
            .map_err(|error| failed(&error))?;
        encoder.bitrate_bps = settings.bitrate_bps.clamp(6_000, 510_000) as i32;
        encoder.rate_control = RateControl::Vbr;
        encoder.complexity = COMPLEXITY;
        encoder.use_dtx = true;
        debug_assert_eq!(encoder.lookahead() as u64, PRE_SKIP_SAMPLES, "sound lies where it was spoken");
        let tags = [("TITLE", title)];
        let stream = consonance_recording::OggPacketWriter::new(sink, SERIAL, settings.channels, &tags)?;
        Ok(Self {
            encoder,
            stream,
            channels,
            frame: Vec::with_capacity(FRAME_SAMPLES * channels),
            packet: vec![0; OPUS_PACKET_BYTES_MAX],
            packet_bytes: 0,
            written: 0,
        })
    }

    /// Adds samples, interleaved; as many for each channel. Samples that are not finite count as
    /// silence, those beyond ±1 as ±1.
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
                // An encoder that has fallen silent would produce the same empty packet again.
                self.push_packet()?;
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
        // The encoded sound lags behind by the encoder's delay, which a player skips at the beginning.
        while self.stream.end() < self.written + PRE_SKIP_SAMPLES {
            self.frame.resize(FRAME_SAMPLES * self.channels, 0.0);
            self.encode()?;
        }
        Ok(self.stream.finish_at(self.written)?)
    }

    /// Interleaved samples that are missing for a frame.
    fn room(&self) -> usize {
        FRAME_SAMPLES * self.channels - self.frame.len()
    }

    fn is_silent(&self) -> bool {
        (1..=SILENT_PACKET_BYTES_MAX).contains(&self.packet_bytes)
    }

    fn encode_if_full(&mut self) -> Result<(), OggOpusError> {
        if self.room() > 0 { Ok(()) } else { self.encode() }
    }

    fn encode(&mut self) -> Result<(), OggOpusError> {
        let encoded = self.encoder.encode(&self.frame, FRAME_SAMPLES, &mut self.packet);
        self.packet_bytes = encoded.map_err(|error| failed(&error))?;
        self.frame.clear();
        self.push_packet()
    }

    fn push_packet(&mut self) -> Result<(), OggOpusError> {
        let packet = OpusPacket::parse(&self.packet[..self.packet_bytes])
            .expect("what an encoder makes keeps the rules for packets");
        self.stream.write(self.stream.end(), packet)?;
        Ok(self.stream.drain()?)
    }
}

fn failed(error: &opus_pure::Error) -> OggOpusError {
    OggOpusError::Codec(CodecError::Opus { what: error.to_string() })
}
