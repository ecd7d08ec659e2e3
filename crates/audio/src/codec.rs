//! Encoding frames into packets and back: two small traits, and the description of a codec that a player announces.

mod comfort_noise;
mod identity;
mod opus;
mod quality;

pub use identity::{IdentityDecoder, IdentityEncoder};
pub use opus::{EncoderSettings, OpusDecoder, OpusEncoder, OpusLibrary, RateMode, Redundancy};
pub use quality::Quality;

use crate::block::{FrameSize, SAMPLE_RATE_HZ};

/// Turns frames of mono sound at 48 kHz into packets.
pub trait Encoder: Send {
    /// Samples in every frame, at 48 kHz.
    fn frame_samples(&self) -> usize;

    /// The delay of the decoded sound relative to the input, in samples at 48 kHz.
    fn lookahead_samples(&self) -> usize;

    /// Encodes one frame into the front of `packet` and returns how many bytes it took.
    ///
    /// Samples that are not finite count as silence, those beyond ±1 as ±1.
    ///
    /// # Errors
    /// [`CodecError::FrameLength`] if the frame is not [`Self::frame_samples`] long,
    /// [`CodecError::PacketBuffer`] if `packet` is too short to hold any packet.
    fn encode(&mut self, frame: &[f32], packet: &mut [u8]) -> Result<usize, CodecError>;

    /// Encodes one frame of two channels, given as half their sum, `middle`, and half the left one minus half the right
    /// one, `side`, both [`Self::frame_samples`] long. A codec that has one channel only, as by default, leaves `side`
    /// out.
    ///
    /// # Errors
    /// As [`Self::encode`].
    fn encode_stereo(
        &mut self,
        middle: &[f32],
        side: &[f32],
        packet: &mut [u8],
    ) -> Result<usize, CodecError> {
        let _ = side;
        self.encode(middle, packet)
    }

    /// Sets the expected loss, in percent of packets, so that the encoder can protect the rest.
    fn set_expected_loss(&mut self, percent: u8);

    /// Sets the mean bit rate in bit/s from the next frame on, clamped to the codec's range. Listeners need no
    /// notice.
    fn set_bitrate(&mut self, bits_per_second: u32);

    /// Sets the redundancy that packets carry about earlier sound, from the next frame on. Listeners need no notice,
    /// but one that cannot use it gains nothing from it. A codec without redundancy ignores it.
    fn set_redundancy(&mut self, redundancy: Redundancy);

    /// Starts an utterance, which may have other listeners: its packets do not repeat earlier ones.
    fn start_utterance(&mut self);
}

/// The source that a decoder makes a frame from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source<'a> {
    /// The frame's own packet.
    Packet(&'a [u8]),
    /// The packet of a *later* frame, which may hold a coarse copy of this one (forward error correction, the next one
    /// only) or describe it (deep redundancy).
    Recover {
        /// The later frame's packet.
        packet: &'a [u8],
        /// How many frames later it is, at least 1.
        ahead: u8,
    },
    /// No packet: continue the last sound, fading.
    Conceal,
}

/// How a decoder made a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DecodedAs {
    /// The frame's own packet.
    Decoded,
    /// From the copy or description in a later frame's packet.
    Recovered,
    /// Made up, because there was no packet, it held no copy, or it could not be decoded.
    Concealed,
}

/// Turns packets into frames of mono sound at 48 kHz.
pub trait Decoder: Send {
    /// Samples in every frame, at 48 kHz.
    fn frame_samples(&self) -> usize;

    /// How many frames right before its own can be recovered from a packet: 1 if it contains a copy, more if it
    /// describes them, usually 0. Takes at most some microseconds; nothing is decoded.
    fn recoverable_frames(&mut self, packet: &[u8]) -> u8;

    /// Fills `frame`, whatever the source contains: a packet that is damaged, or does not contain exactly one frame, is
    /// replaced by concealment, which the result reports. All samples are within ±1.
    ///
    /// A concealed frame may be shorter than [`Self::frame_samples`], as long as it is whole blocks of
    /// 480 samples: a frame that is only late is bridged block by block.
    ///
    /// # Errors
    /// [`CodecError::FrameLength`] if `frame` has the wrong length for the source.
    fn decode(&mut self, source: Source<'_>, frame: &mut [f32]) -> Result<DecodedAs, CodecError>;

    /// The side of the frame filled last if the speaker has two channels: half the left channel minus half the right
    /// one, as long as the frame, which is half their sum. `None` while there is one channel only, as by default.
    fn side(&self) -> Option<&[f32]> {
        None
    }
}

/// The codecs of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodecKind {
    /// Raw 32-bit float samples, little endian; for tests. Number 0 on the wire.
    Identity,
    /// Opus (RFC 6716). Number 1 on the wire.
    Opus,
}

impl CodecKind {
    /// The codec with this number on the wire.
    ///
    /// # Errors
    /// [`CodecError::UnknownCodec`] for any other number.
    pub fn from_wire(number: u8) -> Result<Self, CodecError> {
        match number {
            0 => Ok(Self::Identity),
            1 => Ok(Self::Opus),
            codec => Err(CodecError::UnknownCodec { codec }),
        }
    }

    /// The codec's number on the wire.
    pub const fn to_wire(self) -> u8 {
        match self {
            Self::Identity => 0,
            Self::Opus => 1,
        }
    }
}

/// A player's codec, as announced on joining. None of its fields is trusted before [`Self::decoder`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CodecSettings {
    /// The codec.
    pub kind: CodecKind,
    /// Samples in a frame, at `sample_rate_hz`.
    pub frame_samples: u32,
    /// Samples per second that `frame_samples` counts in.
    pub sample_rate_hz: u32,
}

impl CodecSettings {
    /// The announcement of a player that encodes Opus at 48 kHz with frames of this size.
    pub const fn opus(frame: FrameSize) -> Self {
        Self { kind: CodecKind::Opus, frame_samples: frame.samples() as u32, sample_rate_hz: SAMPLE_RATE_HZ }
    }

    /// The announcement of a player that sends raw samples at 48 kHz in frames of this size.
    pub const fn identity(frame: FrameSize) -> Self {
        Self {
            kind: CodecKind::Identity,
            frame_samples: frame.samples() as u32,
            sample_rate_hz: SAMPLE_RATE_HZ,
        }
    }

    /// The frame size at 48 kHz.
    ///
    /// An Opus stream decodes to 48 kHz whatever its encoder's rate, so all five rates of Opus are valid; raw samples
    /// must be at 48 kHz already.
    ///
    /// # Errors
    /// [`CodecError::UnsupportedSampleRate`] or [`CodecError::UnsupportedFrameSize`].
    pub fn frame_size(&self) -> Result<FrameSize, CodecError> {
        let Self { kind, frame_samples, sample_rate_hz } = *self;
        let supported = match kind {
            CodecKind::Identity => sample_rate_hz == SAMPLE_RATE_HZ,
            CodecKind::Opus => matches!(sample_rate_hz, 8_000 | 12_000 | 16_000 | 24_000 | 48_000),
        };
        if !supported {
            return Err(CodecError::UnsupportedSampleRate { sample_rate_hz });
        }
        frame_samples
            .checked_mul(SAMPLE_RATE_HZ / sample_rate_hz)
            .and_then(FrameSize::from_samples)
            .ok_or(CodecError::UnsupportedFrameSize { frame_samples, sample_rate_hz })
    }

    /// A decoder for such a player's packets.
    ///
    /// # Errors
    /// The same as [`Self::frame_size`].
    pub fn decoder(&self) -> Result<Box<dyn Decoder>, CodecError> {
        let frame = self.frame_size()?;
        Ok(match self.kind {
            CodecKind::Identity => Box::new(IdentityDecoder::new(frame)),
            CodecKind::Opus => Box::new(OpusDecoder::new(frame)?),
        })
    }
}

/// An error in setting up or using a codec. Damaged packets are never an error: they are concealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// The other side announced a codec that is not in the protocol.
    #[error("codec number {codec} is unknown; 0 (raw samples) and 1 (Opus) are supported")]
    UnknownCodec {
        /// The number announced.
        codec: u8,
    },
    /// The other side announced a rate that its codec does not support.
    #[error("cannot decode at {sample_rate_hz} Hz, expected 48000 Hz")]
    UnsupportedSampleRate {
        /// The rate announced.
        sample_rate_hz: u32,
    },
    /// The other side announced a frame that is not 10, 20, 40 or 60 ms long.
    #[error(
        "a frame of {frame_samples} samples at {sample_rate_hz} Hz is not supported; use 10, 20, 40 or 60 ms"
    )]
    UnsupportedFrameSize {
        /// Samples in a frame, as announced.
        frame_samples: u32,
        /// The rate announced.
        sample_rate_hz: u32,
    },
    /// The caller's frame has the wrong number of samples.
    #[error("the codec got a frame of {got} samples, expected {expected}")]
    FrameLength {
        /// Samples in a frame of this codec.
        expected: usize,
        /// Samples in the caller's frame.
        got: usize,
    },
    /// The caller's packet buffer is too short.
    #[error("a packet buffer of {got} bytes is too small, expected at least {needed}")]
    PacketBuffer {
        /// Bytes needed.
        needed: usize,
        /// Bytes in the caller's buffer.
        got: usize,
    },
    /// The codec library returned an error; with valid settings this is a bug.
    #[error("Opus failed: {what}; please report this")]
    Opus {
        /// The library's message.
        what: String,
    },
}

impl CodecError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownCodec { .. } => "unknown-codec",
            Self::UnsupportedSampleRate { .. } => "unsupported-sample-rate",
            Self::UnsupportedFrameSize { .. } => "unsupported-frame-size",
            Self::FrameLength { .. } => "frame-length",
            Self::PacketBuffer { .. } => "packet-buffer",
            Self::Opus { .. } => "opus",
        }
    }
}

/// Checks the length of a frame that is to be filled from `source`.
fn check_frame_length(source: Source<'_>, frame_samples: usize, got: usize) -> Result<(), CodecError> {
    let fits = match source {
        Source::Packet(_) | Source::Recover { .. } => got == frame_samples,
        Source::Conceal => got > 0 && got <= frame_samples && got.is_multiple_of(crate::block::BLOCK_SAMPLES),
    };
    if fits { Ok(()) } else { Err(CodecError::FrameLength { expected: frame_samples, got }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opus(frame_samples: u32, sample_rate_hz: u32) -> CodecSettings {
        CodecSettings { kind: CodecKind::Opus, frame_samples, sample_rate_hz }
    }

    #[test]
    fn codec_numbers_are_those_of_the_protocol() {
        assert_eq!(CodecKind::from_wire(0), Ok(CodecKind::Identity));
        assert_eq!(CodecKind::from_wire(1), Ok(CodecKind::Opus));
        for codec in 2..=u8::MAX {
            assert_eq!(CodecKind::from_wire(codec), Err(CodecError::UnknownCodec { codec }));
        }
        assert_eq!(CodecKind::Identity.to_wire(), 0);
        assert_eq!(CodecKind::Opus.to_wire(), 1);
    }

    #[test]
    fn every_rate_of_opus_is_decoded_at_48_khz() {
        for rate in [8_000, 12_000, 16_000, 24_000, 48_000] {
            let decoder = opus(rate / 50, rate).decoder().unwrap();
            assert_eq!(decoder.frame_samples(), 960, "{rate} Hz");
        }
    }

    #[test]
    fn absurd_settings_are_refused() {
        for (frame_samples, rate) in
            [(0, 48_000), (1, 48_000), (u32::MAX, 48_000), (u32::MAX / 6 + 1, 8_000), (5760, 48_000)]
        {
            assert!(
                matches!(
                    opus(frame_samples, rate).decoder().err(),
                    Some(CodecError::UnsupportedFrameSize { .. })
                ),
                "{frame_samples} at {rate} Hz"
            );
        }
        for rate in [0, 1, 44_100, 96_000, u32::MAX] {
            assert!(
                matches!(opus(960, rate).decoder().err(), Some(CodecError::UnsupportedSampleRate { .. })),
                "{rate} Hz"
            );
        }
        let raw = CodecSettings { kind: CodecKind::Identity, frame_samples: 320, sample_rate_hz: 16_000 };
        assert!(matches!(raw.decoder().err(), Some(CodecError::UnsupportedSampleRate { .. })));
    }
}
