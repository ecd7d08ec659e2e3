//! The retry schedule of a collector that does not answer: without I/O, time is an argument.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::{Duration, Instant};

/// Whether the latest request failed, and when to retry.
#[derive(Debug, Default)]
pub(crate) struct Outage {
    failed: u32,
    retry_at: Option<Instant>,
}

/// The wait after the first request that failed; each further one is twice as long.
const RETRY_FIRST: Duration = Duration::from_secs(1);
/// The longest wait between two requests, unless the collector asks for more.
const RETRY_MAX: Duration = Duration::from_mins(1);
/// The longest wait that a collector may ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_mins(5);

impl Outage {
    /// A request failed; the collector may have said when to come again. True if that is news.
    pub(crate) fn handle_failed(&mut self, now: Instant, retry_after: Option<Duration>) -> bool {
        let whole = RETRY_FIRST.saturating_mul(1 << self.failed.min(16)).min(RETRY_MAX);
        // Half of the delay is random, so that the servers of a site do not all retry at once.
        let own = whole / 2 + (whole / 2).mul_f64(chance());
        let asked = retry_after.unwrap_or_default().min(RETRY_AFTER_MAX);
        self.retry_at = Some(now + own.max(asked));
        self.failed = self.failed.saturating_add(1);
        self.failed == 1
    }

    /// A request was answered. How many had failed, if any.
    pub(crate) fn handle_answered(&mut self) -> Option<u32> {
        self.retry_at = None;
        Some(std::mem::take(&mut self.failed)).filter(|failed| *failed > 0)
    }

    /// The earliest time of the next request; `None` if it may be sent at once.
    pub(crate) fn retry_at(&self) -> Option<Instant> {
        self.retry_at
    }
}

/// From 0 to 1, by the random keys of the standard library's maps.
fn chance() -> f64 {
    (RandomState::new().build_hasher().finish() >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_a_second_to_a_minute_and_begin_again_after_an_answer() {
        let (mut outage, now) = (Outage::default(), Instant::now());
        for (number, whole) in [1, 2, 4, 8, 16, 32, 60, 60].into_iter().enumerate() {
            assert_eq!(outage.handle_failed(now, None), number == 0, "an outage is news once");
            let (wait, whole) = (outage.retry_at().unwrap() - now, Duration::from_secs(whole));
            assert!(wait >= whole / 2 && wait <= whole, "{wait:?} of {whole:?}");
        }
        assert_eq!(outage.handle_answered(), Some(8));
        assert_eq!((outage.handle_answered(), outage.retry_at()), (None, None));
        assert!(outage.handle_failed(now, None));
        assert!(outage.retry_at().unwrap() - now <= RETRY_FIRST);
    }

    #[test]
    fn a_collector_may_ask_for_a_longer_wait_but_not_for_any() {
        let (mut outage, now) = (Outage::default(), Instant::now());
        outage.handle_failed(now, Some(Duration::from_secs(30)));
        assert_eq!(outage.retry_at(), Some(now + Duration::from_secs(30)));
        outage.handle_failed(now, Some(Duration::from_hours(10)));
        assert_eq!(outage.retry_at(), Some(now + RETRY_AFTER_MAX));
    }
}
