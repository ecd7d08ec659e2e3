//! Whole numbers in as few bytes as they need: zigzag, then seven bits to a byte, the lowest first.

/// The most bytes that a number has.
pub(crate) const BYTES_MAX: usize = 10;

/// Appends a number.
pub(crate) fn write(number: i64, bytes: &mut Vec<u8>) {
    let mut rest = ((number << 1) ^ (number >> 63)) as u64;
    while rest >= 0x80 {
        bytes.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
}

/// A number and the rest; `None` if it is incomplete, or has more than 64 bits.
pub(crate) fn read(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let mut zigzag = 0_u64;
    for (index, byte) in bytes.iter().enumerate().take(BYTES_MAX) {
        let bits = u64::from(byte & 0x7f);
        let shifted = bits << (7 * index);
        if shifted >> (7 * index) != bits {
            return None;
        }
        zigzag |= shifted;
        if byte & 0x80 == 0 {
            let number = (zigzag >> 1) as i64 ^ -((zigzag & 1) as i64);
            return Some((number, &bytes[index + 1..]));
        }
    }
    None
}

/// The bytes after a length prefix, and the rest. `None` if they are cut off, or absent (a length of −1).
pub(crate) fn read_segment(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = read(bytes)?;
    rest.split_at_checked(usize::try_from(length).ok()?)
}

/// Appends a length and the bytes.
pub(crate) fn write_segment(segment: &[u8], bytes: &mut Vec<u8>) {
    write(segment.len() as i64, bytes);
    bytes.extend_from_slice(segment);
}

/// How many bytes a number has.
pub(crate) fn bytes_of(number: usize) -> usize {
    let bits = usize::BITS - number.leading_zeros() + 1;
    (bits.max(1) as usize).div_ceil(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_bytes_of_their_size_and_come_back() {
        let table: [(i64, &[u8]); 14] = [
            (0, &[0]),
            (-1, &[1]),
            (1, &[2]),
            (17, &[0x22]),
            (63, &[0x7e]),
            (-64, &[0x7f]),
            (64, &[0x80, 0x01]),
            (-65, &[0x81, 0x01]),
            (8191, &[0xfe, 0x7f]),
            (8192, &[0x80, 0x80, 0x01]),
            (-8192, &[0xff, 0x7f]),
            (-8193, &[0x81, 0x80, 0x01]),
            (i64::MAX, &[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
            (i64::MIN, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
        ];
        for (number, expected) in table {
            let mut bytes = Vec::new();
            write(number, &mut bytes);
            assert_eq!(bytes, expected, "{number}");
            if let Ok(number) = usize::try_from(number) {
                assert_eq!(bytes_of(number), expected.len(), "{number}");
            }
            bytes.push(7);
            assert_eq!(read(&bytes), Some((number, &[7_u8][..])), "{number}");
        }
    }

    #[test]
    fn what_does_not_end_or_is_too_large_is_no_number() {
        for bytes in [
            &[][..],
            &[0x80],
            &[0xff; 9],
            &[0xff; 11],
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2],
        ] {
            assert_eq!(read(bytes), None, "{bytes:?}");
        }
        assert_eq!(read_segment(&[1]), None, "of nothing at all");
        assert_eq!(read_segment(&[4, 1]), None);
        assert_eq!(read_segment(&[2, 1, 9]), Some((&[1_u8][..], &[9_u8][..])));
    }
}
