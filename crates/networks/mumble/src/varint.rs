//! Numbers of variable length, as voice packets before version 1.5 have them.
//!
//! The first bits say how many bytes there are: `0` one, `10` two, `110` three, `1110` four, `111100` five and
//! `111101` nine, in each case with the higher bits first. `111110` stands before a number that is meant negative, and
//! `111111` is one of the four numbers -1 to -4.

/// Reads a number from the beginning; returns it and the rest, or `None` if there is no complete number.
pub(crate) fn read(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    let (more, top) = match first {
        0x00..=0x7F => (0, first),
        0x80..=0xBF => (1, first & 0x3F),
        0xC0..=0xDF => (2, first & 0x1F),
        0xE0..=0xEF => (3, first & 0x0F),
        0xF0..=0xF3 => (4, 0),
        0xF4..=0xF7 => (8, 0),
        // One level only: an inverted number cannot contain another one.
        0xF8..=0xFB if rest.first().is_some_and(|next| !(0xF8..=0xFB).contains(next)) => {
            let (number, rest) = read(rest)?;
            return Some((!number, rest));
        }
        0xF8..=0xFB => return None,
        0xFC..=0xFF => return Some((!u64::from(first & 3), rest)),
    };
    let (bytes, rest) = rest.split_at_checked(more)?;
    let number = bytes.iter().fold(u64::from(top), |number, byte| number << 8 | u64::from(*byte));
    Some((number, rest))
}

/// Appends a number, in as few bytes as it takes.
pub(crate) fn write(number: u64, out: &mut Vec<u8>) {
    let bytes = number.to_be_bytes();
    match number {
        0..0x80 => out.push(bytes[7]),
        0x80..0x4000 => out.extend([0x80 | bytes[6], bytes[7]]),
        0x4000..0x20_0000 => out.extend([0xC0 | bytes[5], bytes[6], bytes[7]]),
        0x20_0000..0x1000_0000 => out.extend([0xE0 | bytes[4], bytes[5], bytes[6], bytes[7]]),
        0x1000_0000..=0xFFFF_FFFF => {
            out.push(0xF0);
            out.extend_from_slice(&bytes[4..]);
        }
        _ => {
            out.push(0xF4);
            out.extend_from_slice(&bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_bits_say_how_many_bytes_follow() {
        for (number, expected) in [
            (0, &[0][..]),
            (0x7F, &[0x7F]),
            (0x80, &[0x80, 0x80]),
            (0x3FFF, &[0xBF, 0xFF]),
            (0x4000, &[0xC0, 0x40, 0]),
            (0x1F_FFFF, &[0xDF, 0xFF, 0xFF]),
            (0x20_0000, &[0xE0, 0x20, 0, 0]),
            (0x1000_0000, &[0xF0, 0x10, 0, 0, 0]),
            (u64::from(u32::MAX) + 1, &[0xF4, 0, 0, 0, 1, 0, 0, 0, 0]),
        ] {
            let mut written = Vec::new();
            write(number, &mut written);
            assert_eq!(written, expected, "{number:#x}");
            assert_eq!(read(&written), Some((number, &[][..])));
        }
    }

    #[test]
    fn negative_numbers_are_read_and_never_nest() {
        assert_eq!(read(&[0xF8, 5, 9]), Some((!5, &[9][..])));
        assert_eq!(read(&[0xFD, 9]), Some((!1, &[9][..])));
        assert_eq!(read(&[0xF8, 0xF8, 5]), None);
        assert_eq!(read(&[0xF8; 4000]), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_and_what_is_cut_off_is_not(number: u64) {
            let mut written = Vec::new();
            write(number, &mut written);
            prop_assert_eq!(read(&written), Some((number, &[][..])));
            for cut in 0..written.len() {
                prop_assert_eq!(read(&written[..cut]), None);
            }
        }
    }
}
