//! Encoding of the microphone's sound into Opus packets.

use consonance_audio::{Encoder as _, EncoderSettings, FrameSize, OpusEncoder, Quality, RateMode};

/// Encodes frames of 20 ms at 48 kHz, mono, as a page sends them over every transport.
#[derive(Debug)]
pub struct VoiceEncoder {
    /// `None` if the library refused its settings, which is not expected.
    encoder: Option<OpusEncoder>,
}

impl VoiceEncoder {
    /// Samples in a frame.
    pub const FRAME_SAMPLES: usize = FrameSize::Ms20.samples();

    /// An encoder in its initial state, with the bit rate of [`Quality::High`].
    pub fn new(rate: RateMode) -> Self {
        let settings = EncoderSettings { complexity: COMPLEXITY, rate, ..Quality::High.encoder_settings() };
        Self { encoder: OpusEncoder::new(settings).ok() }
    }

    /// Encodes a frame into the front of `packet` and returns how many bytes it took; `None` if the frame is not
    /// [`Self::FRAME_SAMPLES`] long or does not fit. Samples that are not finite count as silence.
    pub fn encode(&mut self, frame: &[f32], packet: &mut [u8]) -> Option<usize> {
        let room = packet.len().min(PACKET_BYTES_MAX);
        self.encoder.as_mut()?.encode(frame, &mut packet[..room]).ok()
    }

    /// How many of 100 packets are expected not to reach the listeners; from 2 on, packets carry copies of the frame
    /// before.
    pub fn set_expected_loss(&mut self, percent: u8) {
        if let Some(encoder) = &mut self.encoder {
            encoder.set_expected_loss(percent.min(100));
        }
    }
}

/// The longest frame of Opus (RFC 6716 §3.2.1).
const PACKET_BYTES_MAX: usize = 1_275;

/// The encoder's effort, of 0 to 10: low, as a phone has little computing power to spare.
const COMPLEXITY: u8 = 5;

#[cfg(test)]
mod tests {
    use consonance_testing::sound::{correlation, decode_live, speech};

    use super::*;

    #[test]
    fn what_is_encoded_sounds_like_what_was_said() {
        let said = speech(0.0, 3.0);
        let mut encoder = VoiceEncoder::new(RateMode::Variable);
        let packets: Vec<Vec<u8>> = said
            .chunks_exact(VoiceEncoder::FRAME_SAMPLES)
            .map(|frame| {
                let mut packet = [0; 4_000];
                let bytes = encoder.encode(frame, &mut packet).unwrap();
                packet[..bytes].to_vec()
            })
            .collect();
        let bits_per_second = packets.iter().map(Vec::len).sum::<usize>() * 8 * 50 / packets.len();
        assert!((15_000..40_000).contains(&bits_per_second), "{bits_per_second} bit/s");
        let heard = decode_live(&packets);
        assert!(correlation(&said, &heard) > 0.9, "{}", correlation(&said, &heard));
    }

    #[test]
    fn a_frame_of_another_length_is_refused_and_wild_samples_are_not() {
        let mut encoder = VoiceEncoder::new(RateMode::Variable);
        let mut packet = [0; 4_000];
        for length in [0, 1, 480, 959, 961, 2_880] {
            assert_eq!(encoder.encode(&vec![0.1; length], &mut packet), None, "{length}");
        }
        assert_eq!(encoder.encode(&[0.1; VoiceEncoder::FRAME_SAMPLES], &mut []), None);
        for sample in [f32::NAN, f32::INFINITY, f32::MAX, -1e30] {
            let bytes = encoder.encode(&[sample; VoiceEncoder::FRAME_SAMPLES], &mut packet).unwrap();
            assert!((1..=PACKET_BYTES_MAX).contains(&bytes), "{sample}: {bytes}");
        }
    }
}
