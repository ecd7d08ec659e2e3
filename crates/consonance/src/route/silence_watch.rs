//! Detects links over which nothing arrives any more.

use std::time::{Duration, Instant};

use consonance_transport::ClientNetwork;

use super::candidate::{Candidate, CandidateState};

/// The interval of checks.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Counts checks rather than time, so that no link is given up because this process was not running.
#[derive(Debug)]
pub(super) struct SilenceWatch {
    looks_max: u32,
    /// Consecutive checks without anything new.
    looks_in_vain: u32,
    received: u64,
    next_at: Option<Instant>,
}

impl SilenceWatch {
    pub(super) fn new(silence_max: Duration) -> Self {
        let looks_max = silence_max.as_millis().div_ceil(LOOK_EVERY.as_millis()).try_into();
        Self { looks_max: looks_max.unwrap_or(u32::MAX).max(1), looks_in_vain: 0, received: 0, next_at: None }
    }

    /// A link is up, and counts as heard now.
    pub(super) fn begin(&mut self, now: Instant) {
        (self.looks_in_vain, self.received) = (0, 0);
        self.next_at = Some(now + LOOK_EVERY);
    }

    /// Whether a check is due.
    fn is_due(&self, now: Instant) -> bool {
        self.next_at.is_some_and(|at| at <= now)
    }

    /// Whether nothing has arrived for too long over a link that is up. Checks only when due.
    pub(super) fn is_silent<T: ClientNetwork>(&mut self, now: Instant, link: &Candidate<T>) -> bool {
        if !self.is_due(now) || !link.is(CandidateState::Up) {
            return false;
        }
        self.look(now, link.transport.statistics().quality.and_then(|it| it.datagrams_received))
    }

    /// Whether nothing has arrived for too long, given the count received so far; never if that is unknown.
    fn look(&mut self, now: Instant, received: Option<u64>) -> bool {
        self.next_at = received.map(|_| now + LOOK_EVERY);
        let Some(received) = received else { return false };
        let is_news = std::mem::replace(&mut self.received, received) != received;
        self.looks_in_vain = if is_news { 0 } else { self.looks_in_vain + 1 };
        self.looks_in_vain >= self.looks_max
    }

    pub(super) fn next_at(&self) -> Option<Instant> {
        self.next_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_silent_after_enough_looks_without_news_and_not_because_time_has_passed() {
        let (mut watch, mut now) = (SilenceWatch::new(Duration::from_secs(2)), Instant::now());
        watch.begin(now);
        assert!(!watch.is_due(now));
        let mut look = |received, after| {
            now += after;
            assert!(watch.is_due(now));
            watch.look(now, received)
        };
        for received in [1, 1, 1, 1, 2, 2, 2, 2] {
            assert!(!look(Some(received), LOOK_EVERY), "{received}");
        }
        assert!(look(Some(2), LOOK_EVERY), "four looks in vain");
        assert!(!look(Some(3), Duration::from_hours(1)));
        assert!(!look(Some(3), Duration::from_hours(1)), "the process was stopped");
        assert!(!look(None, LOOK_EVERY));
        assert_eq!(watch.next_at(), None, "such a network does not count");
    }
}
