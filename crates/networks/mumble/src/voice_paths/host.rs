//! The users whose control channels come from one host, and how many of their keys may be tried.

use std::time::{Duration, Instant};

use consonance_link::Peer;

/// Keys that a datagram from an unknown port is tried with: those of its host's users that it fits best.
pub(super) const KEYS_TRIED_MAX: usize = 64;
/// Keys that datagrams from unknown ports of one host are tried with in each [`PERIOD`].
pub(super) const TRIES_PER_PERIOD: u32 = 10_000;
pub(super) const PERIOD: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Host {
    pub(super) users: Vec<Peer>,
    period_began: Instant,
    tries: u32,
}

impl Host {
    pub(super) fn new(now: Instant) -> Self {
        Self { users: Vec::new(), period_began: now, tries: 0 }
    }

    /// Whether one more key may be tried.
    pub(super) fn may_try(&mut self, now: Instant) -> bool {
        if now >= self.period_began + PERIOD {
            (self.period_began, self.tries) = (now, 0);
        }
        self.tries < TRIES_PER_PERIOD
    }

    /// Counts one more tried key; false if the limit is reached.
    pub(super) fn take_try(&mut self, now: Instant) -> bool {
        let may_try = self.may_try(now);
        self.tries += u32::from(may_try);
        may_try
    }
}
