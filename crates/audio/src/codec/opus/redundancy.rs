//! Detects a coarse copy of the frame before in an Opus packet, from the packet's first bytes, without decoding.

use consonance_wire::opus_packet::first_frame;

/// Whether the packet's first frame has the low bit-rate redundancy flag of RFC 6716 §4.2.4.
///
/// The decoder conceals silently where there is no copy, so this is the only way to tell the two apart.
pub(super) fn carries_previous_frame(packet: &[u8]) -> bool {
    let Some(&toc) = packet.first() else { return false };
    let Some(silk_frames) = silk_frames(toc >> 3) else { return false };
    let Some(&first) = first_frame(packet).and_then(<[u8]>::first) else { return false };
    // The frame opens with one voice activity bit per SILK frame, then the redundancy bit; the same
    // again for the side channel of stereo (§4.2.3). Each is coded with probability one half, so the
    // range coder leaves them as plain bits from the top.
    let stereo = toc & 0x04 != 0;
    let mid = first & (0x80 >> silk_frames) != 0;
    let side = stereo && first & (0x80 >> (2 * silk_frames + 1)) != 0;
    mid || side
}

/// SILK frames of 20 ms (or one of 10 ms) in each Opus frame, from the configuration number (§3.1, table 2).
fn silk_frames(config: u8) -> Option<u8> {
    match config {
        0..=11 => Some(match config % 4 {
            2 => 2,
            3 => 3,
            _ => 1,
        }),
        12..=15 => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SILK wideband mono, 20 ms, one frame in the packet.
    const SILK_20_MS: u8 = 9 << 3;
    /// SILK wideband mono, 60 ms.
    const SILK_60_MS: u8 = 11 << 3;
    /// CELT fullband mono, 20 ms.
    const CELT_20_MS: u8 = 31 << 3;

    #[test]
    fn the_flag_follows_one_activity_bit_per_silk_frame() {
        assert!(carries_previous_frame(&[SILK_20_MS, 0b0100_0000]));
        assert!(!carries_previous_frame(&[SILK_20_MS, 0b1011_1111]));
        assert!(carries_previous_frame(&[SILK_60_MS, 0b0001_0000]));
        assert!(!carries_previous_frame(&[SILK_60_MS, 0b1110_1111]));
    }

    #[test]
    fn celt_has_no_copies() {
        assert!(!carries_previous_frame(&[CELT_20_MS, 0xff, 0xff]));
    }

    #[test]
    fn the_first_frame_is_found_behind_every_packing() {
        let flag = 0b0100_0000;
        assert!(carries_previous_frame(&[SILK_20_MS | 1, flag, 0]));
        assert!(carries_previous_frame(&[SILK_20_MS | 2, 1, flag, 0]));
        assert!(carries_previous_frame(&[SILK_20_MS | 3, 0x02, flag, 0]));
        assert!(carries_previous_frame(&[SILK_20_MS | 3, 0x83, 1, 1, flag, 0, 0]));
        assert!(carries_previous_frame(&[SILK_20_MS | 3, 0x42, 255, 3, flag, 0]));
    }

    #[test]
    fn cut_off_packets_have_no_copy() {
        let packet = [SILK_20_MS | 3, 0xc3, 255, 3, 252, 1, 1, 0b0100_0000];
        for length in 0..packet.len() {
            assert!(!carries_previous_frame(&packet[..length]), "{length} bytes");
        }
        assert!(carries_previous_frame(&packet));
    }

    #[test]
    fn an_empty_first_frame_has_no_copy() {
        assert!(!carries_previous_frame(&[SILK_20_MS | 2, 0, 0xff]));
        assert!(!carries_previous_frame(&[SILK_20_MS | 3, 0x82, 0, 0xff]));
    }
}
