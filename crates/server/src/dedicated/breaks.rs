//! When to take several packets together instead of being woken for each.

use std::time::Duration;

/// A break ends by itself: nothing wakes a worker from it. Falling asleep and being woken costs as much as sending a frame
/// to ten listeners, so where packets come faster than this one after the other, they wait this long for each other.
const BREAK: Duration = Duration::from_micros(100);

/// Whether packets come that fast: the last sleep was cut short before a break would have been over, and each break since
/// has found something.
#[derive(Debug, Default)]
pub(super) struct Breaks {
    are_worth_it: bool,
}

impl Breaks {
    /// How long the break is that the next sleep is to be, after a turn that found packets or found none.
    pub(super) fn next(&mut self, found_packets: bool) -> Option<Duration> {
        self.are_worth_it &= found_packets;
        self.are_worth_it.then_some(BREAK)
    }

    /// A sleep took this long of the time that it might have taken.
    pub(super) fn note_sleep(&mut self, slept: Duration, at_most: Duration) {
        self.are_worth_it = slept < at_most.min(BREAK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_millis(250);

    #[test]
    fn whoever_is_woken_soon_takes_breaks_until_one_finds_nothing() {
        let mut breaks = Breaks::default();
        assert_eq!(breaks.next(true), None, "nothing is known yet");
        breaks.note_sleep(BREAK / 2, LONG);
        for _ in 0..3 {
            assert_eq!(breaks.next(true), Some(BREAK));
        }
        assert_eq!([true, true].map(|_| breaks.next(false)), [None, None]);
        assert_eq!(breaks.next(true), None, "only another short sleep brings them back");
    }

    #[test]
    fn a_quiet_worker_is_woken_for_each_packet() {
        let mut breaks = Breaks::default();
        breaks.note_sleep(BREAK * 2, LONG);
        assert_eq!(breaks.next(true), None);
    }

    #[test]
    fn a_timer_that_is_due_soon_is_no_sign_of_packets() {
        let mut breaks = Breaks::default();
        breaks.note_sleep(BREAK / 2, BREAK / 2);
        assert_eq!(breaks.next(true), None);
    }
}
