//! A goodbye, or a refusal, that is repeated until it is answered.

use std::time::Instant;

use crate::connection::TIMER_MIN;
use crate::settings::ConnectionSettings;

/// The packet, and when it leaves again.
#[derive(Debug)]
pub(crate) struct Goodbye {
    packet: Vec<u8>,
    repeat_at: Instant,
    until: Instant,
}

impl Goodbye {
    /// The packet has left, or is about to.
    pub(crate) fn new(now: Instant, settings: &ConnectionSettings, packet: Vec<u8>) -> Self {
        let (repeat_at, until) = (now + settings.goodbye_interval, now + settings.goodbye_timeout);
        Self { packet, repeat_at, until }
    }

    pub(crate) fn packet(&self) -> &[u8] {
        &self.packet
    }

    pub(crate) fn timeout(&self) -> Instant {
        self.repeat_at.min(self.until)
    }

    /// Whether no answer is awaited any more.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.until <= now
    }

    /// Whether the packet is to leave again now.
    pub(crate) fn repeats(&mut self, now: Instant, settings: &ConnectionSettings) -> bool {
        let repeats = self.repeat_at <= now;
        if repeats {
            self.repeat_at = now + settings.goodbye_interval.max(TIMER_MIN);
        }
        repeats
    }
}
