//! A slow line: packets pass one after the other, and later ones wait.

use std::time::{Duration, Instant};

use crate::Delivery;

/// How long an unreliable packet may wait for its turn: a line with a buffer of half a second, like home routers.
const QUEUE_TIME_MAX: Duration = Duration::from_millis(500);

#[derive(Clone, Debug)]
pub(super) struct Bottleneck {
    bits_per_s: u64,
    /// When the last admitted packet has passed.
    free_at: Option<Instant>,
}

impl Bottleneck {
    /// Lets no more than `bits_per_s` pass; 0 counts as 1.
    pub(super) fn new(bits_per_s: u64) -> Self {
        Self { bits_per_s: bits_per_s.max(1), free_at: None }
    }

    /// When a packet that arrives now has passed; `None` if the queue is too long for it.
    pub(super) fn pass(&mut self, now: Instant, delivery: Delivery, bytes: usize) -> Option<Instant> {
        let begin = self.free_at.map_or(now, |free_at| free_at.max(now));
        if delivery == Delivery::Unreliable && begin - now > QUEUE_TIME_MAX {
            return None;
        }
        let nanoseconds = bytes as u64 * 8 * 1_000_000_000 / self.bits_per_s;
        let passed = begin + Duration::from_nanos(nanoseconds);
        self.free_at = Some(passed);
        Some(passed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_pass_one_after_the_other_at_the_asked_rate() {
        let now = Instant::now();
        let mut line = Bottleneck::new(8000);
        let passes = |line: &mut Bottleneck| line.pass(now, Delivery::Reliable, 100).unwrap() - now;
        assert_eq!(passes(&mut line), Duration::from_millis(100));
        assert_eq!(passes(&mut line), Duration::from_millis(200));
    }

    #[test]
    fn an_idle_line_saves_nothing_up() {
        let now = Instant::now();
        let mut line = Bottleneck::new(8000);
        line.pass(now, Delivery::Reliable, 100);
        let later = now + Duration::from_secs(10);
        assert_eq!(line.pass(later, Delivery::Reliable, 100), Some(later + Duration::from_millis(100)));
    }

    #[test]
    fn voice_that_would_wait_too_long_is_dropped_and_control_is_not() {
        let now = Instant::now();
        let mut line = Bottleneck::new(8000);
        let voice = (0..100).filter(|_| line.pass(now, Delivery::Unreliable, 100).is_some()).count();
        assert_eq!(voice, 6, "five wait, up to 500 ms, and one passes");
        assert!(line.pass(now, Delivery::Reliable, 100).is_some());
    }
}
