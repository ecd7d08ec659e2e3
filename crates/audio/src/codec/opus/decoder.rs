//! Decodes one voice: packets are checked before decoding, and sound after it, with any of the libraries.

use opus_pure::{OpusMode, packet};

use super::two_channels::MiddleDecoder;
use super::{OpusLibrary, redundancy, repeat};
use crate::block::{FrameSize, full_scale};
use crate::codec::comfort_noise::ComfortNoise;
use crate::codec::{CodecError, DecodedAs, Decoder, Source, check_frame_length};
use crate::limits;

/// A packet this short holds no sound: discontinuous transmission (RFC 6716 §2.1.9).
const SILENT_PACKET_BYTES_MAX: usize = 2;

/// Decodes one voice, whatever rate and mode of Opus its packets use.
#[derive(Debug)]
pub struct OpusDecoder {
    decoding: MiddleDecoder,
    frame: FrameSize,
    /// The mode of the last packet decoded: a copy of a lost frame cannot be used in the CELT mode.
    last_mode: Option<OpusMode>,
    comfort_noise: ComfortNoise,
}

impl OpusDecoder {
    /// A decoder in its initial state, from the best library of this build.
    ///
    /// # Errors
    /// [`CodecError::Opus`] if the library refuses, which it has no reason to.
    pub fn new(frame: FrameSize) -> Result<Self, CodecError> {
        Self::from_library(OpusLibrary::BEST, frame)
    }

    /// The same from a certain library.
    ///
    /// # Errors
    /// [`CodecError::Opus`] if the library refuses, which it has no reason to.
    pub fn from_library(library: OpusLibrary, frame: FrameSize) -> Result<Self, CodecError> {
        let decoding = MiddleDecoder::new(library, frame)?;
        Ok(Self { decoding, frame, last_mode: None, comfort_noise: ComfortNoise::new() })
    }

    /// Whether the packet says that it holds exactly one of our frames.
    fn has_frame_length(&self, data: &[u8]) -> bool {
        data.len() <= limits::OPUS_PACKET_BYTES_MAX
            && packet::samples_48k(data).is_ok_and(|samples| samples == self.frame.samples())
    }

    fn decode_packet(&mut self, data: &[u8], frame: &mut [f32]) -> bool {
        let whole = self.has_frame_length(data) && self.decoding.decode(data, frame);
        if whole {
            self.last_mode = packet::mode(data).ok();
        }
        whole
    }

    /// From the packet itself if it is repeated, which is best, from a copy, or else from a description.
    fn recover(&mut self, later: &[u8], ahead: u8, frame: &mut [f32]) -> bool {
        let repeated = repeat::repeated_packet(later, ahead);
        if repeated.is_some_and(|packet| self.decode_packet(packet, frame)) {
            return true;
        }
        self.has_frame_length(later)
            && (ahead == 1 && self.decode_copy(later, frame)
                || packet_may_describe(later)
                    && self.decoding.recover_deep(later, usize::from(ahead) * frame.len(), frame))
    }

    /// A frame of several Opus frames is recovered as far as the copy goes, its last 20 ms; the decoder
    /// conceals what lies before.
    fn decode_copy(&mut self, next: &[u8], frame: &mut [f32]) -> bool {
        self.last_mode != Some(OpusMode::CeltOnly)
            && redundancy::carries_previous_frame(next)
            && self.decoding.recover(next, frame)
    }

    /// Continues the sound; silence if even that fails, which is not expected.
    fn conceal(&mut self, frame: &mut [f32]) {
        if !self.decoding.conceal(frame) {
            frame.fill(0.0);
        }
    }
}

impl Decoder for OpusDecoder {
    fn frame_samples(&self) -> usize {
        self.frame.samples()
    }

    fn recoverable_frames(&mut self, packet: &[u8]) -> u8 {
        let copy = redundancy::carries_previous_frame(packet);
        let repeated = repeat::repeated_frames(packet).max(copy.into());
        let described = if packet_may_describe(packet) && self.has_frame_length(packet) {
            self.decoding.described_samples(packet) / self.frame.samples()
        } else {
            0
        };
        u8::try_from(described).unwrap_or(u8::MAX).max(repeated)
    }

    fn decode(&mut self, source: Source<'_>, frame: &mut [f32]) -> Result<DecodedAs, CodecError> {
        check_frame_length(source, self.frame.samples(), frame.len())?;
        let decoded_as = match source {
            Source::Packet(data) if self.decode_packet(data, frame) => DecodedAs::Decoded,
            Source::Recover { packet, ahead } if self.recover(packet, ahead, frame) => DecodedAs::Recovered,
            Source::Packet(_) | Source::Recover { .. } | Source::Conceal => {
                self.conceal(frame);
                DecodedAs::Concealed
            }
        };
        match source {
            Source::Packet(data)
                if decoded_as == DecodedAs::Decoded && data.len() <= SILENT_PACKET_BYTES_MAX =>
            {
                self.comfort_noise.silent(frame);
                self.decoding.silence_side();
            }
            _ => self.comfort_noise.heard(frame, decoded_as == DecodedAs::Decoded),
        }
        // A damaged packet may decode to arbitrary samples, up to a million times too loud.
        for sample in frame {
            *sample = full_scale(*sample);
        }
        Ok(decoded_as)
    }

    fn side(&self) -> Option<&[f32]> {
        self.decoding.side()
    }
}

/// Whether there is padding, where descriptions are (RFC 6716 §3.2.5): a look at two bytes,
/// which most packets do not pass.
fn packet_may_describe(packet: &[u8]) -> bool {
    matches!(packet, [toc, count, ..] if toc & 0x03 == 3 && count & 0x40 != 0)
}
