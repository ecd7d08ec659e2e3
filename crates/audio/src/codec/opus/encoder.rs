//! Encodes one voice: brings settings into the ranges of Opus.

use super::coding::{Encoding, Tuning};
use super::repeat::{REPEATED_FRAMES_MAX, Repeats};
use super::two_channels::interleave;
use super::{EncoderSettings, OpusLibrary, RateMode, Redundancy};
use crate::block::{FrameSize, full_scale};
use crate::codec::{CodecError, Encoder};

/// The shortest packet buffer that Opus can be told to stay within.
const MIN_PACKET_BYTES: usize = 16;

/// The bit rates that Opus knows for one channel, in bit/s.
const BITRATE_RANGE_BPS: std::ops::RangeInclusive<u32> = 6_000..=510_000;

/// From this expected loss on, in percent, packets should carry copies …
const PROTECT_FROM_PERCENT: u8 = 2;

/// … which Opus only does freely, keeping most of the bandwidth, if told to expect at least this many …
const PROTECTING_PERCENT: u8 = 10;

/// … and has the room for from this bit rate on.
const PROTECTING_BITRATE_BPS: u32 = 20_000;

/// The longest description of earlier sound, in units of 10 ms.
const MOST_DESCRIBED_TENS_OF_MS: usize = 104;

/// Encodes one voice.
#[derive(Debug)]
pub struct OpusEncoder {
    encoding: Box<dyn Encoding>,
    library: OpusLibrary,
    frame: FrameSize,
    bitrate_bps: u32,
    rate: RateMode,
    redundancy: Redundancy,
    expected_loss_percent: u8,
    repeats: Repeats,
    /// The frame with everything replaced that a library would choke on; if there are two channels, interleaved.
    clean: Vec<f32>,
}

impl OpusEncoder {
    /// An encoder in its initial state, from the best library of this build.
    ///
    /// # Errors
    /// [`CodecError::Opus`] if the library refuses, which it has no reason to.
    pub fn new(settings: EncoderSettings) -> Result<Self, CodecError> {
        Self::from_library(OpusLibrary::BEST, settings)
    }

    /// The same from a certain library.
    ///
    /// # Errors
    /// [`CodecError::Opus`] if the library refuses, which it has no reason to.
    pub fn from_library(library: OpusLibrary, settings: EncoderSettings) -> Result<Self, CodecError> {
        let mut encoder = Self {
            encoding: library.encoding(settings)?,
            library,
            frame: settings.frame,
            bitrate_bps: settings.bitrate_bps,
            rate: settings.rate,
            redundancy: settings.redundancy,
            expected_loss_percent: settings.expected_loss_percent,
            repeats: Repeats::default(),
            clean: vec![0.0; settings.frame.samples() * (1 + usize::from(settings.stereo))],
        };
        encoder.tune();
        Ok(encoder)
    }

    fn tune(&mut self) {
        let bitrate_bps = self.bitrate_bps / (1 + u32::from(self.repeated_frames()));
        let bitrate_bps = bitrate_bps.clamp(*BITRATE_RANGE_BPS.start(), *BITRATE_RANGE_BPS.end());
        let percent = self.expected_loss_percent.min(100);
        let described_tens_of_ms = match self.redundancy {
            Redundancy::Dred { frames } if self.library.has_deep_redundancy() => {
                (usize::from(frames) * self.frame.blocks()).min(MOST_DESCRIBED_TENS_OF_MS) as u8
            }
            _ => 0,
        };
        // Copies and descriptions exclude each other: together they would leave too few bits for either.
        let has_copies = match self.redundancy {
            Redundancy::None => false,
            Redundancy::Repeat { .. } => self.rate == RateMode::Constant,
            Redundancy::Fec | Redundancy::Dred { .. } => true,
        };
        let copies = has_copies && described_tens_of_ms == 0;
        let protects = copies && bitrate_bps >= PROTECTING_BITRATE_BPS && percent >= PROTECT_FROM_PERCENT;
        self.encoding.tune(Tuning {
            bitrate_bps: bitrate_bps as i32,
            expected_loss_percent: if protects { percent.max(PROTECTING_PERCENT) } else { percent },
            copies,
            described_tens_of_ms,
        });
    }

    fn check_frame_length(&self, got: usize) -> Result<(), CodecError> {
        let expected = self.frame.samples();
        if got == expected { Ok(()) } else { Err(CodecError::FrameLength { expected, got }) }
    }

    fn encode_clean(&mut self, packet: &mut [u8]) -> Result<usize, CodecError> {
        if packet.len() < MIN_PACKET_BYTES {
            return Err(CodecError::PacketBuffer { needed: MIN_PACKET_BYTES, got: packet.len() });
        }
        let bytes = self.encoding.encode(&self.clean, packet)?;
        Ok(self.repeats.add(self.repeated_frames(), packet, bytes))
    }

    /// How many packets go along with each.
    fn repeated_frames(&self) -> u8 {
        match self.redundancy {
            Redundancy::Repeat { frames }
                if self.expected_loss_percent >= PROTECT_FROM_PERCENT && self.rate != RateMode::Constant =>
            {
                frames.min(REPEATED_FRAMES_MAX)
            }
            _ => 0,
        }
    }
}

impl Encoder for OpusEncoder {
    fn frame_samples(&self) -> usize {
        self.frame.samples()
    }

    fn lookahead_samples(&self) -> usize {
        self.encoding.lookahead_samples()
    }

    fn encode(&mut self, frame: &[f32], packet: &mut [u8]) -> Result<usize, CodecError> {
        self.check_frame_length(frame.len())?;
        let channels = self.clean.len() / self.frame.samples();
        for (clean, sample) in self.clean.chunks_exact_mut(channels).zip(frame) {
            clean.fill(full_scale(*sample));
        }
        self.encode_clean(packet)
    }

    fn encode_stereo(
        &mut self,
        middle: &[f32],
        side: &[f32],
        packet: &mut [u8],
    ) -> Result<usize, CodecError> {
        self.check_frame_length(side.len())?;
        if self.clean.len() == self.frame.samples() {
            return self.encode(middle, packet);
        }
        self.check_frame_length(middle.len())?;
        interleave(middle, side, &mut self.clean);
        self.encode_clean(packet)
    }

    fn set_bitrate(&mut self, bits_per_second: u32) {
        self.bitrate_bps = bits_per_second;
        self.tune();
    }

    fn set_expected_loss(&mut self, percent: u8) {
        self.expected_loss_percent = percent;
        self.tune();
    }

    fn set_redundancy(&mut self, redundancy: Redundancy) {
        self.redundancy = redundancy;
        self.tune();
    }

    fn start_utterance(&mut self) {
        self.repeats.clear();
    }
}
