//! The padding at a packet's end, which decoders skip (RFC 6716, section 3.2.5): room for what only some know.

use alloc::vec::Vec;

use crate::opus_packet::head::{CODE, HAS_LENGTHS, HAS_PADDING, padding_length};

/// The padding of a packet; none if it has none, or is cut off.
pub fn padding(packet: &[u8]) -> Option<&[u8]> {
    let (toc, rest) = packet.split_first()?;
    let (counts, rest) = rest.split_first()?;
    if toc & CODE != 3 || counts & HAS_PADDING == 0 {
        return None;
    }
    let (padding, rest) = padding_length(rest)?;
    rest.len().checked_sub(padding).map(|kept| &rest[kept..])
}

/// Puts a packet that has no padding together with some, in place of what `out` held. `false` if it has padding, or
/// holds nothing.
pub fn write_padded(packet: &[u8], padding: &[u8], out: &mut Vec<u8>) -> bool {
    out.clear();
    let Some((&toc, rest)) = packet.split_first() else { return false };
    let (counts, body) = match (toc & CODE, rest) {
        (0, _) => (1, rest),
        (1, _) => (2, rest),
        (2, _) => (2 | HAS_LENGTHS, rest),
        (_, [counts, body @ ..]) if counts & HAS_PADDING == 0 => (*counts, body),
        _ => return false,
    };
    out.extend([toc | CODE, counts | HAS_PADDING]);
    // A count of 255 means 254 bytes, followed by another count.
    out.extend(core::iter::repeat_n(u8::MAX, padding.len() / 254));
    out.push((padding.len() % 254) as u8);
    out.extend_from_slice(body);
    out.extend_from_slice(padding);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opus_packet::OpusPacket;

    /// CELT fullband mono, 20 ms.
    const CELT_20_MS: u8 = 31 << 3;

    fn padded(packet: &[u8], padding: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        assert!(write_padded(packet, padding, &mut out), "{packet:?}");
        out
    }

    #[test]
    fn padding_is_added_to_every_packing_and_leaves_the_frames_as_they_are() {
        let packets: [&[u8]; 5] = [
            &[CELT_20_MS, 1, 2, 3],
            &[CELT_20_MS | 1, 1, 2],
            &[CELT_20_MS | 2, 1, 7, 8, 9],
            &[CELT_20_MS | 3, 3, 1, 2, 3],
            &[CELT_20_MS | 3, 0x83, 1, 1, 5, 6, 7],
        ];
        for packet in packets {
            for length in [0, 1, 253, 254, 255, 508, 1000] {
                let added: Vec<u8> = (0..length).map(|byte| byte as u8).collect();
                let with = padded(packet, &added);
                assert_eq!(padding(&with), Some(&added[..]), "{packet:?}, {length} bytes");
                let frames = |packet| OpusPacket::parse(packet).unwrap().frames().map(<[u8]>::to_vec);
                assert!(frames(&with).eq(frames(packet)), "{packet:?}, {length} bytes");
            }
        }
    }

    #[test]
    fn a_packet_with_padding_or_without_anything_is_left_alone() {
        let mut out = Vec::new();
        assert!(!write_padded(&padded(&[CELT_20_MS, 1], &[9]), &[8], &mut out));
        assert!(!write_padded(&[], &[8], &mut out));
        assert!(!write_padded(&[CELT_20_MS | 3], &[8], &mut out));
    }

    #[test]
    fn a_packet_that_is_cut_off_has_no_padding() {
        let packet = padded(&[CELT_20_MS, 1, 2], &[7; 300]);
        assert!((0..4).all(|length| padding(&packet[..length]).is_none()));
        assert_eq!(padding(&[CELT_20_MS, 1, 2]), None);
        assert_eq!(padding(&[CELT_20_MS | 3, 0x41, 3, 1, 1]), None, "more padding than packet");
    }
}
