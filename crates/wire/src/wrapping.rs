//! Distances between counters that wrap around.

/// How far `to` is ahead of `from` on a counter of `bits` bits, from −2^(bits−1) to 2^(bits−1) − 1.
///
/// Sequence numbers have 16 bits, channel sessions 7 or 2.
/// `bits` below 1 counts as 1 and above 16 as 16.
///
/// ```
/// # use consonance_wire::wrapped_delta;
/// assert_eq!(wrapped_delta(65_535, 1, 16), 2);
/// assert_eq!(wrapped_delta(1, 127, 7), -2);
/// ```
#[inline]
pub fn wrapped_delta(from: u16, to: u16, bits: u32) -> i32 {
    let unused = i32::BITS - bits.clamp(1, u16::BITS);
    (i32::from(to) - i32::from(from)) << unused >> unused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_than_one_bit_counts_as_one_and_more_than_sixteen_as_sixteen() {
        for (from, to) in [(0, 1), (1, 0), (0, 0x8000), (0x8000, 0), (65_535, 1), (7, 7)] {
            assert_eq!(wrapped_delta(from, to, 0), wrapped_delta(from, to, 1), "{from} to {to}");
            for bits in [17, 31, 32, 33, u32::MAX] {
                assert_eq!(
                    wrapped_delta(from, to, bits),
                    wrapped_delta(from, to, 16),
                    "{from} to {to}, {bits}"
                );
            }
        }
    }
}
