//! How many strangers are answered.

use std::time::{Duration, Instant};

/// Lets so many in each second pass, counted from the first one of it: a bound for what strangers cost before they have
/// proved anything.
#[derive(Debug)]
pub struct NewcomerRate {
    per_second: u32,
    since: Instant,
    count: u32,
}

impl NewcomerRate {
    /// That many per second, from now on.
    pub fn new(per_second: u32, now: Instant) -> Self {
        Self { per_second, since: now, count: 0 }
    }

    /// Whether one more is answered now.
    pub fn allows(&mut self, now: Instant) -> bool {
        if now >= self.since + Duration::from_secs(1) {
            self.since = now;
            self.count = 0;
        }
        self.count = self.count.saturating_add(1);
        self.count <= self.per_second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_second_has_its_own_number() {
        let start = Instant::now();
        let mut rate = NewcomerRate::new(3, start);
        let allowed = |rate: &mut NewcomerRate, ms| {
            (0..10).filter(|_| rate.allows(start + Duration::from_millis(ms))).count()
        };
        assert_eq!([0, 500, 999, 1000, 5000].map(|ms| allowed(&mut rate, ms)), [3, 0, 0, 3, 3]);
    }
}
