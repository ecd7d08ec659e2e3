//! The sending half of a channel that delivers all messages.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::acknowledgement::Acknowledgement;
use super::packet::{Attempt, UnderWay, set_sequence};
use crate::litenetlib::sequence::{Sequence, WINDOW};

/// Packets in flight, at most 64, and those that wait for room among them.
#[derive(Debug)]
pub(crate) struct Sender {
    /// The number of the first packet in the window.
    start: Sequence,
    /// The packets from there on; `None` is acknowledged. The first is not.
    window: VecDeque<Option<UnderWay>>,
    waiting: VecDeque<Vec<u8>>,
    channel: u8,
}

impl Sender {
    pub(super) fn new(channel: u8) -> Self {
        Self::starting_at(channel, Sequence::default())
    }

    fn starting_at(channel: u8, start: Sequence) -> Self {
        Self { start, window: VecDeque::new(), waiting: VecDeque::new(), channel }
    }

    pub(super) fn push(&mut self, packet: Vec<u8>) {
        self.waiting.push_back(packet);
        self.fill_window();
    }

    pub(super) fn transmit(
        &mut self,
        now: Instant,
        resend_after: Duration,
        out: &mut dyn FnMut(&[u8], Attempt),
    ) {
        for under_way in self.window.iter_mut().flatten() {
            under_way.transmit(now, resend_after, out);
        }
    }

    pub(super) fn handle_acknowledgement(&mut self, packet: &[u8]) {
        let Some(acknowledgement) = Acknowledgement::parse(packet) else { return };
        // An acknowledgement ahead of us is forged; the bits of one that is a whole window behind are of other packets.
        if !(0..WINDOW as i32).contains(&self.start.since(acknowledgement.start)) {
            return;
        }
        for (steps, slot) in self.window.iter_mut().enumerate() {
            if acknowledgement.has(self.start.plus(steps as i32)) {
                *slot = None;
            }
        }
        while self.window.front().is_some_and(Option::is_none) {
            self.window.pop_front();
            self.start = self.start.plus(1);
        }
        self.fill_window();
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn is_settled(&self) -> bool {
        self.window.is_empty()
    }

    fn fill_window(&mut self) {
        while self.window.len() < WINDOW
            && let Some(mut packet) = self.waiting.pop_front()
        {
            set_sequence(&mut packet, self.start.plus(self.window.len() as i32));
            debug_assert_eq!(packet.get(3), Some(&self.channel), "a packet is on its own channel");
            self.window.push_back(Some(UnderWay::new(packet)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANNEL: u8 = 2;
    const RESEND_AFTER: Duration = Duration::from_millis(27);

    fn sender_with(packets: usize, start: i32) -> Sender {
        let mut sender = Sender::starting_at(CHANNEL, Sequence::default().plus(start));
        for _ in 0..packets {
            sender.push(vec![1, 0, 0, CHANNEL]);
        }
        sender
    }

    /// The numbers of the packets that are sent now.
    fn leaving(sender: &mut Sender, now: Instant) -> Vec<i32> {
        let mut numbers = Vec::new();
        sender.transmit(now, RESEND_AFTER, &mut |packet, _| {
            let sequence = super::super::packet::sequence_of(packet).unwrap();
            numbers.push(sequence.since(Sequence::default()));
        });
        numbers
    }

    fn acknowledgement(start: i32, received: &[i32]) -> Vec<u8> {
        let start = Sequence::default().plus(start);
        let bit = |number: &i32| 1_u64 << Sequence::default().plus(*number).slot();
        let mut packet = vec![2];
        Acknowledgement { start, received: received.iter().map(bit).fold(0, |bits, bit| bits | bit) }
            .write(CHANNEL, &mut packet);
        packet
    }

    #[test]
    fn no_more_than_a_window_is_under_way() {
        let mut sender = sender_with(70, 0);
        let now = Instant::now();
        assert_eq!(leaving(&mut sender, now), (0..64).collect::<Vec<_>>());
        assert_eq!(sender.waiting(), 6);
        sender.handle_acknowledgement(&acknowledgement(0, &[1, 2]));
        assert_eq!(leaving(&mut sender, now), Vec::<i32>::new(), "the first one still holds the window");
        sender.handle_acknowledgement(&acknowledgement(0, &[0, 1, 2]));
        assert_eq!(leaving(&mut sender, now), [64, 65, 66]);
    }

    #[test]
    fn what_is_not_acknowledged_leaves_again_after_its_time_and_not_before() {
        let mut sender = sender_with(3, 0);
        let now = Instant::now();
        leaving(&mut sender, now);
        sender.handle_acknowledgement(&acknowledgement(0, &[1]));
        assert_eq!(leaving(&mut sender, now + RESEND_AFTER), Vec::<i32>::new());
        assert_eq!(leaving(&mut sender, now + RESEND_AFTER * 2), [0, 2]);
    }

    #[test]
    fn acknowledgements_of_the_future_of_long_ago_and_of_wrong_size_say_nothing() {
        let mut sender = sender_with(10, 100);
        let now = Instant::now();
        leaving(&mut sender, now);
        let all: Vec<i32> = (100..110).collect();
        for start in [101, 36, 35] {
            sender.handle_acknowledgement(&acknowledgement(start, &all));
            assert!(!sender.is_settled(), "a window from {start} on");
        }
        let good = acknowledgement(100, &all);
        sender.handle_acknowledgement(&good[..12]);
        sender.handle_acknowledgement(&[&good[..], &[0]].concat());
        let mut out_of_range = good.clone();
        out_of_range[2] |= 0x80;
        sender.handle_acknowledgement(&out_of_range);
        assert!(!sender.is_settled());
        sender.handle_acknowledgement(&good);
        assert!(sender.is_settled());
    }

    #[test]
    fn bits_beyond_the_window_of_an_acknowledgement_are_those_of_others() {
        // The window from 40 on ends at 103, so that the bits of 104 and later are those of 40 and later.
        let mut sender = sender_with(10, 100);
        leaving(&mut sender, Instant::now());
        sender.handle_acknowledgement(&acknowledgement(40, &[100, 101, 102, 103, 40, 41]));
        assert_eq!(sender.start.since(Sequence::default()), 104);
        assert_eq!(sender.window.len(), 6);
    }

    #[test]
    fn numbers_wrap_behind_32767() {
        let mut sender = sender_with(4, 32766);
        let now = Instant::now();
        assert_eq!(leaving(&mut sender, now).len(), 4);
        sender.handle_acknowledgement(&acknowledgement(32766, &[32766, 32767, 0]));
        assert_eq!(leaving(&mut sender, now + RESEND_AFTER * 2), [1]);
    }
}
