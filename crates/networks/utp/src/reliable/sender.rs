//! Reliable packets on their way out.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::Header;
use super::round_trip::RoundTrip;
use crate::pipeline::PAYLOAD_BYTES_MAX;

/// A stream of bytes, cut into numbered packets of which so many may be under way; each is sent again until it has arrived.
#[derive(Debug)]
pub(crate) struct ReliableSender {
    /// Bytes that are in no packet yet.
    waiting: VecDeque<u8>,
    /// Packets from the oldest that has not arrived to the newest.
    under_way: VecDeque<Packet>,
    /// The sequence number of the oldest.
    first: u16,
    window: u16,
    resend_after_max: Duration,
    round_trip: RoundTrip,
    /// How many packets were sent again.
    resent: u64,
    /// Buffers of packets that have arrived.
    spare: Vec<Vec<u8>>,
}

#[derive(Debug)]
struct Packet {
    payload: Vec<u8>,
    sent_at: Instant,
    has_arrived: bool,
}

impl ReliableSender {
    pub(crate) fn new(window: u16, resend_after_max: Duration) -> Self {
        Self {
            waiting: VecDeque::new(),
            under_way: VecDeque::new(),
            first: 0,
            window,
            resend_after_max,
            round_trip: RoundTrip::default(),
            resent: 0,
            spare: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.waiting.extend(bytes);
    }

    /// How much waits for its first packet, in bytes.
    pub(crate) fn waiting_bytes(&self) -> usize {
        self.waiting.len()
    }

    /// Whether everything has arrived.
    pub(crate) fn is_done(&self) -> bool {
        self.waiting.is_empty() && self.under_way.is_empty()
    }

    pub(crate) fn round_trip(&self) -> Duration {
        self.round_trip.smoothed()
    }

    pub(crate) fn resent(&self) -> u64 {
        self.resent
    }

    /// When the next packet is to be sent again.
    pub(crate) fn resend_at(&self) -> Option<Instant> {
        let oldest =
            self.under_way.iter().filter(|packet| !packet.has_arrived).map(|packet| packet.sent_at).min();
        Some(oldest? + self.round_trip.resend_after(self.resend_after_max))
    }

    /// The other side tells what has arrived there.
    pub(crate) fn handle_ack(&mut self, now: Instant, header: &Header) {
        let processing = Duration::from_millis(header.processing_ms.into());
        for (index, packet) in self.under_way.iter_mut().enumerate() {
            let distance = header.acked.wrapping_sub(self.first.wrapping_add(index as u16));
            if packet.has_arrived || distance >= self.window || header.mask >> distance & 1 == 0 {
                continue;
            }
            packet.has_arrived = true;
            if distance == 0 {
                self.round_trip
                    .sample(now.saturating_duration_since(packet.sent_at).saturating_sub(processing));
            }
        }
        while self.under_way.front().is_some_and(|packet| packet.has_arrived) {
            self.spare.extend(self.under_way.pop_front().map(|packet| packet.payload));
            self.first = self.first.wrapping_add(1);
        }
    }

    /// Writes every packet that is due: those that did not arrive in time, and new ones as far as the window allows.
    pub(crate) fn transmit(&mut self, now: Instant, mut write: impl FnMut(u16, &[u8])) {
        let resend_after = self.round_trip.resend_after(self.resend_after_max);
        for (index, packet) in self.under_way.iter_mut().enumerate() {
            if !packet.has_arrived && packet.sent_at + resend_after <= now {
                packet.sent_at = now;
                self.resent += 1;
                write(self.first.wrapping_add(index as u16), &packet.payload);
            }
        }
        while self.under_way.len() < usize::from(self.window) && !self.waiting.is_empty() {
            let mut payload = self.spare.pop().unwrap_or_default();
            payload.clear();
            payload.extend(self.waiting.drain(..self.waiting.len().min(PAYLOAD_BYTES_MAX)));
            write(self.first.wrapping_add(self.under_way.len() as u16), &payload);
            self.under_way.push_back(Packet { payload, sent_at: now, has_arrived: false });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::HeaderKind;
    use super::*;

    const RESEND_AFTER: Duration = Duration::from_millis(70);

    fn sender_with(packets: usize) -> (ReliableSender, Instant) {
        let mut sender = ReliableSender::new(64, Duration::from_millis(500));
        sender.push(&vec![0; packets * PAYLOAD_BYTES_MAX]);
        (sender, Instant::now())
    }

    fn sent(sender: &mut ReliableSender, now: Instant) -> Vec<u16> {
        let mut sequences = Vec::new();
        sender.transmit(now, |sequence, _| sequences.push(sequence));
        sequences
    }

    fn ack(acked: u16, mask: u64) -> Header {
        Header { kind: HeaderKind::AckOnly, processing_ms: 0, acked, mask }
    }

    #[test]
    fn what_does_not_fit_the_window_waits_for_the_oldest() {
        let (mut sender, now) = sender_with(66);
        assert_eq!(sent(&mut sender, now), (0..64).collect::<Vec<_>>());
        sender.handle_ack(now, &ack(63, !(1 << 63)));
        assert_eq!(sent(&mut sender, now), []);
        sender.handle_ack(now, &ack(63, u64::MAX));
        assert_eq!(sent(&mut sender, now), [64, 65]);
    }

    #[test]
    fn what_was_not_acknowledged_is_sent_again_and_nothing_else() {
        let (mut sender, now) = sender_with(3);
        assert_eq!(sent(&mut sender, now), [0, 1, 2]);
        assert_eq!(sender.resend_at(), Some(now + RESEND_AFTER));
        sender.handle_ack(now + Duration::from_millis(50), &ack(1, 0b01));
        let wait = sender.round_trip.resend_after(Duration::from_millis(500));
        let late = now + wait;
        assert_eq!(sent(&mut sender, now + wait.mul_f64(0.9)), []);
        assert_eq!(sent(&mut sender, late), [0, 2]);
        assert_eq!(sender.resent(), 2);
        sender.handle_ack(late, &ack(2, 0b111));
        assert!(sender.is_done() && sender.resend_at().is_none());
    }

    #[test]
    fn an_acknowledgement_of_what_was_never_sent_is_none() {
        let (mut sender, now) = sender_with(1);
        sent(&mut sender, now);
        for header in [ack(0xffff, u64::MAX), ack(64, u64::MAX), ack(1, 0b01)] {
            sender.handle_ack(now, &header);
        }
        assert!(!sender.is_done());
    }

    #[test]
    fn numbers_go_round() {
        let (mut sender, now) = sender_with(0);
        for number in 0..=u16::MAX {
            sender.push(b"x");
            assert_eq!(sent(&mut sender, now), [number]);
            sender.handle_ack(now, &ack(number, u64::MAX));
        }
        sender.push(b"x");
        assert_eq!(sent(&mut sender, now), [0]);
    }
}
