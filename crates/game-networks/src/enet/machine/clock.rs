//! The clock that ENet reads, set by the driver.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Time since the first call of [`set`](Self::set), in whole milliseconds, for all holders of a copy. It starts at
/// one, because zero means never to ENet.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    since: Option<Instant>,
    milliseconds: Arc<AtomicU64>,
}

impl Clock {
    /// Sets the time. Only one copy may be set.
    pub(crate) fn set(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(*self.since.get_or_insert(now));
        let passed = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX);
        self.milliseconds.fetch_max(passed.saturating_add(1), Ordering::Relaxed);
    }

    pub(super) fn time(&self) -> Duration {
        Duration::from_millis(self.milliseconds.load(Ordering::Relaxed))
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self { since: None, milliseconds: Arc::new(AtomicU64::new(1)) }
    }
}
