//! A channel that delivers only packets newer than all before.

use std::time::{Duration, Instant};

use super::packet::{Attempt, UnderWay, sequence_of, set_sequence};
use crate::litenetlib::sequence::Sequence;

/// Both halves of it. On reliable channels, the last packet is resent until it is acknowledged or no longer the last.
#[derive(Debug)]
pub(crate) struct Sequenced {
    /// The number of the packet that was sent last; the first one has 1.
    sent: Sequence,
    received: Sequence,
    channel: u8,
    is_reliable: bool,
    has_to_acknowledge: bool,
    /// Packets that were not acknowledged, or not sent yet: more than one only without acknowledgements.
    under_way: Vec<UnderWay>,
}

/// The size of an acknowledgement, first byte included.
const ACKNOWLEDGEMENT_BYTES: usize = 4;

impl Sequenced {
    pub(super) fn new(channel: u8, is_reliable: bool) -> Self {
        Self {
            sent: Sequence::default(),
            received: Sequence::default(),
            channel,
            is_reliable,
            has_to_acknowledge: false,
            under_way: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, mut packet: Vec<u8>) {
        self.sent = self.sent.plus(1);
        set_sequence(&mut packet, self.sent);
        if self.is_reliable {
            self.under_way.clear();
        }
        self.under_way.push(UnderWay::new(packet));
    }

    pub(super) fn transmit(
        &mut self,
        now: Instant,
        resend_after: Duration,
        out: &mut dyn FnMut(&[u8], Attempt),
    ) {
        for under_way in &mut self.under_way {
            under_way.transmit(now, resend_after, out);
        }
        if !self.is_reliable {
            self.under_way.clear();
        }
    }

    pub(super) fn receive(&mut self, packet: &[u8], out: &mut dyn FnMut(&[u8])) {
        let Some(sequence) = sequence_of(packet) else { return };
        self.has_to_acknowledge = self.is_reliable;
        if sequence.since(self.received) > 0 {
            self.received = sequence;
            out(packet);
        }
    }

    pub(super) fn handle_acknowledgement(&mut self, packet: &[u8]) {
        if self.is_reliable && packet.len() == ACKNOWLEDGEMENT_BYTES && sequence_of(packet) == Some(self.sent)
        {
            self.under_way.clear();
        }
    }

    pub(super) fn write_acknowledgement(&mut self, packet: &mut Vec<u8>) -> bool {
        let has_to = std::mem::take(&mut self.has_to_acknowledge);
        if has_to {
            packet.extend_from_slice(&self.received.to_wire());
            packet.push(self.channel);
        }
        has_to
    }

    pub(super) fn is_settled(&self) -> bool {
        self.under_way.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(number: i32) -> Vec<u8> {
        let [low, high] = Sequence::default().plus(number).to_wire();
        vec![1, low, high, 3]
    }

    fn leaving(channel: &mut Sequenced, now: Instant) -> Vec<Vec<u8>> {
        let mut left = Vec::new();
        channel.transmit(now, Duration::from_millis(27), &mut |packet, _| left.push(packet.to_vec()));
        left
    }

    #[test]
    fn only_what_is_newer_comes_out() {
        let mut channel = Sequenced::new(1, false);
        let mut out = Vec::new();
        for number in [0, 1, 3, 2, 3, 4] {
            channel.receive(&packet(number), &mut |packet| out.push(packet.to_vec()));
        }
        assert_eq!(out, [packet(1), packet(3), packet(4)]);
        assert!(!channel.write_acknowledgement(&mut Vec::new()));
    }

    #[test]
    fn numbers_begin_with_one_and_what_may_be_lost_leaves_once() {
        let now = Instant::now();
        let mut channel = Sequenced::new(1, false);
        channel.push(packet(0));
        channel.push(packet(0));
        assert_eq!(leaving(&mut channel, now), [packet(1), packet(2)]);
        assert_eq!(leaving(&mut channel, now + Duration::from_secs(1)), Vec::<Vec<u8>>::new());
        assert!(channel.is_settled());
    }

    #[test]
    fn the_last_one_is_repeated_until_it_is_acknowledged() {
        let now = Instant::now();
        let mut channel = Sequenced::new(3, true);
        channel.push(packet(0));
        channel.push(packet(0));
        assert_eq!(leaving(&mut channel, now), [packet(2)], "the first is of no use any more");
        let later = now + Duration::from_secs(1);
        channel.handle_acknowledgement(&[2, 1, 0, 3]);
        assert_eq!(leaving(&mut channel, later), [packet(2)]);
        channel.handle_acknowledgement(&[2, 2, 0, 3]);
        assert!(channel.is_settled());
    }

    #[test]
    fn an_acknowledgement_tells_the_last_number_in_four_bytes() {
        let mut channel = Sequenced::new(3, true);
        channel.receive(&packet(7), &mut |_| ());
        let mut acknowledgement = vec![2];
        assert!(channel.write_acknowledgement(&mut acknowledgement));
        assert_eq!(acknowledgement, [2, 7, 0, 3]);
        assert!(!channel.write_acknowledgement(&mut Vec::new()));
    }
}
