//! The numbers of segments, which wrap around.

/// Whether a number is before another one: the distance forward is less than half of the range.
pub(super) fn is_before(number: u32, other: u32) -> bool {
    (number.wrapping_sub(other) as i32) < 0
}
