//! How many strangers are answered.

use std::time::{Duration, Instant};

/// So many in each second, counted from the first one of it.
#[derive(Debug)]
pub(super) struct ConnectRate {
    per_second: u32,
    since: Instant,
    count: u32,
}

impl ConnectRate {
    pub(super) fn new(per_second: u32, now: Instant) -> Self {
        Self { per_second, since: now, count: 0 }
    }

    /// Whether one more is answered now.
    pub(super) fn allows(&mut self, now: Instant) -> bool {
        if now >= self.since + Duration::from_secs(1) {
            self.since = now;
            self.count = 0;
        }
        self.count = self.count.saturating_add(1);
        self.count <= self.per_second
    }
}
