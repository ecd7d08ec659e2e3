//! The receiving end of the reliable pipeline.

use std::collections::VecDeque;
use std::time::Instant;

use super::{Header, HeaderKind};

/// Puts packets in order, and tracks acknowledgements.
#[derive(Debug)]
pub(crate) struct ReliableReceiver {
    /// The next sequence number to deliver.
    next: u16,
    /// Packets that arrived out of order, from `next` on.
    early: VecDeque<Option<Vec<u8>>>,
    window: u16,
    /// The newest sequence number received, and its arrival time.
    newest: u16,
    newest_at: Option<Instant>,
    /// Bit d: `newest - d` was received.
    mask: u64,
    /// A packet arrived after the last acknowledgement.
    is_ack_due: bool,
}

impl ReliableReceiver {
    pub(crate) fn new(window: u16) -> Self {
        Self {
            next: 0,
            early: VecDeque::new(),
            window,
            newest: u16::MAX,
            newest_at: None,
            mask: u64::MAX,
            is_ack_due: false,
        }
    }

    /// Takes a packet in, and delivers what has its turn now.
    pub(crate) fn receive(
        &mut self,
        now: Instant,
        sequence: u16,
        payload: &[u8],
        mut deliver: impl FnMut(&[u8]),
    ) {
        let ahead = sequence.wrapping_sub(self.next);
        // Packets behind were delivered already; a peer that repeats one missed the acknowledgement.
        let is_behind = ahead >= 1 << 15 && ahead.wrapping_neg() <= self.window;
        if ahead >= self.window && !is_behind {
            return;
        }
        self.is_ack_due = true;
        if is_behind {
            return;
        }
        self.mark(now, sequence);
        if ahead > 0 {
            self.hold(usize::from(ahead), payload);
            return;
        }
        self.step();
        deliver(payload);
        while let Some(early) = self.early.front_mut().and_then(Option::take) {
            self.step();
            deliver(&early);
        }
    }

    pub(crate) fn is_ack_due(&self) -> bool {
        self.is_ack_due
    }

    /// The header of a packet that leaves now: everything that came is acknowledged with it.
    pub(crate) fn header(&mut self, now: Instant, kind: HeaderKind) -> Header {
        self.is_ack_due = false;
        let processing = self.newest_at.map_or(0, |at| now.saturating_duration_since(at).as_millis());
        Header {
            kind,
            processing_ms: u16::try_from(processing).unwrap_or(u16::MAX),
            acked: self.newest,
            mask: self.mask,
        }
    }

    fn mark(&mut self, now: Instant, sequence: u16) {
        let newer_by = sequence.wrapping_sub(self.newest);
        if newer_by == 0 {
            return;
        }
        if newer_by < 1 << 15 {
            self.mask = self.mask.checked_shl(newer_by.into()).unwrap_or(0) | 1;
            self.newest = sequence;
            self.newest_at = Some(now);
        } else {
            self.mask |= 1_u64.checked_shl(newer_by.wrapping_neg().into()).unwrap_or(0);
        }
    }

    fn hold(&mut self, ahead: usize, payload: &[u8]) {
        if self.early.len() <= ahead {
            self.early.resize_with(ahead + 1, || None);
        }
        self.early[ahead].get_or_insert_with(|| payload.to_vec());
    }

    fn step(&mut self) {
        self.next = self.next.wrapping_add(1);
        self.early.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Receives packets with these sequence numbers. Returns the delivered ones and the acknowledgement after them.
    fn receive(receiver: &mut ReliableReceiver, sequences: &[u16]) -> (Vec<u16>, u16, u64) {
        let now = Instant::now();
        let mut delivered = Vec::new();
        for sequence in sequences {
            receiver.receive(now, *sequence, &sequence.to_le_bytes(), |payload| {
                delivered.push(u16::from_le_bytes(*payload.first_chunk().unwrap()));
            });
        }
        let header = receiver.header(now, HeaderKind::AckOnly);
        (delivered, header.acked, header.mask)
    }

    #[test]
    fn packets_are_delivered_once_and_in_order_and_what_is_missing_is_not_acknowledged() {
        let mut receiver = ReliableReceiver::new(64);
        assert_eq!(receive(&mut receiver, &[]), (vec![], 0xffff, u64::MAX));
        assert_eq!(receive(&mut receiver, &[0, 0]), (vec![0], 0, u64::MAX));
        assert_eq!(receive(&mut receiver, &[3, 2, 3]), (vec![], 3, !0b100));
        assert_eq!(receive(&mut receiver, &[1, 2]), (vec![1, 2, 3], 3, u64::MAX));
    }

    #[test]
    fn what_is_more_than_a_window_ahead_is_ignored() {
        let mut receiver = ReliableReceiver::new(64);
        assert_eq!(receive(&mut receiver, &[64, 1000, 0x7fff, 0x8000]), (vec![], 0xffff, u64::MAX));
        assert!(!receiver.is_ack_due());
        assert_eq!(receive(&mut receiver, &[63]), (vec![], 63, 1));
        receiver.receive(Instant::now(), 63, b"", |_| panic!("it was not its turn"));
        assert!(receiver.is_ack_due(), "a peer that repeats missed the acknowledgement");
    }

    #[test]
    fn numbers_go_round() {
        let mut receiver = ReliableReceiver::new(32);
        for number in (0..=u16::MAX).chain([0, 1]) {
            assert_eq!(receive(&mut receiver, &[number]).0, [number]);
        }
        assert_eq!(receive(&mut receiver, &[0xffff, 0, 1]), (vec![], 1, u64::MAX));
    }

    #[test]
    fn a_header_tells_how_long_the_newest_packet_waited_for_it() {
        let mut receiver = ReliableReceiver::new(64);
        let now = Instant::now();
        receiver.receive(now, 0, b"", |_| ());
        for (waited, told) in [(3, 3), (65_535, 65_535), (65_536, 65_535)] {
            let at = now + std::time::Duration::from_millis(waited);
            assert_eq!(receiver.header(at, HeaderKind::AckOnly).processing_ms, told);
        }
    }
}
