//! A goodbye, or a rejection, that is repeated until it is answered.

use std::time::Instant;

use crate::litenetlib::connection::TIMER_MIN;
use crate::litenetlib::settings::ConnectionSettings;

/// The packet, and the time at which it is repeated.
#[derive(Debug)]
pub(crate) struct Goodbye {
    packet: Vec<u8>,
    repeat_at: Instant,
    until: Instant,
}

impl Goodbye {
    /// Creates it; the packet was sent, or is about to be.
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

    /// Whether the time for an answer is over.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.until <= now
    }

    /// Whether the packet is to be repeated now.
    pub(crate) fn repeats(&mut self, now: Instant, settings: &ConnectionSettings) -> bool {
        let repeats = self.repeat_at <= now;
        if repeats {
            self.repeat_at = now + settings.goodbye_interval.max(TIMER_MIN);
        }
        repeats
    }
}
