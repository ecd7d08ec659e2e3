//! The time that payloads tell.

use std::time::Instant;

/// Ticks since a moment, from 1 on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TickClock {
    start: Instant,
}

/// `FishNet`'s default.
const TICKS_PER_SECOND: u128 = 30;

impl TickClock {
    pub(crate) fn new(start: Instant) -> Self {
        Self { start }
    }

    pub(crate) fn tick(self, now: Instant) -> u32 {
        let elapsed = now.saturating_duration_since(self.start).as_micros();
        (elapsed * TICKS_PER_SECOND / 1_000_000) as u32 + 1
    }
}
