//! Reliable packets on their way out.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::Header;
use super::opening::{Opening, PACKETS_MAX, PAYLOAD_BYTES};
use super::round_trip::RoundTrip;
use crate::utp::pipeline::PAYLOAD_BYTES_MAX;

/// A stream of bytes, cut into numbered packets of which so many may be under way; each is
/// sent again until it has arrived.
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
    /// Until the other side has proved that it gets what is sent.
    opening: Option<Opening>,
    /// Whether the other side has told what it got of the present round of the opening.
    is_round_told: bool,
    /// How many packets were sent again.
    resent: u64,
    /// Buffers of packets that have arrived.
    spare: Vec<Vec<u8>>,
}

#[derive(Debug)]
struct Packet {
    payload: Vec<u8>,
    state: PacketState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PacketState {
    /// It is not to leave before others of its round have arrived.
    HeldBack,
    /// It is to leave for the first time.
    Due,
    UnderWay {
        sent_at: Instant,
    },
    Arrived,
}

/// The other side acknowledged what it cannot have got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Guessed;

impl ReliableSender {
    pub(crate) fn new(window: u16, resend_after_max: Duration) -> Self {
        Self {
            waiting: VecDeque::new(),
            under_way: VecDeque::new(),
            first: 0,
            window,
            resend_after_max,
            round_trip: RoundTrip::default(),
            opening: None,
            is_round_told: false,
            resent: 0,
            spare: Vec::new(),
        }
    }

    /// The other side has to prove that it gets what is sent, before anything is sent in large packets. The number
    /// is unguessable.
    pub(crate) fn ask_for_proof(&mut self, secret: u64) {
        self.opening = Some(Opening::new(secret));
    }

    /// Whether the other side has proved that it gets what is sent, or does not have to.
    pub(crate) fn is_proved(&self) -> bool {
        self.opening.is_none()
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

    /// The time of the next retransmission.
    pub(crate) fn resend_at(&self) -> Option<Instant> {
        let sent_at = |packet: &Packet| match packet.state {
            PacketState::UnderWay { sent_at } => Some(sent_at),
            PacketState::HeldBack | PacketState::Due | PacketState::Arrived => None,
        };
        let oldest = self.under_way.iter().filter_map(sent_at).min();
        Some(oldest? + self.round_trip.resend_after(self.resend_after_max))
    }

    /// The other side tells what has arrived there.
    pub(crate) fn handle_ack(&mut self, now: Instant, header: &Header) -> Result<(), Guessed> {
        let processing = Duration::from_millis(header.processing_ms.into());
        for (index, packet) in self.under_way.iter_mut().enumerate() {
            let distance = header.acked.wrapping_sub(self.first.wrapping_add(index as u16));
            if distance >= self.window || header.mask >> distance & 1 == 0 {
                continue;
            }
            match packet.state {
                PacketState::Arrived => continue,
                PacketState::HeldBack | PacketState::Due => return Err(Guessed),
                PacketState::UnderWay { sent_at } if distance == 0 => {
                    let waited = now.saturating_duration_since(sent_at);
                    self.round_trip.sample(waited.saturating_sub(processing));
                }
                PacketState::UnderWay { .. } => {}
            }
            packet.state = PacketState::Arrived;
        }
        self.complete_round();
        while self.under_way.front().is_some_and(Packet::has_arrived) {
            self.spare.extend(self.under_way.pop_front().map(|packet| packet.payload));
            self.first = self.first.wrapping_add(1);
        }
        Ok(())
    }

    /// Once everything that was sent of a round has arrived, the rest of it may leave.
    fn complete_round(&mut self) {
        let Some(opening) = &mut self.opening else { return };
        let is_answered =
            |packet: &Packet| matches!(packet.state, PacketState::HeldBack | PacketState::Arrived);
        // Released packets are the rest of the same round and must not complete it a second time.
        if self.under_way.is_empty() || self.is_round_told || !self.under_way.iter().all(is_answered) {
            return;
        }
        self.is_round_told = true;
        if opening.complete(self.under_way.len()) {
            self.opening = None;
        }
        for packet in self.under_way.iter_mut().filter(|packet| packet.state == PacketState::HeldBack) {
            packet.state = PacketState::Due;
        }
    }

    /// Writes what is due of the opening, at most so many packets: those that have not left yet come first, then those
    /// that did not arrive in time.
    pub(crate) fn transmit_opening(
        &mut self,
        now: Instant,
        packets_max: usize,
        mut write: impl FnMut(u16, &[u8]),
    ) {
        if let Some(opening) = self.opening {
            self.begin_round(opening);
        }
        let resend_after = self.round_trip.resend_after(self.resend_after_max);
        let mut left = packets_max;
        for is_first_time in [true, false] {
            for (index, packet) in self.under_way.iter_mut().enumerate() {
                let is_due = match packet.state {
                    PacketState::Due => is_first_time,
                    PacketState::UnderWay { sent_at } => !is_first_time && sent_at + resend_after <= now,
                    PacketState::HeldBack | PacketState::Arrived => false,
                };
                if !is_due || left == 0 {
                    continue;
                }
                left -= 1;
                self.resent += u64::from(!is_first_time);
                packet.state = PacketState::UnderWay { sent_at: now };
                write(self.first.wrapping_add(index as u16), &packet.payload);
            }
        }
    }

    /// Writes every packet that is due: those that did not arrive in time, and new ones as far as the window allows.
    pub(crate) fn transmit(&mut self, now: Instant, mut write: impl FnMut(u16, &[u8])) {
        let resend_after = self.round_trip.resend_after(self.resend_after_max);
        for (index, packet) in self.under_way.iter_mut().enumerate() {
            match packet.state {
                PacketState::UnderWay { sent_at } if sent_at + resend_after <= now => self.resent += 1,
                PacketState::Due => {}
                PacketState::UnderWay { .. } | PacketState::HeldBack | PacketState::Arrived => continue,
            }
            packet.state = PacketState::UnderWay { sent_at: now };
            write(self.first.wrapping_add(index as u16), &packet.payload);
        }
        while self.under_way.len() < usize::from(self.window) && !self.waiting.is_empty() {
            let payload = self.next_payload(PAYLOAD_BYTES_MAX);
            write(self.first.wrapping_add(self.under_way.len() as u16), &payload);
            self.under_way.push_back(Packet { payload, state: PacketState::UnderWay { sent_at: now } });
        }
    }

    /// Begins the next round of an opening, if the one before has arrived.
    fn begin_round(&mut self, opening: Opening) {
        if !self.under_way.is_empty() {
            return;
        }
        self.is_round_told = false;
        let packets = self.waiting.len().min(PACKETS_MAX);
        for index in 0..packets {
            let payload = self.next_payload(PAYLOAD_BYTES);
            let is_held_back = opening.holds_back(index, packets);
            let state = if is_held_back { PacketState::HeldBack } else { PacketState::Due };
            self.under_way.push_back(Packet { payload, state });
        }
    }

    /// Up to this many of the waiting bytes.
    fn next_payload(&mut self, bytes_max: usize) -> Vec<u8> {
        let mut payload = self.spare.pop().unwrap_or_default();
        payload.clear();
        payload.extend(self.waiting.drain(..self.waiting.len().min(bytes_max)));
        payload
    }
}

impl Packet {
    fn has_arrived(&self) -> bool {
        self.state == PacketState::Arrived
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

    fn opening_sent(sender: &mut ReliableSender, now: Instant, packets_max: usize) -> Vec<u16> {
        let mut sequences = Vec::new();
        sender.transmit_opening(now, packets_max, |sequence, _| sequences.push(sequence));
        sequences
    }

    fn ack(acked: u16, mask: u64) -> Header {
        Header { kind: HeaderKind::AckOnly, processing_ms: 0, acked, mask }
    }

    #[test]
    fn what_does_not_fit_the_window_waits_for_the_oldest() {
        let (mut sender, now) = sender_with(66);
        assert_eq!(sent(&mut sender, now), (0..64).collect::<Vec<_>>());
        sender.handle_ack(now, &ack(63, !(1 << 63))).unwrap();
        assert_eq!(sent(&mut sender, now), Vec::<u16>::new());
        sender.handle_ack(now, &ack(63, u64::MAX)).unwrap();
        assert_eq!(sent(&mut sender, now), [64, 65]);
    }

    #[test]
    fn what_was_not_acknowledged_is_sent_again_and_nothing_else() {
        let (mut sender, now) = sender_with(3);
        assert_eq!(sent(&mut sender, now), [0, 1, 2]);
        assert_eq!(sender.resend_at(), Some(now + RESEND_AFTER));
        sender.handle_ack(now + Duration::from_millis(50), &ack(1, 0b01)).unwrap();
        let wait = sender.round_trip.resend_after(Duration::from_millis(500));
        let late = now + wait;
        assert_eq!(sent(&mut sender, now + wait.mul_f64(0.9)), Vec::<u16>::new());
        assert_eq!(sent(&mut sender, late), [0, 2]);
        assert_eq!(sender.resent(), 2);
        sender.handle_ack(late, &ack(2, 0b111)).unwrap();
        assert!(sender.is_done() && sender.resend_at().is_none());
    }

    #[test]
    fn an_acknowledgement_of_what_was_never_sent_is_none() {
        let (mut sender, now) = sender_with(1);
        sent(&mut sender, now);
        for header in [ack(0xffff, u64::MAX), ack(64, u64::MAX), ack(1, 0b01)] {
            sender.handle_ack(now, &header).unwrap();
        }
        assert!(!sender.is_done());
    }

    #[test]
    fn numbers_go_round() {
        let (mut sender, now) = sender_with(0);
        for number in 0..=u16::MAX {
            sender.push(b"x");
            assert_eq!(sent(&mut sender, now), [number]);
            sender.handle_ack(now, &ack(number, u64::MAX)).unwrap();
        }
        sender.push(b"x");
        assert_eq!(sent(&mut sender, now), [0]);
    }

    /// The mask of an acknowledgement whose newest packet is this one.
    fn mask_of(sequences: &[u16], newest: u16) -> u64 {
        sequences.iter().fold(0, |mask, sequence| mask | 1 << newest.wrapping_sub(*sequence))
    }

    #[test]
    fn a_client_proves_its_address_by_telling_which_of_the_first_packets_arrived() {
        let (mut sender, now) = sender_with(2);
        sender.ask_for_proof(0b0101);
        let first: Vec<u16> = (0..24).filter(|sequence| ![0, 2].contains(sequence)).collect();
        assert_eq!(opening_sent(&mut sender, now, usize::MAX), first);
        assert_eq!(
            opening_sent(&mut sender, now, usize::MAX),
            Vec::<u16>::new(),
            "the rest waits for an answer"
        );
        sender.handle_ack(now, &ack(22, mask_of(&first[..first.len() - 1], 22))).unwrap();
        assert!(!sender.is_proved(), "the newest one has not arrived");
        sender.handle_ack(now, &ack(23, mask_of(&first, 23))).unwrap();
        assert!(sender.is_proved());
        assert_eq!(sent(&mut sender, now), [0, 2, 24, 25]);
    }

    #[test]
    fn an_acknowledgement_of_a_packet_that_was_held_back_is_a_guess() {
        for guess in [u64::MAX, 1 << 23 | 1] {
            let (mut sender, now) = sender_with(1);
            sender.ask_for_proof(1);
            opening_sent(&mut sender, now, usize::MAX);
            assert_eq!(sender.handle_ack(now, &ack(23, guess)), Err(Guessed), "{guess:b}");
            assert!(!sender.is_proved());
        }
    }

    #[test]
    fn an_opening_leaves_packet_by_packet_and_what_has_not_left_cannot_be_acknowledged() {
        let (mut sender, now) = sender_with(1);
        sender.ask_for_proof(0);
        assert_eq!(opening_sent(&mut sender, now, 2), [0, 1]);
        let later = now + RESEND_AFTER;
        assert_eq!(opening_sent(&mut sender, later, 3), [2, 3, 4], "what has not left comes first");
        assert_eq!(opening_sent(&mut sender, later, 20), (5..24).chain([0]).collect::<Vec<_>>());
        assert_eq!(sender.resent(), 1);
        let (mut sender, now) = sender_with(1);
        sender.ask_for_proof(0);
        opening_sent(&mut sender, now, 2);
        assert_eq!(sender.handle_ack(now, &ack(2, 0b111)), Err(Guessed));
    }

    #[test]
    fn little_that_is_to_be_said_proves_as_much_as_it_can_tell() {
        let (mut sender, now) = sender_with(0);
        sender.ask_for_proof(0);
        for (number, is_enough) in [(0, false), (1, true)] {
            sender.push(&[0; 11]);
            let sequences = opening_sent(&mut sender, now, usize::MAX);
            let newest = number * 11 + 10;
            assert_eq!(sequences, (number * 11..=newest).collect::<Vec<_>>());
            sender.handle_ack(now, &ack(newest, mask_of(&sequences, newest))).unwrap();
            assert_eq!(sender.is_proved(), is_enough);
        }
    }
}
