//! Recovery of a voice thread that is behind: a short delay is made up for, a lasting one is skipped.
//!
//! A thread that was not scheduled for a while plays everything that arrived meanwhile, and is on time again. One whose
//! work takes longer than real time would fall behind further and further: the sound it missed is replaced by silence,
//! and if even that takes too long, for example with a slow output, it is left out.

use std::time::{Duration, Instant};

use crate::clock::BLOCK;

/// The most beats made up for before packets get their turn again.
pub(super) const BEATS_AT_ONCE: u32 = 10;
/// The same for skipped beats, which cost next to nothing.
const SKIPPED_AT_ONCE: u32 = 50;
/// A delay from which a thread counts as behind.
const BEHIND: Duration = Duration::from_millis(200);
/// A thread that has been behind for this long will not catch up by itself.
const PATIENCE: Duration = Duration::from_secs(3);

/// The largest delay of a thread that is too slow, apart from a single stall and one turn: the delay at which it counts
/// as behind, plus twice the patience during which it makes no progress.
#[cfg(test)]
pub(super) const LATE_MAX: Duration = Duration::from_millis(6_200);

/// The treatment of beats that are due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Beats {
    /// They are heard.
    #[default]
    Heard,
    /// They are replaced by silence, until the thread is on time again.
    Skipped,
    /// They are left out: the next beat is now.
    LeftOut,
}

/// Decides how late beats are treated.
#[derive(Debug, Default)]
pub(super) struct CatchUp {
    behind_since: Option<Instant>,
    beats: Beats,
}

impl CatchUp {
    /// Decides how beats are treated, by the delay of the next one.
    pub(super) fn look(&mut self, now: Instant, late: Duration) -> Beats {
        if late <= BLOCK {
            *self = Self::default();
        } else if late > BEHIND {
            let since = *self.behind_since.get_or_insert(now);
            let behind_for = now.saturating_duration_since(since);
            if behind_for >= 2 * PATIENCE {
                *self = Self::default();
                return Beats::LeftOut;
            }
            if behind_for >= PATIENCE {
                self.beats = Beats::Skipped;
            }
        }
        self.beats
    }
}

impl Beats {
    /// The most beats in a row.
    pub(super) fn at_once(self) -> u32 {
        if self == Self::Skipped { SKIPPED_AT_ONCE } else { BEATS_AT_ONCE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stall_is_made_up_for_and_a_delay_that_lasts_is_skipped_or_left_out() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut catch_up = CatchUp::default();
        let mut look = |ms, late_ms| catch_up.look(at(ms), Duration::from_millis(late_ms));
        assert_eq!(look(0, 30_000), Beats::Heard, "a long stall");
        assert_eq!(look(2_900, 300), Beats::Heard, "it is nearly made up for");
        assert_eq!(look(2_990, 10), Beats::Heard);
        assert_eq!(look(3_100, 300), Beats::Heard, "another one");
        assert_eq!(look(6_000, 100), Beats::Heard);
        assert_eq!(look(6_100, 400), Beats::Skipped, "it was never on time for three seconds");
        assert_eq!(look(6_110, 20), Beats::Skipped, "until it is");
        assert_eq!(look(6_120, 0), Beats::Heard);
        for (ms, beats) in [(7_000, Beats::Heard), (10_000, Beats::Skipped), (13_000, Beats::LeftOut)] {
            assert_eq!(look(ms, 500), beats, "an output that takes no silence in time");
        }
        assert_eq!(look(13_010, 0), Beats::Heard);
    }
}
