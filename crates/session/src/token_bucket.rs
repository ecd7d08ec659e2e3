//! A token bucket on the engine's own clock.

use crate::limits::Rate;
use crate::time::Instant;

/// Tokens in millionths, so that a rate of 1/s is one of them per microsecond and nothing is rounded.
#[derive(Clone, Copy, Debug)]
pub struct TokenBucket {
    /// Or [`FULL`], however many that is.
    tokens: u64,
    refilled: Instant,
}

const FULL: u64 = u64::MAX;
const MILLION: u64 = 1_000_000;
/// The interval at which returned tokens are added while there are enough: adding costs more than taking. In this time
/// a bucket that was full gives a little more than it holds.
const REFILL_MICROS: u64 = 100_000;

impl TokenBucket {
    /// A full bucket, with as many tokens as its rate, whatever it is, allows at once.
    pub fn full(now: Instant) -> Self {
        Self { tokens: FULL, refilled: now }
    }

    /// Whether the bucket is full.
    pub fn is_full(&mut self, now: Instant, rate: Rate) -> bool {
        self.refill(now, rate, 1);
        self.tokens >= u64::from(rate.burst).saturating_mul(MILLION)
    }

    /// Takes `cost` tokens, or none if there are fewer. The rate is multiplied by `times`.
    pub fn take(&mut self, now: Instant, rate: Rate, times: u64, cost: u64) -> bool {
        let cost = cost.saturating_mul(MILLION);
        if self.tokens < cost || self.tokens == FULL || self.micros_since_refill(now) >= REFILL_MICROS {
            self.refill(now, rate, times);
        }
        let left = self.tokens.checked_sub(cost);
        self.tokens = left.unwrap_or(self.tokens);
        left.is_some()
    }

    fn micros_since_refill(&self, now: Instant) -> u64 {
        now.as_micros().saturating_sub(self.refilled.as_micros())
    }

    fn refill(&mut self, now: Instant, rate: Rate, times: u64) {
        let per_second = u64::from(rate.per_second).saturating_mul(times);
        let refill = self.micros_since_refill(now).saturating_mul(per_second);
        let most = u64::from(rate.burst).saturating_mul(times).saturating_mul(MILLION);
        self.tokens = self.tokens.saturating_add(refill).min(most);
        self.refilled = self.refilled.max(now);
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
    fn in_the_long_run_the_rate_is_what_it_says() {
        let rate = Rate { per_second: 50, burst: 10 };
        let mut bucket = TokenBucket::full(Instant::START);
        let taken = |millis| bucket.take(Instant::from_millis(millis), rate, 1, 1);
        let taken = (0..100_000).step_by(7).map(taken).filter(|taken| *taken).count();
        assert!((5000..=5015).contains(&taken), "{taken} in 100 s");
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
