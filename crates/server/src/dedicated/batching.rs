//! When to take several packets together instead of being woken for each.

use std::time::Duration;

/// A pause ends by itself: nothing wakes a worker from it. Falling asleep and being woken costs as much
/// as sending a frame to ten listeners, so where packets come faster than this one after the other, they
/// wait this long for each other.
const PAUSE: Duration = Duration::from_micros(100);

/// Whether packets come that fast: the last sleep was cut short before a pause would have been over, and each
/// pause since has found something.
#[derive(Debug, Default)]
pub(super) struct Batching {
    is_worth_it: bool,
}

impl Batching {
    /// How long the pause is that the next sleep is to be, after a turn that found packets or found none.
    pub(super) fn next(&mut self, found_packets: bool) -> Option<Duration> {
        self.is_worth_it &= found_packets;
        self.is_worth_it.then_some(PAUSE)
    }

    /// A sleep took this long of the time that it might have taken.
    pub(super) fn note_sleep(&mut self, slept: Duration, at_most: Duration) {
        self.is_worth_it = slept < at_most.min(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_millis(250);

    #[test]
    fn a_loop_woken_soon_pauses_until_a_pause_finds_nothing() {
        let mut batching = Batching::default();
        assert_eq!(batching.next(true), None, "nothing is known yet");
        batching.note_sleep(PAUSE / 2, LONG);
        for _ in 0..3 {
            assert_eq!(batching.next(true), Some(PAUSE));
        }
        assert_eq!([true, true].map(|_| batching.next(false)), [None, None]);
        assert_eq!(batching.next(true), None, "only another short sleep brings pauses back");
    }

    #[test]
    fn a_quiet_worker_is_woken_for_each_packet() {
        let mut batching = Batching::default();
        batching.note_sleep(PAUSE * 2, LONG);
        assert_eq!(batching.next(true), None);
    }

    #[test]
    fn a_timer_that_is_due_soon_is_no_sign_of_packets() {
        let mut batching = Batching::default();
        batching.note_sleep(PAUSE / 2, PAUSE / 2);
        assert_eq!(batching.next(true), None);
    }
}
