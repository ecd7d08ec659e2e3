//! When a client's end of a connection was last heard.

use std::time::Instant;

use crate::link::Link;

/// What came over a connection, as far as it was looked at.
#[derive(Debug, Default)]
pub(super) struct SignsOfLife {
    datagrams: u64,
    heard_at: Option<Instant>,
}

impl SignsOfLife {
    /// Asks the client's end to acknowledge something, and says when it was last heard: at the latest now, if anything
    /// came since this was asked before. The first answer is now, since nothing was counted until then.
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
