//! The clock of one side's batches.

use std::time::Instant;

/// Seconds since a moment, which never run backwards.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BatchClock {
    start: Instant,
    latest: f64,
}

impl BatchClock {
    pub(crate) fn new(start: Instant) -> Self {
        Self { start, latest: 0.0 }
    }

    pub(crate) fn seconds(&mut self, now: Instant) -> f64 {
        self.latest = self.latest.max(now.saturating_duration_since(self.start).as_secs_f64());
        self.latest
    }
}
