//! The reports of one speaker's listeners on its reception, summarized so that no single one decides.

use alloc::vec::Vec;
use core::time::Duration;

use consonance_wire::{ClientId, ListenerSummary, LossRun, Reception, RedundancySupport};

use crate::time::Instant;

/// The time over which reports are collected before they are summarized: twice the interval of an honest listener's
/// reports.
const WINDOW: Duration = Duration::from_secs(2);

/// The maximum number of listeners in one window, of one speaker. The 90th percentile of this many is close to that of
/// all, and a session where all hear all need not remember every pair.
const VOTES_MAX: usize = 64;

/// One vote for each listener: its latest.
#[derive(Debug, Default)]
pub(super) struct ListenerVotes {
    votes: Vec<Vote>,
    /// The arrival of the first of them.
    since: Instant,
}

#[derive(Debug)]
struct Vote {
    listener: ClientId,
    lost_percent: u8,
    lost_in_a_row: LossRun,
    playout_delay_ms: u16,
    redundancy: RedundancySupport,
}

impl ListenerVotes {
    /// Takes a listener's report on its reception of the speaker.
    pub(super) fn cast(
        &mut self,
        now: Instant,
        listener: ClientId,
        (reception, lost_in_a_row): (Reception, LossRun),
        redundancy: RedundancySupport,
    ) {
        if now - self.since > 2 * WINDOW {
            self.votes.clear();
        }
        if self.votes.is_empty() {
            self.since = now;
        }
        let (lost_percent, playout_delay_ms) = (reception.lost_percent(), reception.playout_delay_ms);
        let vote = Vote { listener, lost_percent, lost_in_a_row, playout_delay_ms, redundancy };
        match self.votes.iter().position(|vote| vote.listener == listener) {
            Some(earlier) => self.votes[earlier] = vote,
            None if self.votes.len() < VOTES_MAX => self.votes.push(vote),
            None => {}
        }
    }

    /// The summary of the window, once it is over; the next one begins.
    pub(super) fn sum_up(&mut self, now: Instant) -> Option<ListenerSummary> {
        let is_over = now - self.since >= WINDOW;
        if self.votes.is_empty() || !is_over {
            return None;
        }
        let is_stale = now - self.since > 2 * WINDOW;
        let summary = (!is_stale).then(|| self.summary());
        self.votes.clear();
        summary
    }

    fn summary(&mut self) -> ListenerSummary {
        let place = (9 * self.votes.len()).div_ceil(10).saturating_sub(1);
        self.votes.sort_unstable_by_key(|vote| vote.lost_in_a_row);
        let lost_in_a_row = self.votes[place].lost_in_a_row;
        self.votes.sort_unstable_by_key(|vote| vote.lost_percent);
        let waits = self.votes.iter().map(|vote| vote.playout_delay_ms);
        let all = RedundancySupport(u8::MAX);
        ListenerSummary {
            listeners: self.votes.len() as u8,
            lost_percent: self.votes[place].lost_percent,
            lost_in_a_row,
            playout_delay_ms: waits.min().unwrap_or_default(),
            redundancy: self.votes.iter().fold(all, |common, vote| common.and(vote.redundancy)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Instant = Instant::from_millis(60_000);

    fn cast(votes: &mut ListenerVotes, now: Instant, listener: u16, lost: u16, wait: u16) {
        let reception = Reception { speaker: ClientId(0), expected: 100, lost, playout_delay_ms: wait };
        votes.cast(now, ClientId(listener), (reception, LossRun(10)), RedundancySupport::DRED);
    }

    fn lost_percent(losses: &[u16]) -> u8 {
        let mut votes = ListenerVotes::default();
        for (listener, &lost) in (1..).zip(losses) {
            cast(&mut votes, START, listener, lost, 60);
        }
        votes.sum_up(START + WINDOW).unwrap().lost_percent
    }

    #[test]
    fn nine_of_ten_listeners_have_no_more_than_what_counts() {
        assert_eq!(lost_percent(&[7]), 7);
        assert_eq!(lost_percent(&[9, 1]), 9);
        assert_eq!(lost_percent(&[9, 1, 5]), 9);
        assert_eq!(lost_percent(&[0, 1, 2, 3, 4, 5, 6, 7, 20, 100]), 20);
        let mut many = [5; 64];
        many[..6].fill(100);
        assert_eq!(lost_percent(&many), 5);
        many[6] = 60;
        assert_eq!(lost_percent(&many), 60);
    }

    #[test]
    fn losses_in_a_row_count_by_the_same_rule() {
        let mut votes = ListenerVotes::default();
        for (listener, tenths) in (1..=10).zip([10, 10, 12, 11, 10, 10, 10, 10, 31, 90]) {
            let reception = Reception { speaker: ClientId(0), expected: 100, lost: 5, playout_delay_ms: 60 };
            votes.cast(START, ClientId(listener), (reception, LossRun(tenths)), RedundancySupport::NONE);
        }
        assert_eq!(votes.sum_up(START + WINDOW).unwrap().lost_in_a_row, LossRun(31));
    }

    #[test]
    fn a_listener_that_reports_often_counts_once() {
        let mut votes = ListenerVotes::default();
        for listener in 10..30 {
            cast(&mut votes, START, listener, 0, 60);
        }
        for _ in 0..1000 {
            cast(&mut votes, START, 9, 100, 60);
        }
        let summary = votes.sum_up(START + WINDOW).unwrap();
        assert_eq!((summary.listeners, summary.lost_percent), (21, 0));
    }

    #[test]
    fn the_shortest_wait_and_what_all_know_count() {
        let mut votes = ListenerVotes::default();
        cast(&mut votes, START, 1, 0, 120);
        cast(&mut votes, START, 2, 0, 80);
        let both = votes.sum_up(START + WINDOW).unwrap();
        assert_eq!((both.playout_delay_ms, both.redundancy), (80, RedundancySupport::DRED));
        cast(&mut votes, START, 1, 0, 120);
        let plain = Reception { speaker: ClientId(0), expected: 1, lost: 0, playout_delay_ms: 90 };
        votes.cast(START, ClientId(2), (plain, LossRun::UNKNOWN), RedundancySupport::NONE);
        assert_eq!(votes.sum_up(START + WINDOW).unwrap().redundancy, RedundancySupport::NONE);
    }

    #[test]
    fn a_window_lasts_two_seconds_and_ends_with_its_summary() {
        let mut votes = ListenerVotes::default();
        cast(&mut votes, START, 1, 5, 60);
        assert_eq!(votes.sum_up(START + Duration::from_millis(1999)), None);
        assert!(votes.sum_up(START + WINDOW).is_some());
        assert_eq!(votes.sum_up(START + 2 * WINDOW), None);
    }

    #[test]
    fn what_was_said_before_a_pause_is_forgotten() {
        let long_after = START + Duration::from_mins(1);
        let mut votes = ListenerVotes::default();
        cast(&mut votes, START, 1, 50, 60);
        assert_eq!(votes.sum_up(long_after), None);
        cast(&mut votes, START, 1, 50, 60);
        cast(&mut votes, long_after, 2, 0, 60);
        let summary = votes.sum_up(long_after + WINDOW).unwrap();
        assert_eq!((summary.listeners, summary.lost_percent), (1, 0));
    }

    #[test]
    fn votes_count_for_two_windows_and_not_a_millisecond_longer() {
        let still = START + 2 * WINDOW;
        let too_late = still + Duration::from_millis(1);
        for (now, summarized) in [(still, true), (too_late, false)] {
            let mut votes = ListenerVotes::default();
            cast(&mut votes, START, 1, 50, 60);
            assert_eq!(votes.sum_up(now).is_some(), summarized, "summed up at {now:?}");
        }
        for (now, listeners) in [(still, 2), (too_late, 1)] {
            let mut votes = ListenerVotes::default();
            cast(&mut votes, START, 1, 50, 60);
            cast(&mut votes, now, 2, 50, 60);
            assert_eq!(votes.votes.len(), listeners, "cast at {now:?}");
        }
    }

    #[test]
    fn stale_votes_do_not_shorten_the_window_of_the_votes_after_them() {
        let mut votes = ListenerVotes::default();
        cast(&mut votes, START, 1, 50, 60);
        let long_after = START + Duration::from_mins(1);
        cast(&mut votes, long_after, 2, 0, 60);
        assert_eq!(votes.sum_up(long_after + Duration::from_millis(1999)), None);
        assert!(votes.sum_up(long_after + WINDOW).is_some());
    }

    #[test]
    fn there_is_a_limit_to_listeners() {
        let mut votes = ListenerVotes::default();
        for listener in 0..5000 {
            cast(&mut votes, START, listener, 1, 60);
        }
        assert_eq!(votes.votes.len(), VOTES_MAX);
    }
}
