//! When a link has to say something, and when it has been silent for too long.

use std::time::{Duration, Instant};

/// Both ends do the same.
#[derive(Debug)]
pub(crate) struct Liveness {
    heard: Instant,
    said: Instant,
    idle: Duration,
}

/// So often something is said within the time after which silence counts as the end.
const SAYINGS_PER_IDLE: u32 = 4;

impl Liveness {
    pub(crate) fn new(now: Instant, idle: Duration) -> Self {
        Self { heard: now, said: now, idle }
    }

    pub(crate) fn set_idle(&mut self, idle: Duration) {
        self.idle = idle;
    }

    pub(crate) fn note_heard(&mut self, now: Instant) {
        self.heard = self.heard.max(now);
    }

    pub(crate) fn note_said(&mut self, now: Instant) {
        self.said = self.said.max(now);
    }

    pub(crate) fn is_lost(&self, now: Instant) -> bool {
        now >= self.heard + self.idle
    }

    pub(crate) fn should_say(&self, now: Instant) -> bool {
        now >= self.said + self.idle / SAYINGS_PER_IDLE
    }

    pub(crate) fn next(&self) -> Instant {
        (self.heard + self.idle).min(self.said + self.idle / SAYINGS_PER_IDLE)
    }
}
