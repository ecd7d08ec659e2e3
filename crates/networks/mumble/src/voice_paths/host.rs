//! The users whose control channels come from one host, in the order in which their keys are tried.

use std::time::{Duration, Instant};

use consonance_transport::Peer;

/// Keys that a datagram from an unknown port is tried with.
pub(super) const KEYS_TRIED_MAX: usize = 64;
/// Keys that datagrams from unknown ports of one host are tried with in each [`PERIOD`].
pub(super) const TRIES_PER_PERIOD: u32 = 2000;
pub(super) const PERIOD: Duration = Duration::from_secs(1);

/// First are users that no datagram has come from, the last to come before the others, since one that has just come
/// speaks from an unknown port. Where these are too many for one datagram, the next one is tried with those behind
/// them, so that each of many users behind one router is found.
#[derive(Debug)]
pub(super) struct Host {
    silent: Vec<Peer>,
    /// Users whose addresses are known.
    known: Vec<Peer>,
    /// How many come behind those that are tried next.
    passed: usize,
    period_began: Instant,
    tries: u32,
}

impl Host {
    pub(super) fn new(now: Instant) -> Self {
        Self { silent: Vec::new(), known: Vec::new(), passed: 0, period_began: now, tries: 0 }
    }

    /// A user whose address is not known.
    pub(super) fn insert(&mut self, user: Peer) {
        self.silent.push(user);
    }

    /// A user's address is known from now on.
    pub(super) fn note_known(&mut self, user: Peer) {
        self.remove(user);
        self.known.push(user);
    }

    pub(super) fn remove(&mut self, user: Peer) {
        self.silent.retain(|other| *other != user);
        self.known.retain(|other| *other != user);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.silent.is_empty() && self.known.is_empty()
    }

    /// A datagram came from an unknown port: how many keys it is tried with.
    pub(super) fn begin(&mut self, now: Instant) -> usize {
        if now >= self.period_began + PERIOD {
            (self.period_began, self.tries) = (now, 0);
        }
        self.len().min(KEYS_TRIED_MAX)
    }

    /// The user whose key is tried as this one, from 0 on.
    pub(super) fn candidate(&self, place: usize) -> Option<Peer> {
        let place = (self.passed + place) % self.len().max(1);
        match place.checked_sub(self.silent.len()) {
            None => self.silent.iter().rev().nth(place).copied(),
            Some(place) => self.known.iter().rev().nth(place).copied(),
        }
    }

    /// False if as many keys were tried as may be.
    pub(super) fn take_try(&mut self) -> bool {
        let may_try = self.tries < TRIES_PER_PERIOD;
        self.tries += u32::from(may_try);
        may_try
    }

    /// A key has opened the datagram.
    pub(super) fn note_found(&mut self) {
        self.passed = 0;
    }

    /// No key has opened it, of so many.
    pub(super) fn pass(&mut self, tried: usize) {
        self.passed = (self.passed + tried) % self.len().max(1);
    }

    fn len(&self) -> usize {
        self.silent.len() + self.known.len()
    }
}
