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
