//! The rate limit of requests.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use consonance_link::address_prefix;

/// So often per minute in the long run, and so often at once after a rest: the virtual schedule of GCRA (ITU-T I.371),
/// which needs one moment for each visitor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    interval: Duration,
    tolerance: Duration,
}

impl Pace {
    /// A rate or a burst of 0 counts as 1.
    pub(crate) fn new(per_minute: u32, burst: u32) -> Self {
        let interval = Duration::from_mins(1) / per_minute.max(1);
        Self { interval, tolerance: interval * (burst.max(1) - 1) }
    }

    /// Counts one that was due at `due`, or now if there was none before: when the next one is, or how long to wait.
    pub(crate) fn count(self, now: Instant, due: Option<Instant>) -> Result<Instant, Duration> {
        let due = due.map_or(now, |due| due.max(now));
        match due.duration_since(now).checked_sub(self.tolerance) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => Ok(due + self.interval),
        }
    }
}

/// The pace of each [home](address_prefix).
#[derive(Debug)]
pub(crate) struct JoinRate {
    pace: Pace,
    addresses_max: usize,
    due: HashMap<IpAddr, Instant>,
}

impl JoinRate {
    pub(crate) fn new(pace: Pace, addresses_max: usize) -> Self {
        Self { pace, addresses_max, due: HashMap::new() }
    }

    /// Counts a request from an address, or returns how long it has to wait.
    ///
    /// While more addresses ask than can be remembered, newcomers wait.
    pub(crate) fn count(&mut self, now: Instant, address: IpAddr) -> Result<(), Duration> {
        let home = address_prefix(address);
        if self.due.len() >= self.addresses_max && !self.due.contains_key(&home) {
            self.due.retain(|_, due| *due > now);
            if self.due.len() >= self.addresses_max {
                return Err(self.pace.interval);
            }
        }
        let due = self.pace.count(now, self.due.get(&home).copied())?;
        self.due.insert(home, due);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The times in milliseconds at which a visitor's request is rejected.
    fn refused(pace: Pace, asked: &[u64]) -> Vec<u64> {
        let start = Instant::now();
        let mut due = None;
        let mut refused = Vec::new();
        for &millis in asked {
            match pace.count(start + Duration::from_millis(millis), due) {
                Ok(next) => due = Some(next),
                Err(_) => refused.push(millis),
            }
        }
        refused
    }

    #[test]
    fn a_burst_at_once_then_as_often_as_the_rate_says() {
        let pace = Pace::new(60, 3);
        assert_eq!(refused(pace, &[0, 0, 0, 1, 999, 1000, 1001, 2000]), [1, 999, 1001]);
        assert_eq!(refused(pace, &[0, 0, 0, 60_000, 60_000, 60_000, 60_001]), [60_001], "after a rest");
        assert_eq!(refused(Pace::new(0, 0), &[0, 59_999, 60_000]), [59_999], "never without end");
    }

    #[test]
    fn a_visitor_that_has_to_wait_is_told_how_long() {
        let (now, pace) = (Instant::now(), Pace::new(60, 1));
        let due = pace.count(now, None).ok();
        assert_eq!(pace.count(now + Duration::from_millis(400), due), Err(Duration::from_millis(600)));
    }

    #[test]
    fn one_home_does_not_use_up_what_another_has() {
        let (now, mut rate) = (Instant::now(), JoinRate::new(Pace::new(1, 1), 10));
        let mut asks = |address: &str| rate.count(now, address.parse().unwrap()).is_ok();
        assert!(asks("192.0.2.1") && asks("192.0.2.2") && asks("2001:db8:1:1::1"));
        assert!(!asks("192.0.2.1") && !asks("2001:db8:1:1:ffff::2"));
    }

    #[test]
    fn memory_is_bounded_and_rested_visitors_are_forgotten() {
        let (now, mut rate) = (Instant::now(), JoinRate::new(Pace::new(60, 1), 2));
        let mut asks = |millis: u64, address: &str| {
            rate.count(now + Duration::from_millis(millis), address.parse().unwrap()).is_ok()
        };
        assert!(asks(0, "192.0.2.1") && asks(0, "192.0.2.2") && !asks(0, "192.0.2.3"));
        assert!(asks(1000, "192.0.2.3"));
        assert_eq!(rate.due.len(), 1);
    }
}
