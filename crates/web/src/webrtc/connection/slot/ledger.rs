//! The numbers of a slot's packets that the page's reports cover, and those of them that never had a packet.

use std::collections::VecDeque;

/// Arrivals and losses of the packets that a report covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::webrtc::connection) struct Arrivals {
    /// How many were sent.
    pub(in crate::webrtc::connection) sent: u64,
    /// How many of them have not arrived.
    pub(in crate::webrtc::connection) lost: u64,
    /// Some were sent before something was changed, and others after it.
    pub(in crate::webrtc::connection) is_mixed: bool,
}

impl Arrivals {
    pub(in crate::webrtc::connection) fn add(&mut self, more: Self) {
        self.sent += more.sent;
        self.lost += more.lost;
    }

    /// The fraction that was lost, 0 … 1; none if nothing was sent.
    pub(in crate::webrtc::connection) fn loss(&self) -> Option<f64> {
        (self.sent > 0).then(|| self.lost as f64 / self.sent as f64)
    }
}

/// The account of one stream.
#[derive(Debug)]
pub(super) struct Ledger {
    /// The first number that no report has covered.
    next: u64,
    /// How many packets were lost since the beginning, as the last report said.
    lost: u32,
    /// Numbers without a packet, since a frame was lost before it came here: how many before which number, in order.
    unsent: VecDeque<(u64, u64)>,
    /// Packets before this number were sent under other circumstances.
    unmixed_from: u64,
}

impl Ledger {
    /// Numbers begin with this one.
    pub(super) fn new(first: u64) -> Self {
        Self { next: first, lost: 0, unsent: VecDeque::new(), unmixed_from: first }
    }

    /// This many numbers before this one have no packet.
    pub(super) fn skip(&mut self, before: u64, count: u64) {
        if count > 0 && self.unsent.len() < UNSENT_MAX {
            self.unsent.push_back((before, count));
        }
    }

    /// One of them has a packet after all.
    pub(super) fn fill(&mut self, number: u64) {
        if let Some((_, count)) = self.unsent.iter_mut().find(|(before, _)| *before > number) {
            *count = count.saturating_sub(1);
        }
    }

    /// Packets from this number on are to be judged apart.
    pub(super) fn judge_again(&mut self, number: u64) {
        self.unmixed_from = number;
    }

    /// Takes a report, which knows numbers up to `highest` and has missed `lost` packets since the beginning, in 24
    /// bits (RFC 3550, section 6.4.1). Returns the arrivals of packets that no report has covered before, if there are
    /// any.
    pub(super) fn take(&mut self, highest: u64, lost: u32) -> Option<Arrivals> {
        if highest < self.next {
            return None;
        }
        let numbers = highest + 1 - self.next;
        let is_mixed = self.next < self.unmixed_from;
        self.next = highest + 1;
        let missed = lost.wrapping_sub(std::mem::replace(&mut self.lost, lost)) << 8;
        // Duplicate packets make the count of missed packets fall.
        let missed = u64::try_from(missed.cast_signed() >> 8).unwrap_or(0);
        let mut unsent = 0;
        while let Some((_, count)) = self.unsent.pop_front_if(|(before, _)| *before <= highest) {
            unsent += count;
        }
        let sent = numbers.saturating_sub(unsent);
        Some(Arrivals { sent, lost: missed.saturating_sub(unsent).min(sent), is_mixed })
    }

    /// The packets up to this one that count as lost because no report has covered that many: a page that gets none of
    /// them has nothing to report.
    pub(super) fn take_unspoken(&mut self, newest: u64) -> Option<Arrivals> {
        if newest.saturating_sub(self.next) < UNSPOKEN_MAX {
            return None;
        }
        let numbers = newest + 1 - self.next;
        self.take(newest, self.lost.wrapping_add(numbers as u32))
    }
}

/// Eight seconds of frames of 20 ms: browsers report of each stream after 2.5 to 7.5 s.
const UNSPOKEN_MAX: u64 = 400;

/// So many gaps are remembered between two reports, which is half of all frames for some seconds. More of them count as
/// losses on the way to the page.
const UNSENT_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn arrivals(sent: u64, lost: u64) -> Arrivals {
        Arrivals { sent, lost, is_mixed: false }
    }

    #[test]
    fn each_report_speaks_of_what_came_since_the_one_before() {
        let mut ledger = Ledger::new(100);
        assert_eq!(ledger.take(149, 0), Some(arrivals(50, 0)));
        assert_eq!(ledger.take(199, 7), Some(arrivals(50, 7)));
        assert_eq!(ledger.take(199, 7), None, "the same again");
        assert_eq!(ledger.take(150, 3), None, "one that was overtaken");
        assert_eq!(ledger.take(209, 5), Some(arrivals(10, 0)), "some came late");
        assert_eq!(ledger.take(219, 9), Some(arrivals(10, 4)));
    }

    #[test]
    fn the_count_of_lost_packets_may_wrap_and_may_be_below_zero() {
        let mut ledger = Ledger::new(0);
        assert_eq!(ledger.take(9, 0xff_fffe), Some(arrivals(10, 0)), "two came twice");
        assert_eq!(ledger.take(19, 1), Some(arrivals(10, 3)));
    }

    #[test]
    fn numbers_that_never_had_a_packet_are_not_lost_on_this_way() {
        let mut ledger = Ledger::new(0);
        ledger.skip(10, 4);
        ledger.skip(20, 2);
        assert_eq!(ledger.take(14, 5), Some(arrivals(11, 1)));
        ledger.fill(18);
        assert_eq!(ledger.take(29, 6), Some(arrivals(14, 0)));
        assert_eq!(ledger.take(39, 7), Some(arrivals(10, 1)));
    }

    #[test]
    fn a_report_of_what_was_sent_before_and_after_a_change_says_so() {
        let mut ledger = Ledger::new(0);
        ledger.judge_again(30);
        assert!(ledger.take(49, 9).unwrap().is_mixed);
        assert_eq!(ledger.take(59, 9), Some(arrivals(10, 0)));
    }

    #[test]
    fn packets_of_which_no_report_speaks_are_lost_in_the_end() {
        let mut ledger = Ledger::new(0);
        assert_eq!(ledger.take(99, 10), Some(arrivals(100, 10)));
        ledger.skip(200, 50);
        assert_eq!(ledger.take_unspoken(499), None, "a report may still come");
        assert_eq!(ledger.take_unspoken(500), Some(arrivals(351, 351)));
        assert_eq!(ledger.take_unspoken(501), None);
        assert_eq!(ledger.take(510, 411), Some(arrivals(10, 0)), "they are not lost twice");
    }

    #[test]
    fn whatever_a_report_says_no_more_is_lost_than_was_sent() {
        let mut ledger = Ledger::new(0);
        for before in 0..1000 {
            ledger.skip(2 * before, 1);
        }
        for (highest, lost) in [(10, u32::MAX), (20, 0x7f_ffff), (5000, 0), (u64::MAX - 1, 0x80_0000)] {
            let Arrivals { sent, lost, .. } = ledger.take(highest, lost).unwrap();
            assert!(lost <= sent);
        }
    }

    #[test]
    fn what_was_lost_is_a_part_of_what_was_sent() {
        let mut sum = Arrivals::default();
        assert_eq!(sum.loss(), None);
        sum.add(Arrivals { sent: 49, lost: 20, is_mixed: false });
        sum.add(Arrivals { sent: 51, lost: 5, is_mixed: false });
        assert_eq!(sum.loss(), Some(0.25));
    }
}
