//! Opus at 48 kHz mono for voice (RFC 6716), through the crate `opus-pure`: the only file that knows it.
//!
//! The encoder is told that everything is voice, which gives the same modes and bits as the application VOIP.
//! What it leaves out of VOIP is a built-in high-pass around 80 Hz, because that bends the phase of low
//! voices: recorded speech then correlates with itself by 0.80 instead of 0.97. Rumble belongs to the capture chain.

mod redundancy;

use opus_pure::{Application, OpusMode, RateControl, Signal, packet};

use super::comfort_noise::ComfortNoise;
use super::{CodecError, DecodedAs, Decoder, Encoder, Source, check_frame_length};
use crate::block::{FrameSize, SAMPLE_RATE_HZ, full_scale};
use crate::limits;

/// The shortest packet buffer that Opus can be told to stay within.
const MIN_PACKET_BYTES: usize = 16;

/// The bit rates that Opus knows for mono, in bit/s.
const BITRATE_RANGE_BPS: std::ops::RangeInclusive<u32> = 6_000..=510_000;

/// From this expected loss on, in percent, packets should carry copies …
const PROTECT_FROM_PERCENT: u8 = 2;

/// … which Opus only does freely, keeping most of the bandwidth, if told to expect at least this many …
const PROTECTING_PERCENT: u8 = 10;

/// … and has the room for from this bit rate on.
const PROTECTING_BITRATE_BPS: i32 = 20_000;

/// A packet this short holds no sound: discontinuous transmission (RFC 6716 §2.1.9).
const MAX_SILENT_PACKET_BYTES: usize = 2;

/// How to encode one voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncoderSettings {
    /// How much sound goes into one packet.
    pub frame: FrameSize,
    /// Mean bit rate in bit/s, brought into 6000 to 510 000. The rate varies around it with what is said.
    pub bitrate_bps: u32,
    /// Whether packets carry a coarse copy of the frame before, once loss is expected.
    pub fec: bool,
    /// How many of 100 packets will not arrive, to begin with. See [`Encoder::set_expected_loss`].
    pub expected_loss_percent: u8,
    /// How hard the encoder tries, 0 to 10. More costs time, not bits.
    pub complexity: u8,
    /// Discontinuous transmission: while nobody speaks, packets are a byte long, and the listener hears comfort noise.
    pub dtx: bool,
    /// What is heard is music rather than a voice.
    pub music: bool,
}

impl Default for EncoderSettings {
    fn default() -> Self {
        Self {
            frame: FrameSize::default(),
            bitrate_bps: 24_000,
            fec: true,
            expected_loss_percent: 0,
            complexity: 9,
            dtx: false,
            music: false,
        }
    }
}

/// Encodes one voice.
#[derive(Debug)]
pub struct OpusEncoder {
    inner: opus_pure::OpusEncoder,
    frame: FrameSize,
    expected_loss_percent: u8,
    /// The frame with everything replaced that the library would choke on.
    clean: Vec<f32>,
}

impl OpusEncoder {
    /// An encoder that has heard nothing yet.
    ///
    /// # Errors
    /// [`CodecError::Opus`] if the library refuses, which it has no reason to.
    pub fn new(settings: EncoderSettings) -> Result<Self, CodecError> {
        let mut inner = opus_pure::OpusEncoder::new(SAMPLE_RATE_HZ as i32, 1, Application::Audio)
            .map_err(|error| refused(&error))?;
        inner.rate_control = RateControl::Vbr;
        inner.signal_type = Some(if settings.music { Signal::Music } else { Signal::Voice });
        inner.use_inband_fec = settings.fec;
        inner.complexity = i32::from(settings.complexity.min(10));
        inner.use_dtx = settings.dtx;
        let mut encoder = Self {
            inner,
            frame: settings.frame,
            expected_loss_percent: settings.expected_loss_percent,
            clean: vec![0.0; settings.frame.samples()],
        };
        encoder.set_bitrate(settings.bitrate_bps);
        Ok(encoder)
    }
}

impl Encoder for OpusEncoder {
    fn frame_samples(&self) -> usize {
        self.frame.samples()
    }

    fn lookahead_samples(&self) -> usize {
        self.inner.lookahead()
    }

    fn encode(&mut self, frame: &[f32], packet: &mut [u8]) -> Result<usize, CodecError> {
        if frame.len() != self.clean.len() {
            return Err(CodecError::FrameLength { expected: self.clean.len(), got: frame.len() });
        }
        if packet.len() < MIN_PACKET_BYTES {
            return Err(CodecError::PacketBuffer { needed: MIN_PACKET_BYTES, got: packet.len() });
        }
        for (clean, sample) in self.clean.iter_mut().zip(frame) {
            *clean = full_scale(*sample);
        }
        self.inner.encode(&self.clean, self.clean.len(), packet).map_err(|error| refused(&error))
    }

    fn set_bitrate(&mut self, bits_per_second: u32) {
        let (lowest, highest) = (*BITRATE_RANGE_BPS.start(), *BITRATE_RANGE_BPS.end());
        self.inner.bitrate_bps = bits_per_second.clamp(lowest, highest) as i32;
        // Whether copies are worth their bits depends on how many there are.
        self.set_expected_loss(self.expected_loss_percent);
    }

    fn set_expected_loss(&mut self, percent: u8) {
        self.expected_loss_percent = percent;
        let protects = self.inner.use_inband_fec
            && self.inner.bitrate_bps >= PROTECTING_BITRATE_BPS
            && percent >= PROTECT_FROM_PERCENT;
        let percent = if protects { percent.max(PROTECTING_PERCENT) } else { percent };
        self.inner.packet_loss_perc = i32::from(percent.min(100));
    }
}

/// Decodes one voice, whatever rate and mode of Opus its packets use.
#[derive(Debug)]
pub struct OpusDecoder {
    inner: opus_pure::OpusDecoder,
    frame: FrameSize,
    /// The mode of the last packet decoded: a copy of a lost frame cannot be used in the CELT mode.
    last_mode: Option<OpusMode>,
    comfort_noise: ComfortNoise,
}

impl OpusDecoder {
    /// A decoder that has heard nothing yet.
    ///
    /// # Errors
    /// [`CodecError::Opus`] if the library refuses, which it has no reason to.
    pub fn new(frame: FrameSize) -> Result<Self, CodecError> {
        let inner = opus_pure::OpusDecoder::new(SAMPLE_RATE_HZ as i32, 1).map_err(|error| refused(&error))?;
        Ok(Self { inner, frame, last_mode: None, comfort_noise: ComfortNoise::new() })
    }

    /// Whether the packet says that it holds exactly one of our frames.
    fn has_frame_length(&self, data: &[u8]) -> bool {
        data.len() <= limits::MAX_OPUS_PACKET_BYTES
            && packet::samples_48k(data).is_ok_and(|samples| samples == self.frame.samples())
    }

    fn decode_packet(&mut self, data: &[u8], frame: &mut [f32]) -> bool {
        let whole = self.has_frame_length(data)
            && matches!(self.inner.decode(data, frame.len(), frame), Ok(samples) if samples == frame.len());
        if whole {
            self.last_mode = packet::mode(data).ok();
        }
        whole
    }

    /// A frame of several Opus frames is recovered as far as the copy goes, its last 20 ms; the decoder
    /// conceals what lies before.
    fn decode_copy(&mut self, next: &[u8], frame: &mut [f32]) -> bool {
        self.last_mode != Some(OpusMode::CeltOnly)
            && self.has_frame_length(next)
            && redundancy::carries_previous_frame(next)
            && matches!(self.inner.decode_fec(next, frame.len(), frame), Ok(samples) if samples == frame.len())
    }

    /// Continues what was heard; silence if even that fails, which it does not.
    fn conceal(&mut self, frame: &mut [f32]) {
        if self.inner.decode(&[], frame.len(), frame).is_err() {
            frame.fill(0.0);
        }
    }
}

impl Decoder for OpusDecoder {
    fn frame_samples(&self) -> usize {
        self.frame.samples()
    }

    fn carries_copy(&self, packet: &[u8]) -> bool {
        redundancy::carries_previous_frame(packet)
    }

    fn decode(&mut self, source: Source<'_>, frame: &mut [f32]) -> Result<DecodedAs, CodecError> {
        check_frame_length(source, self.frame.samples(), frame.len())?;
        let decoded_as = match source {
            Source::Packet(data) if self.decode_packet(data, frame) => DecodedAs::Decoded,
            Source::Recover(next) if self.decode_copy(next, frame) => DecodedAs::Recovered,
            Source::Packet(_) | Source::Recover(_) | Source::Conceal => {
                self.conceal(frame);
                DecodedAs::Concealed
            }
        };
        match source {
            Source::Packet(data)
                if decoded_as == DecodedAs::Decoded && data.len() <= MAX_SILENT_PACKET_BYTES =>
            {
                self.comfort_noise.silent(frame);
            }
            _ => self.comfort_noise.heard(frame, decoded_as == DecodedAs::Decoded),
        }
        // A damaged packet may decode to anything, a million times too loud.
        for sample in frame {
            *sample = full_scale(*sample);
        }
        Ok(decoded_as)
    }
}

fn refused(error: &opus_pure::Error) -> CodecError {
    CodecError::Opus { what: error.to_string() }
}
