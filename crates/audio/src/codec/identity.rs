//! The codec that does nothing: raw 32-bit float samples, little endian. For tests in which every sample must come
//! back unchanged.

use super::{CodecError, DecodedAs, Decoder, Encoder, Redundancy, Source, check_frame_length};
use crate::block::{FrameSize, full_scale};
use crate::declick::Declick;

/// Bytes of one sample.
const SAMPLE_BYTES: usize = size_of::<f32>();

/// Writes the samples down as they are.
#[derive(Debug)]
pub struct IdentityEncoder {
    frame: FrameSize,
}

impl IdentityEncoder {
    /// An encoder for frames of this size.
    pub const fn new(frame: FrameSize) -> Self {
        Self { frame }
    }
}

impl Encoder for IdentityEncoder {
    fn frame_samples(&self) -> usize {
        self.frame.samples()
    }

    fn lookahead_samples(&self) -> usize {
        0
    }

    fn encode(&mut self, frame: &[f32], packet: &mut [u8]) -> Result<usize, CodecError> {
        let expected = self.frame.samples();
        if frame.len() != expected {
            return Err(CodecError::FrameLength { expected, got: frame.len() });
        }
        let needed = expected * SAMPLE_BYTES;
        let got = packet.len();
        let packet = packet.get_mut(..needed).ok_or(CodecError::PacketBuffer { needed, got })?;
        for (bytes, &sample) in packet.chunks_exact_mut(SAMPLE_BYTES).zip(frame) {
            bytes.copy_from_slice(&full_scale(sample).to_le_bytes());
        }
        Ok(needed)
    }

    /// Raw samples have no room for copies.
    fn set_expected_loss(&mut self, _percent: u8) {}

    /// Raw samples are as many as they are.
    fn set_bitrate(&mut self, _bits_per_second: u32) {}

    /// Raw samples tell of themselves only.
    fn set_redundancy(&mut self, _redundancy: Redundancy) {}

    /// As above.
    fn start_utterance(&mut self) {}
}

/// Reads the samples back.
#[derive(Debug)]
pub struct IdentityDecoder {
    frame: FrameSize,
    declick: Declick,
    /// The last frame was made up, so the next one does not continue it.
    concealed: bool,
}

impl IdentityDecoder {
    /// A decoder for frames of this size.
    pub fn new(frame: FrameSize) -> Self {
        Self { frame, declick: Declick::new(), concealed: false }
    }

    fn decode_packet(&self, data: &[u8], frame: &mut [f32]) -> bool {
        if data.len() != self.frame.samples() * SAMPLE_BYTES {
            return false;
        }
        for (sample, bytes) in frame.iter_mut().zip(data.as_chunks().0) {
            *sample = full_scale(f32::from_le_bytes(*bytes));
        }
        true
    }
}

impl Decoder for IdentityDecoder {
    fn frame_samples(&self) -> usize {
        self.frame.samples()
    }

    fn recoverable_frames(&mut self, _packet: &[u8]) -> u8 {
        0
    }

    fn decode(&mut self, source: Source<'_>, frame: &mut [f32]) -> Result<DecodedAs, CodecError> {
        check_frame_length(source, self.frame.samples(), frame.len())?;
        let decoded = matches!(source, Source::Packet(data) if self.decode_packet(data, frame));
        if !decoded {
            frame.fill(0.0);
        }
        if !decoded || self.concealed {
            self.declick.join(frame);
        }
        self.declick.heard(frame);
        self.concealed = !decoded;
        Ok(if decoded { DecodedAs::Decoded } else { DecodedAs::Concealed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_come_back_as_they_were() {
        let frame: Vec<f32> = (0..960).map(|i| (i as f32 * 0.01).sin()).collect();
        let mut packet = [0; 4096];
        let length = IdentityEncoder::new(FrameSize::Ms20).encode(&frame, &mut packet).unwrap();
        let mut decoded = [0.0; 960];
        let outcome = IdentityDecoder::new(FrameSize::Ms20)
            .decode(Source::Packet(&packet[..length]), &mut decoded)
            .unwrap();
        assert_eq!(outcome, DecodedAs::Decoded);
        assert_eq!(decoded[..], frame[..]);
    }

    #[test]
    fn packets_of_another_length_are_concealed() {
        let mut decoder = IdentityDecoder::new(FrameSize::Ms10);
        let mut frame = [1.0; 480];
        for length in [0, 1, 1919, 1921, 3840] {
            let outcome = decoder.decode(Source::Packet(&vec![0x3f; length]), &mut frame).unwrap();
            assert_eq!(outcome, DecodedAs::Concealed, "{length} bytes");
            assert!(frame.iter().all(|&sample| sample == 0.0));
        }
    }

    #[test]
    fn a_gap_is_faded_out_and_in() {
        let packet = 0.5_f32.to_le_bytes().repeat(480);
        let mut decoder = IdentityDecoder::new(FrameSize::Ms10);
        let mut sound = [0.0; 1_920];
        let sources =
            [Source::Packet(&packet), Source::Conceal, Source::Packet(&packet), Source::Packet(&packet)];
        for (frame, source) in sound.chunks_mut(480).zip(sources) {
            decoder.decode(source, frame).unwrap();
        }
        assert!(sound.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.01));
        assert!(sound[720..960].iter().all(|&sample| sample == 0.0));
        assert!(sound[1_200..].iter().all(|&sample| (sample - 0.5).abs() < f32::EPSILON));
    }

    #[test]
    fn samples_that_are_not_numbers_become_silence() {
        let mut packet = Vec::new();
        for sample in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 7.0, -7.0, 0.5].repeat(80) {
            packet.extend_from_slice(&sample.to_le_bytes());
        }
        let mut frame = [0.0; 480];
        IdentityDecoder::new(FrameSize::Ms10).decode(Source::Packet(&packet), &mut frame).unwrap();
        assert_eq!(frame[..6], [0.0, 0.0, 0.0, 1.0, -1.0, 0.5]);
    }
}
