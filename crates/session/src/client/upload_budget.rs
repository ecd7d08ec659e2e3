//! How many bytes of direct copies may still be sent: a token bucket.

use core::time::Duration;

use crate::time::Instant;

/// How often the budget asks for the time while it is not full: as often as there are frames of the shortest common
/// length.
pub(super) const REFILL: Duration = Duration::from_millis(20);

const MICROS_PER_SECOND: u64 = 1_000_000;

/// Holds up to one second's worth of bytes, and is full at first.
#[derive(Debug, Default)]
pub(super) struct UploadBudget {
    bytes_per_second: u64,
    /// What is left, in millionths of a byte, so that no rate is lost to rounding.
    left: u64,
    filled_at: Option<Instant>,
}

impl UploadBudget {
    pub(super) fn new(bytes_per_second: u32) -> Self {
        let bytes_per_second = u64::from(bytes_per_second);
        Self { bytes_per_second, left: bytes_per_second * MICROS_PER_SECOND, filled_at: None }
    }

    /// Takes so many bytes; false, and nothing is taken, if less is left.
    pub(super) fn take(&mut self, now: Instant, bytes: usize) -> bool {
        self.refill(now);
        let cost = bytes as u64 * MICROS_PER_SECOND;
        let enough = cost <= self.left;
        if enough {
            self.left -= cost;
        }
        enough
    }

    /// Adds what time has brought; true if there is no room for more.
    pub(super) fn refill(&mut self, now: Instant) -> bool {
        let since = now - *self.filled_at.get_or_insert(now);
        let micros = since.as_micros().min(u128::from(MICROS_PER_SECOND)) as u64;
        let most = self.bytes_per_second * MICROS_PER_SECOND;
        self.left = (self.left + micros * self.bytes_per_second).min(most);
        self.filled_at = self.filled_at.max(Some(now));
        self.left == most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_at_most_is_saved_up_and_time_brings_the_rest() {
        let mut budget = UploadBudget::new(1000);
        let start = Instant::from_millis(5);
        assert!(budget.take(start, 1000));
        assert!(!budget.take(start, 1));
        assert!(!budget.take(Instant::from_millis(104), 100), "99 ms bring 99 bytes");
        assert!(budget.take(Instant::from_millis(105), 100));
        assert!(!budget.take(Instant::from_millis(60_000), 1001));
        assert!(budget.take(Instant::from_millis(60_000), 1000));
    }

    #[test]
    fn time_that_goes_back_brings_nothing() {
        let mut budget = UploadBudget::new(1000);
        assert!(budget.take(Instant::from_millis(500), 1000));
        assert!(!budget.take(Instant::from_millis(100), 1));
        assert!(!budget.take(Instant::from_millis(500), 1));
    }
}
