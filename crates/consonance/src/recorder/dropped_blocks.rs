//! Why a full tap dropped blocks: how the recorder spent its time meanwhile.

use std::time::{Duration, Instant};

/// Blocks that a full tap dropped, by the reason why the recorder did not empty it in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DroppedBlocks {
    /// The recorder spent most of the time writing to its files: the disk is too slow.
    pub slow_disk: u64,
    /// It spent most of the time encoding: the processor is too slow for this many tracks, or the program is built
    /// without optimisation.
    pub slow_encoding: u64,
    /// It was not slow: more than a second of sound came at once, as from a voice thread that catches up, or before the
    /// system let the recorder run, or before the tap was added.
    pub burst: u64,
}

impl DroppedBlocks {
    /// All of them.
    pub const fn total(&self) -> u64 {
        self.slow_disk + self.slow_encoding + self.burst
    }

    /// Counts blocks that were dropped while the recorder's time was spent like this.
    pub(super) fn charge(&mut self, blocks: u64, spent: &Spent) {
        *(if spent.disk * 2 >= spent.all {
            &mut self.slow_disk
        } else if spent.working * 2 >= spent.all {
            &mut self.slow_encoding
        } else {
            &mut self.burst
        }) += blocks;
    }
}

/// How the recorder spent its time between two checks of its taps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spent {
    all: Duration,
    /// All time except waiting, including disk time.
    working: Duration,
    disk: Duration,
}

/// Measures the recorder's time.
#[derive(Debug)]
pub(super) struct TimeSheet {
    turn_began: Instant,
    /// The working time of the last turn.
    working: Duration,
    /// The total disk time when the last turn began.
    disk: Duration,
}

impl TimeSheet {
    pub(super) fn new(now: Instant) -> Self {
        Self { turn_began: now, working: Duration::ZERO, disk: Duration::ZERO }
    }

    /// Begins a turn; returns how the time since the beginning of the previous one was spent. `disk` is the disk time
    /// of all files so far.
    pub(super) fn begin_turn(&mut self, now: Instant, disk: Duration) -> Spent {
        let spent = Spent {
            all: now.saturating_duration_since(self.turn_began).max(Duration::from_nanos(1)),
            working: self.working,
            disk: disk.saturating_sub(self.disk),
        };
        (self.turn_began, self.working, self.disk) = (now, Duration::ZERO, disk);
        spent
    }

    /// The turn ends.
    pub(super) fn end_turn(&mut self, now: Instant) {
        self.working = now.saturating_duration_since(self.turn_began);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The classification of ten blocks dropped during a turn of this duration and disk time; the recorder waits 20 ms
    /// after each turn. All in ms.
    fn charged(turn: u64, disk: u64) -> DroppedBlocks {
        let start = Instant::now();
        let (at, ms) = (|ms| start + Duration::from_millis(ms), Duration::from_millis);
        let mut sheet = TimeSheet::new(start);
        sheet.begin_turn(at(20), ms(5));
        sheet.end_turn(at(20 + turn));
        let spent = sheet.begin_turn(at(40 + turn), ms(5 + disk));
        let mut dropped = DroppedBlocks::default();
        dropped.charge(10, &spent);
        assert_eq!(dropped.total(), 10);
        dropped
    }

    #[test]
    fn only_a_disk_that_takes_most_of_the_time_is_blamed_for_lost_blocks() {
        let nothing = DroppedBlocks::default();
        assert_eq!(charged(1_500, 1_200), DroppedBlocks { slow_disk: 10, ..nothing });
        assert_eq!(charged(1_500, 100), DroppedBlocks { slow_encoding: 10, ..nothing });
        assert_eq!(charged(1, 1), DroppedBlocks { burst: 10, ..nothing });
        assert_eq!(charged(0, 0), DroppedBlocks { burst: 10, ..nothing });
    }
}
