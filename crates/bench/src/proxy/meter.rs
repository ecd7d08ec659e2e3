//! Counts and delays of the messages that arrived.

use std::time::Duration;

use consonance_link::Delivery;

use crate::delays::Delays;

#[derive(Clone, Debug)]
pub(super) struct Meter {
    unreliable: Delays,
    reliable: Delays,
    sent: u64,
    received: u64,
    /// Frames of voice that players heard.
    pub(super) voice: u64,
}

impl Default for Meter {
    fn default() -> Self {
        Self { unreliable: Delays::new(), reliable: Delays::new(), sent: 0, received: 0, voice: 0 }
    }
}

impl Meter {
    pub(super) fn send(&mut self) {
        self.sent += 1;
    }

    pub(super) fn receive(&mut self, delivery: Delivery, delay: Duration) {
        self.received += 1;
        match delivery {
            Delivery::Unreliable => self.unreliable.add(delay),
            Delivery::Reliable => self.reliable.add(delay),
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.unreliable.merge(&other.unreliable);
        self.reliable.merge(&other.reliable);
        self.sent += other.sent;
        self.received += other.received;
        self.voice += other.voice;
    }

    pub(super) fn delays(&self, is_reliable: bool) -> &Delays {
        if is_reliable { &self.reliable } else { &self.unreliable }
    }

    pub(super) fn received(&self) -> u64 {
        self.received
    }

    /// Messages that were sent and not received; messages in flight when the meter was made count as received.
    pub(super) fn lost(&self) -> u64 {
        self.sent.saturating_sub(self.received)
    }
}
