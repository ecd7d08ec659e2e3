//! The time at which a client's end of a connection was last heard.

use std::time::Instant;

use crate::link::Link;

/// The datagrams of a connection counted so far.
#[derive(Debug, Default)]
pub(super) struct SignsOfLife {
    datagrams: u64,
    heard_at: Option<Instant>,
}

impl SignsOfLife {
    /// Asks the client's end to acknowledge something, and returns the time at which it was last heard: now, if
    /// anything arrived since the last call. The first call returns now, because nothing was counted before.
    pub(super) fn probe(&mut self, now: Instant, link: &Link) -> Instant {
        let datagrams = link.datagrams_received();
        if self.heard_at.is_none() || datagrams > self.datagrams {
            self.heard_at = Some(now);
        }
        self.datagrams = datagrams;
        link.probe();
        self.heard_at.unwrap_or(now)
    }
}
