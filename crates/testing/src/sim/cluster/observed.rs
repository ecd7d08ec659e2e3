//! A player's end of a network, whose packets are noted in the run's transcript.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;
use std::time::Instant;

use consonance_link::memory::MemoryClient;
use consonance_link::{ClientLinkEvent, ClientNetwork, Delivery, DirectLinks, PacketLimits, Statistics};

use crate::sim::transcript::Transcript;

/// The transcript of a run, which all its players, and the bus between nodes, write.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedTranscript(Arc<Mutex<Transcript>>);

impl SharedTranscript {
    pub(super) fn note(&self, note: impl FnOnce(&mut Transcript)) {
        note(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn get(&self) -> Transcript {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) struct Observed {
    pub(super) inner: MemoryClient,
    pub(super) transcript: SharedTranscript,
    /// The start of the run.
    pub(super) start: Instant,
    /// Half of the numbers of its directions.
    pub(super) number: u64,
}

impl ClientNetwork for Observed {
    fn connect(&mut self, now: Instant) {
        self.inner.connect(now);
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        let event = self.inner.poll_event(now, bytes)?;
        if let ClientLinkEvent::Packet { channel: delivery } = &event {
            let (micros, over) = (micros(self.start, now), self.number << 1);
            self.transcript.note(|transcript| transcript.note_packet(micros, over, *delivery, bytes));
        }
        Some(event)
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        let (micros, over) = (micros(self.start, now), self.number << 1 | 1);
        self.transcript.note(|transcript| transcript.note_packet(micros, over, delivery, packet));
        self.inner.send(now, delivery, packet);
    }

    fn disconnect(&mut self, now: Instant) {
        self.inner.disconnect(now);
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        self.inner.wants_poll_at()
    }

    fn set_waker(&mut self, waker: Waker) {
        self.inner.set_waker(waker);
    }

    fn limits(&self) -> PacketLimits {
        self.inner.limits()
    }

    fn statistics(&self) -> Statistics {
        self.inner.statistics()
    }

    fn direct_links(&mut self) -> Option<&mut dyn DirectLinks> {
        self.inner.direct_links()
    }
}

/// The time since the start of a run.
pub(super) fn micros(start: Instant, now: Instant) -> u64 {
    now.saturating_duration_since(start).as_micros() as u64
}
