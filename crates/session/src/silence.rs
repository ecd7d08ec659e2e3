//! Detection of silent frames: an encoder that does not transmit in silence (DTX) still sends very short ones.

use consonance_wire::{CodecId, SealedVoice};

/// Whether a frame of this codec contains no speech, by its length alone; false for any other codec than Opus. For a
/// frame that is encrypted from end to end, the overhead of the encryption is subtracted.
pub fn is_silence(codec: Option<CodecId>, frame: &[u8]) -> bool {
    let added = if SealedVoice::of(frame).is_some() { SealedVoice::OVERHEAD_BYTES } else { 0 };
    codec == Some(CodecId::OPUS) && frame.len() <= SILENCE_BYTES_MAX + added
}

/// An encoder's frames of silence are at most this long (RFC 6716, section 2.1.9).
const SILENCE_BYTES_MAX: usize = 2;

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;

    fn sealed(bytes: usize) -> Vec<u8> {
        let sframe = vec![7; SealedVoice::OVERHEAD_BYTES - SealedVoice::HEAD_BYTES + bytes];
        [&SealedVoice::head_of(Some(30))[..], &sframe].concat()
    }

    #[test]
    fn a_frame_of_opus_is_silence_up_to_two_bytes_sealed_or_not() {
        for (bytes, expected) in [(0, true), (1, true), (2, true), (3, false), (60, false)] {
            for frame in [vec![0x78; bytes], sealed(bytes)] {
                assert_eq!(is_silence(Some(CodecId::OPUS), &frame), expected, "{bytes}: {frame:02x?}");
            }
        }
    }

    #[test]
    fn a_frame_of_another_codec_is_never_known_to_be_silence() {
        for codec in [Some(CodecId::IDENTITY), None] {
            for frame in [vec![], vec![0x78], sealed(1)] {
                assert!(!is_silence(codec, &frame), "{codec:?}: {frame:02x?}");
            }
        }
    }
}
