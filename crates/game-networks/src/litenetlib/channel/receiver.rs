//! The receiving half of a channel that delivers all messages.

use std::collections::VecDeque;

use super::acknowledgement::Acknowledgement;
use super::packet::sequence_of;
use crate::litenetlib::sequence::{Sequence, WINDOW};

/// A window of 64 packets and, on ordered channels, those of them that arrived early.
#[derive(Debug)]
pub(crate) struct Receiver {
    window: Acknowledgement,
    has_to_acknowledge: bool,
    channel: u8,
    /// On ordered channels only.
    order: Option<Order>,
}

#[derive(Debug, Default)]
struct Order {
    /// The next number in turn.
    expected: Sequence,
    /// The packets from that number on that have arrived.
    early: VecDeque<Option<Vec<u8>>>,
}

impl Receiver {
    pub(super) fn new(channel: u8, is_ordered: bool) -> Self {
        Self::starting_at(channel, is_ordered, Sequence::default())
    }

    fn starting_at(channel: u8, is_ordered: bool, start: Sequence) -> Self {
        Self {
            window: Acknowledgement { start, received: 0 },
            has_to_acknowledge: false,
            channel,
            order: is_ordered.then(|| Order { expected: start, early: VecDeque::new() }),
        }
    }

    pub(super) fn receive(&mut self, packet: &[u8], out: &mut dyn FnMut(&[u8])) {
        const WINDOW_STEPS: i32 = WINDOW as i32;
        let Some(sequence) = sequence_of(packet) else { return };
        let steps = sequence.since(self.window.start);
        if !(0..2 * WINDOW_STEPS).contains(&steps) {
            return;
        }
        if self.order.as_ref().is_some_and(|order| sequence.since(order.expected) > WINDOW_STEPS) {
            return;
        }
        if steps >= WINDOW_STEPS {
            self.advance_to(sequence.plus(1 - WINDOW_STEPS));
        }
        self.has_to_acknowledge = true;
        let bit = 1 << sequence.slot();
        if self.window.received & bit != 0 {
            return;
        }
        self.window.received |= bit;
        match &mut self.order {
            Some(order) => order.receive(sequence, packet, out),
            None => out(packet),
        }
    }

    pub(super) fn write_acknowledgement(&mut self, packet: &mut Vec<u8>) -> bool {
        let has_to = std::mem::take(&mut self.has_to_acknowledge);
        if has_to {
            self.window.write(self.channel, packet);
        }
        has_to
    }

    fn advance_to(&mut self, start: Sequence) {
        while self.window.start != start {
            self.window.received &= !(1 << self.window.start.slot());
            self.window.start = self.window.start.plus(1);
        }
    }
}

impl Order {
    fn receive(&mut self, sequence: Sequence, packet: &[u8], out: &mut dyn FnMut(&[u8])) {
        let Ok(steps) = usize::try_from(sequence.since(self.expected)) else { return };
        if steps > 0 {
            if self.early.len() <= steps {
                self.early.resize_with(steps + 1, || None);
            }
            self.early[steps] = Some(packet.to_vec());
            return;
        }
        out(packet);
        self.pass();
        while let Some(Some(packet)) = self.early.front_mut().map(Option::take) {
            out(&packet);
            self.pass();
        }
    }

    fn pass(&mut self) {
        self.early.pop_front();
        self.expected = self.expected.plus(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receiver(is_ordered: bool, start: i32) -> Receiver {
        Receiver::starting_at(2, is_ordered, Sequence::default().plus(start))
    }

    /// Receives packets with these numbers, and returns the numbers of those that it delivers.
    fn give(receiver: &mut Receiver, numbers: impl IntoIterator<Item = i32>) -> Vec<i32> {
        let mut out = Vec::new();
        for number in numbers {
            let [low, high] = Sequence::default().plus(number).to_wire();
            receiver.receive(&[1, low, high, 2], &mut |packet| {
                out.push(sequence_of(packet).unwrap().since(Sequence::default()));
            });
        }
        out
    }

    fn acknowledged(receiver: &mut Receiver) -> Option<Acknowledgement> {
        let mut packet = vec![2];
        receiver.write_acknowledgement(&mut packet).then(|| Acknowledgement::parse(&packet).unwrap())
    }

    #[test]
    fn an_ordered_channel_waits_for_what_is_missing_and_an_unordered_one_does_not() {
        assert_eq!(give(&mut receiver(true, 0), [1, 3, 0, 2, 0, 3]), [0, 1, 2, 3]);
        assert_eq!(give(&mut receiver(false, 0), [1, 3, 0, 2, 0, 3]), [1, 3, 0, 2]);
    }

    #[test]
    fn numbers_wrap_behind_32767() {
        let given = give(&mut receiver(true, 32766), [0, 32766, 1, 32767]);
        assert_eq!(given, [-2, -1, 0, 1]);
    }

    #[test]
    fn what_is_before_the_window_is_not_even_acknowledged_and_what_is_doubled_only_that() {
        let mut receiver = receiver(true, 0);
        give(&mut receiver, 0..=64);
        assert!(acknowledged(&mut receiver).is_some());
        assert!(give(&mut receiver, [0]).is_empty());
        assert_eq!(acknowledged(&mut receiver), None, "64 has moved the window to 1");
        assert!(give(&mut receiver, [1]).is_empty());
        assert!(acknowledged(&mut receiver).is_some());
        assert_eq!(acknowledged(&mut receiver), None, "once for each tick");
    }

    #[test]
    fn what_is_far_ahead_is_dropped() {
        let mut ordered = receiver(true, 0);
        assert!(give(&mut ordered, [65, 127, 128]).is_empty());
        assert_eq!(acknowledged(&mut ordered), None);
        let mut unordered = receiver(false, 0);
        assert!(give(&mut unordered, [128]).is_empty());
        assert_eq!(acknowledged(&mut unordered), None);
        assert_eq!(give(&mut unordered, [127]), [127]);
        assert_eq!(acknowledged(&mut unordered).unwrap().start, Sequence::default().plus(64));
    }

    #[test]
    fn a_window_that_moves_forgets_what_it_passes() {
        let mut receiver = receiver(false, 0);
        give(&mut receiver, [0, 1]);
        give(&mut receiver, [64]);
        let window = acknowledged(&mut receiver).unwrap();
        assert_eq!(window.start, Sequence::default().plus(1));
        assert_eq!(window.received, 0b11, "of 1, and of 64 in the slot of 0");
    }
}
