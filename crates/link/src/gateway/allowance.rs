//! A limit for how often something may happen.

use std::time::{Duration, Instant};

/// A token bucket: a limit for a peer's traffic, or for the work that connections cause before their handshake.
#[derive(Debug)]
pub struct Allowance {
    most: f64,
    per_second: f64,
    left: f64,
    at: Instant,
}

impl Allowance {
    /// Allows this many at once, and as many in each second from now on.
    pub fn new(now: Instant, per_second: u32) -> Self {
        Self::within(now, per_second, Duration::from_secs(1))
    }

    /// Allows this many at once, and as many in each period from now on.
    pub fn within(now: Instant, most: u32, period: Duration) -> Self {
        let most = f64::from(most);
        Self { most, per_second: most / period.as_secs_f64(), left: most, at: now }
    }

    /// Whether one more is allowed now.
    pub fn take(&mut self, now: Instant) -> bool {
        self.take_many(now, 1)
    }

    /// Whether this many more are allowed now; if not, none is taken.
    pub fn take_many(&mut self, now: Instant, count: u32) -> bool {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = self.at.max(now);
        self.left = (self.left + passed * self.per_second).min(self.most);
        let is_allowed = self.left >= f64::from(count);
        if is_allowed {
            self.left -= f64::from(count);
        }
        is_allowed
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_second_s_worth_is_allowed_at_once_and_then_as_much_as_time_brings() {
        let start = Instant::now();
        let mut allowance = Allowance::new(start, 10);
        let taken = |allowance: &mut Allowance, at| (0..100).filter(|_| allowance.take(at)).count();
        assert_eq!(taken(&mut allowance, start), 10);
        assert_eq!(taken(&mut allowance, start + Duration::from_millis(250)), 2);
        assert_eq!(taken(&mut allowance, start + Duration::from_hours(1)), 10);
        assert_eq!(taken(&mut allowance, start), 0, "time does not go back");
        let mut slow = Allowance::within(start, 10, Duration::from_secs(40));
        assert_eq!(taken(&mut slow, start), 10);
        assert_eq!(taken(&mut slow, start + Duration::from_secs(8)), 2);
    }

    #[test]
    fn what_is_too_much_takes_nothing() {
        let start = Instant::now();
        let mut allowance = Allowance::within(start, 100, Duration::from_secs(4));
        let taken = [60, 41, 40, 1].map(|count| allowance.take_many(start, count));
        assert_eq!(taken, [true, false, true, false]);
        assert!(allowance.take_many(start + Duration::from_secs(2), 50));
    }
}
