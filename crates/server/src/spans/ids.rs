//! Numbers of traces and spans, and which traces are recorded.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use consonance_link::split_mix::{STEP, mixed};

use crate::random::random_u64;

/// The number of a trace, never 0; it is written as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId(u128);

/// The number of a span in its trace, never 0; it is written as 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(u64);

/// Draws numbers, for all threads at once and without a lock.
#[derive(Debug)]
pub(super) struct IdSource(AtomicU64);

impl Default for IdSource {
    fn default() -> Self {
        Self(AtomicU64::new(random_u64()))
    }
}

impl IdSource {
    pub(super) fn trace(&self) -> TraceId {
        TraceId(u128::from(self.next()) << 64 | u128::from(self.next()))
    }

    pub(super) fn span(&self) -> SpanId {
        SpanId(self.next())
    }

    /// The next number, unique within the process; never 0, which would be invalid.
    fn next(&self) -> u64 {
        mixed(self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP)).max(1)
    }
}

impl TraceId {
    /// Whether it is among this share of all traces. Another program that samples by the same half of the number
    /// records the same traces.
    pub(super) fn is_sampled(self, ratio: f64) -> bool {
        let low = self.0 as u64 >> 11;
        (low as f64) < ratio * (1_u64 << 53) as f64
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_all_their_digits() {
        assert_eq!(TraceId(0xAB).to_string(), "000000000000000000000000000000ab");
        assert_eq!(SpanId(0xAB).to_string(), "00000000000000ab");
    }

    #[test]
    fn numbers_differ_from_each_other_and_from_those_of_another_process() {
        let (ids, others) = (IdSource::default(), IdSource::default());
        assert_ne!(ids.span(), ids.span());
        assert_ne!(ids.trace(), others.trace());
    }
}
