//! A token bucket on the engine's own clock.

use crate::limits::Rate;
use crate::time::Instant;

/// Tokens in millionths, so that a rate of 1/s is one of them per microsecond and nothing is rounded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TokenBucket {
    tokens: u64,
    refilled: Instant,
}

const MILLION: u64 = 1_000_000;

impl TokenBucket {
    /// As many tokens as its rate, whichever that is, allows at once.
    pub(crate) fn full(now: Instant) -> Self {
        Self { tokens: u64::MAX, refilled: now }
    }

    /// Whether there is no room for more tokens.
    pub(crate) fn is_full(&mut self, now: Instant, rate: Rate) -> bool {
        self.take(now, rate, 1, 0);
        self.tokens >= u64::from(rate.burst).saturating_mul(MILLION)
    }

    /// Takes `cost` tokens, or none if there are not so many. The rate counts `times` over.
    pub(crate) fn take(&mut self, now: Instant, rate: Rate, times: u64, cost: u64) -> bool {
        let micros = now.as_micros().saturating_sub(self.refilled.as_micros());
        let refill = micros.saturating_mul(u64::from(rate.per_second).saturating_mul(times));
        let most = u64::from(rate.burst).saturating_mul(times).saturating_mul(MILLION);
        self.tokens = self.tokens.saturating_add(refill).min(most);
        self.refilled = self.refilled.max(now);
        let left = self.tokens.checked_sub(cost.saturating_mul(MILLION));
        self.tokens = left.unwrap_or(self.tokens);
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { per_second: 2, burst: 3 };

    fn taken(bucket: &mut TokenBucket, millis: u64, times: u64) -> usize {
        (0..100).take_while(|_| bucket.take(Instant::from_millis(millis), RATE, times, 1)).count()
    }

    #[test]
    fn a_burst_at_once_then_as_many_as_come_back() {
        let mut bucket = TokenBucket::full(Instant::START);
        assert_eq!(taken(&mut bucket, 0, 1), 3);
        assert_eq!(taken(&mut bucket, 499, 1), 0);
        assert_eq!(taken(&mut bucket, 500, 1), 1);
        assert_eq!(taken(&mut bucket, 1500, 1), 2);
        assert_eq!(taken(&mut bucket, 60_000, 1), 3);
    }

    #[test]
    fn a_bucket_is_full_again_when_everything_has_come_back() {
        let mut bucket = TokenBucket::full(Instant::START);
        assert!(bucket.is_full(Instant::START, RATE));
        taken(&mut bucket, 0, 1);
        assert!(!bucket.is_full(Instant::from_millis(1499), RATE));
        assert!(bucket.is_full(Instant::from_millis(1500), RATE));
    }

    #[test]
    fn a_rate_may_count_several_times() {
        let mut bucket = TokenBucket::full(Instant::START);
        assert_eq!(taken(&mut bucket, 0, 10), 30);
        assert_eq!(taken(&mut bucket, 500, 10), 10);
    }

    #[test]
    fn what_costs_too_much_takes_nothing() {
        let mut bucket = TokenBucket::full(Instant::START);
        assert!(!bucket.take(Instant::START, RATE, 1, 4));
        assert!(bucket.take(Instant::START, RATE, 1, 3));
    }

    #[test]
    fn time_that_goes_back_gives_nothing() {
        let mut bucket = TokenBucket::full(Instant::START);
        taken(&mut bucket, 1000, 1);
        assert_eq!(taken(&mut bucket, 0, 1), 0);
        assert_eq!(taken(&mut bucket, 1000, 1), 0);
    }

    #[test]
    fn an_unlimited_rate_is_never_used_up() {
        let mut bucket = TokenBucket::full(Instant::START);
        assert!((0..1000).all(|_| bucket.take(Instant::START, Rate::UNLIMITED, 65_536, 1_000_000)));
    }
}
