//! Control packets on their way from the caller's thread to the control stream.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::settings::OutgoingLimits;

/// The maximum number of packets that the writer takes at a time.
const BATCH_PACKETS: usize = 32;

/// The number of packets for which an idle link keeps memory.
pub(super) const IDLE_PACKETS: usize = 4;

/// A bounded queue that never blocks its producer.
#[derive(Debug)]
pub(super) struct Outbox {
    limits: OutgoingLimits,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    frames: VecDeque<Bytes>,
    bytes: usize,
    is_closed: bool,
}

/// The result of queueing a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    Queued,
    Full,
    Closed,
}

impl Outbox {
    pub(super) fn new(limits: OutgoingLimits) -> Self {
        Self { limits, state: Mutex::default(), changed: Notify::new() }
    }

    pub(super) fn put(&self, frame: Bytes) -> Put {
        let mut state = self.lock();
        if state.is_closed {
            return Put::Closed;
        }
        let bytes = state.bytes + frame.len();
        if state.frames.len() >= self.limits.packets || bytes > self.limits.bytes {
            return Put::Full;
        }
        state.bytes = bytes;
        state.frames.push_back(frame);
        drop(state);
        self.changed.notify_one();
        Put::Queued
    }

    /// Accepts no more packets; queued ones are still sent.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_one();
    }

    /// Waits for packets and moves some of them to `batch`. Returns false if it is closed and empty.
    pub(super) async fn take(&self, batch: &mut Vec<Bytes>) -> bool {
        loop {
            if let Some(has_more) = self.try_take(batch) {
                return has_more;
            }
            self.changed.notified().await;
        }
    }

    fn try_take(&self, batch: &mut Vec<Bytes>) -> Option<bool> {
        let mut state = self.lock();
        let count = state.frames.len().min(BATCH_PACKETS);
        if count == 0 {
            return state.is_closed.then_some(false);
        }
        batch.extend(state.frames.drain(..count));
        state.bytes -= batch.iter().map(Bytes::len).sum::<usize>();
        if state.frames.is_empty() {
            // A burst at joining must not keep its memory for the rest of the link's life.
            state.frames.shrink_to(IDLE_PACKETS);
        }
        Some(true)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: OutgoingLimits = OutgoingLimits { packets: 3, bytes: 10 };

    fn take_all(outbox: &Outbox) -> Vec<Bytes> {
        let mut batch = Vec::new();
        outbox.try_take(&mut batch);
        batch
    }

    #[test]
    fn the_queue_is_bounded_in_packets_and_in_bytes() {
        let outbox = Outbox::new(LIMITS);
        assert_eq!(outbox.put(Bytes::from_static(b"12345")), Put::Queued);
        assert_eq!(outbox.put(Bytes::from_static(b"67890")), Put::Queued);
        assert_eq!(outbox.put(Bytes::from_static(b"1")), Put::Full);
        assert_eq!(take_all(&outbox).len(), 2);
        for _ in 0..LIMITS.packets {
            assert_eq!(outbox.put(Bytes::from_static(b"1")), Put::Queued);
        }
        assert_eq!(outbox.put(Bytes::from_static(b"1")), Put::Full);
    }

    #[test]
    fn a_closed_queue_lets_out_what_it_has_and_nothing_more() {
        let outbox = Outbox::new(LIMITS);
        outbox.put(Bytes::from_static(b"last"));
        outbox.close();
        assert_eq!(outbox.put(Bytes::from_static(b"late")), Put::Closed);
        assert_eq!(take_all(&outbox), [Bytes::from_static(b"last")]);
        assert_eq!(outbox.try_take(&mut Vec::new()), Some(false));
    }
}
