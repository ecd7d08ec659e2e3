//! Packets that fill gaps: silence, and frames that the decoder conceals.

use consonance_wire::opus_packet::{SAMPLES_MAX, frame_samples};

/// The shortest frame, 2.5 ms in samples at 48 kHz: every Opus frame is a multiple of it.
pub(crate) const GRID_SAMPLES: u64 = 120;

/// A packet of empty frames in place of lost ones, as RFC 7845 §4.1 requires: the decoder conceals them. `after` is the
/// packet before, whose mode is kept. As many frames as fit into `samples` and into one packet; `None` if there is no
/// room for one.
pub(crate) fn lost(after: u8, samples: u64) -> Option<([u8; 2], u64)> {
    let frame = u64::from(frame_samples(after));
    let frames = samples.min(SAMPLES_MAX.into()) / frame;
    (frames > 0).then(|| ([after | CODE, frames as u8], frames * frame))
}

/// A packet of digital silence and its number of samples: at most `samples`, which must be at least [`GRID_SAMPLES`],
/// and at most 120 ms.
///
/// Its frames are the reference encoder's output for silence, so decoders fade to it as in any other stream.
pub(crate) fn silence(samples: u64) -> (Vec<u8>, u64) {
    // Configurations 28 to 31 are full band, without SILK, 2.5 to 20 ms.
    let size = (0..4).rev().find(|size| GRID_SAMPLES << size <= samples).unwrap_or(0);
    let frame = GRID_SAMPLES << size;
    let frames = (samples.min(SAMPLES_MAX.into()) / frame).max(1);
    let toc = (28 + size) << 3 | CODE;
    let mut packet = vec![toc, frames as u8];
    (0..frames).for_each(|_| packet.extend(SILENT_FRAME));
    (packet, frames * frame)
}

/// Both bits set: a byte says how many frames there are.
const CODE: u8 = 3;
const SILENT_FRAME: [u8; 2] = [0xFF, 0xFE];

#[cfg(test)]
mod tests {
    use consonance_wire::opus_packet::samples;

    use super::*;

    #[test]
    fn what_is_made_up_are_packets_of_the_asked_length() {
        for asked in (1..=48).map(|steps| steps * GRID_SAMPLES) {
            let (packet, made) = silence(asked);
            assert_eq!(samples(&packet).map(u64::from), Some(made));
            assert!(made <= asked && made + 960 > asked, "{asked}");
            for toc in (0..=255).filter(|toc| u64::from(frame_samples(*toc)) <= asked) {
                let (packet, made) = lost(toc, asked).unwrap();
                assert_eq!((samples(&packet).map(u64::from), packet[0] >> 2), (Some(made), toc >> 2));
                assert!(made <= asked && made + u64::from(frame_samples(toc)) > asked);
            }
        }
        assert_eq!(lost(3 << 3, 2879), None);
        assert_eq!(silence(1 << 40).1, 5760);
    }
}
