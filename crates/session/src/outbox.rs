//! The queue of outgoing packets: one payload, many links, and reusable buffers.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::ops::Range;

use crate::link::{Delivery, LinkId};

/// One packet to send to one or many links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transmit<'a> {
    /// The links it goes to; at least one, and none twice unless the server is permissive.
    pub to: &'a [LinkId],
    /// The delivery mode.
    pub delivery: Delivery,
    /// The whole packet, header included.
    pub payload: &'a [u8],
}

/// A queue of transmits. Payloads and links live in two arenas that empty when the queue does.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    queue: VecDeque<Entry>,
    links: Vec<LinkId>,
    /// Longer than the part in use: its end is not cleared again for each packet.
    payloads: Vec<u8>,
    payload_bytes: usize,
}

#[derive(Debug)]
struct Entry {
    delivery: Delivery,
    links: Range<usize>,
    payload: Range<usize>,
}

/// Arenas larger than this are given back once they are empty. A join among 5000 players takes a third of it.
const KEPT_BYTES: usize = 1 << 20;

impl Outbox {
    /// Queues `payload` for every link of `to`; if there is none, nothing happens.
    pub(crate) fn push(&mut self, to: impl IntoIterator<Item = LinkId>, delivery: Delivery, payload: &[u8]) {
        let Ok(()) = self.push_written(to, delivery, payload.len(), |buffer| {
            buffer.copy_from_slice(payload);
            Ok::<_, core::convert::Infallible>(payload.len())
        });
    }

    /// Queues a packet of at most `max` bytes that `write` puts straight into the arena.
    ///
    /// # Errors
    /// Any error of `write`; then nothing is queued.
    pub(crate) fn push_written<E>(
        &mut self,
        to: impl IntoIterator<Item = LinkId>,
        delivery: Delivery,
        max: usize,
        write: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<(), E> {
        self.reuse_arenas();
        let first_link = self.links.len();
        self.links.extend(to);
        if self.links.len() == first_link {
            return Ok(());
        }
        let start = self.payload_bytes;
        if self.payloads.len() < start + max {
            self.payloads.resize(start + max, 0);
        }
        match write(&mut self.payloads[start..start + max]) {
            Ok(length) => {
                self.payload_bytes = start + length;
                let links = first_link..self.links.len();
                self.queue.push_back(Entry { delivery, links, payload: start..start + length });
                Ok(())
            }
            Err(error) => {
                self.links.truncate(first_link);
                Err(error)
            }
        }
    }

    pub(crate) fn pop(&mut self) -> Option<Transmit<'_>> {
        let entry = self.queue.pop_front()?;
        Some(Transmit {
            to: &self.links[entry.links],
            delivery: entry.delivery,
            payload: &self.payloads[entry.payload],
        })
    }

    /// The memory of the waiting packets, together with those sent since the queue was last empty, in bytes.
    pub(crate) fn waiting_bytes(&self) -> usize {
        if self.queue.is_empty() { 0 } else { self.payload_bytes + size_of_val(&*self.links) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Drops all waiting packets: their link is gone.
    pub(crate) fn clear(&mut self) {
        self.queue.clear();
    }

    fn reuse_arenas(&mut self) {
        if self.queue.is_empty() {
            self.links.clear();
            self.payload_bytes = 0;
            if self.payloads.capacity() > KEPT_BYTES {
                self.links = Vec::new();
                self.payloads = Vec::new();
                self.queue = VecDeque::new();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(outbox: &mut Outbox) -> Vec<(Vec<LinkId>, Vec<u8>)> {
        let mut all = Vec::new();
        while let Some(transmit) = outbox.pop() {
            all.push((transmit.to.to_vec(), transmit.payload.to_vec()));
        }
        all
    }

    #[test]
    fn packets_leave_in_the_order_they_came() {
        let mut outbox = Outbox::default();
        outbox.push([LinkId(1), LinkId(2)], Delivery::Reliable, b"first");
        outbox.push([LinkId(3)], Delivery::Unreliable, b"second");
        let sent = drain(&mut outbox);
        assert_eq!(sent[0], ([LinkId(1), LinkId(2)].to_vec(), b"first".to_vec()));
        assert_eq!(sent[1], ([LinkId(3)].to_vec(), b"second".to_vec()));
    }

    #[test]
    fn a_packet_without_recipients_is_not_queued() {
        let mut outbox = Outbox::default();
        outbox.push([], Delivery::Reliable, b"lost");
        assert_eq!(outbox.pop(), None);
    }

    #[test]
    fn a_failed_write_leaves_no_trace() {
        let mut outbox = Outbox::default();
        outbox.push([LinkId(1)], Delivery::Reliable, b"kept");
        assert_eq!(outbox.push_written([LinkId(2)], Delivery::Reliable, 16, |_| Err("no")), Err("no"));
        assert_eq!(drain(&mut outbox).len(), 1);
        assert_eq!(outbox.payload_bytes, 4);
    }

    #[test]
    fn a_large_arena_is_given_back_when_empty() {
        let mut outbox = Outbox::default();
        outbox.push([LinkId(1)], Delivery::Reliable, &alloc::vec![0; 2 * KEPT_BYTES]);
        drain(&mut outbox);
        outbox.push([LinkId(1)], Delivery::Reliable, b"x");
        assert!(outbox.payloads.capacity() <= KEPT_BYTES);
    }
}
