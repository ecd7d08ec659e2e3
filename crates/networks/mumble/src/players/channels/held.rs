//! Channels that stay for a while although they are empty.

use std::collections::{BTreeMap, BTreeSet};

use consonance_session::Instant;

/// Channels whose last player has left the session, each with the time until which it stays: the player may be joining
/// again, and is to find its channel under the same number.
#[derive(Debug, Default)]
pub(super) struct Held {
    until: BTreeMap<u32, Instant>,
    by_time: BTreeSet<(Instant, u32)>,
}

impl Held {
    pub(super) fn hold(&mut self, channel: u32, until: Instant) {
        self.release(channel);
        self.until.insert(channel, until);
        self.by_time.insert((until, channel));
    }

    /// Holds a channel no longer; false if it was not held.
    pub(super) fn release(&mut self, channel: u32) -> bool {
        let Some(until) = self.until.remove(&channel) else { return false };
        self.by_time.remove(&(until, channel))
    }

    pub(super) fn contains(&self, channel: u32) -> bool {
        self.until.contains_key(&channel)
    }

    /// The time at which the first one is held no longer.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.by_time.first().map(|(until, _)| *until)
    }

    /// Takes the next channel whose time is over.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<u32> {
        self.next_due().filter(|until| *until <= now).and_then(|_| self.take_first())
    }

    /// Takes the channel whose time is over first.
    pub(super) fn take_first(&mut self) -> Option<u32> {
        let (_, channel) = self.by_time.pop_first()?;
        self.until.remove(&channel);
        Some(channel)
    }
}
