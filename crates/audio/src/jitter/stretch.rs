//! Decisions to make sound longer or shorter so that the delay reaches its target.

use crate::block::BLOCK_SAMPLES;

const BLOCK: i64 = BLOCK_SAMPLES as i64;

/// Squeezing starts when the delay is 20 ms too long, or a third of a long target, so that small changes of the
/// target do not wobble: each change within a sentence can be heard, …
const TOO_LONG_SAMPLES: i64 = 960;
const TOO_LONG_SHARE: i64 = 3;

/// … in a pause at 15 ms, where it costs less, …
const TOO_LONG_IN_PAUSE_SAMPLES: i64 = 720;

/// … or when what is there early in one, because sound is mixed in blocks, is more than 7.5 ms.
const EARLY_SAMPLES: i64 = 360;

/// Stretching starts when the delay is 2.5 ms too short, which is what the target has to spare.
pub(super) const TOO_SHORT_SAMPLES: i64 = 120;

/// So far from the target, 60 ms too long or 20 ms too short, it is urgent.
const URGENTLY_TOO_LONG_SAMPLES: i64 = 2_880;
const URGENTLY_TOO_SHORT_SAMPLES: i64 = 960;

/// Sound is stretched once in 60 ms, so that it sounds natural; every frame if it is urgent.
const APART_SAMPLES: u64 = 2_880;

/// A request to make the sound that follows longer or shorter. Report a fulfilled request with
/// [`JitterBuffer::note_stretched`](super::JitterBuffer::note_stretched); any other is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch {
    /// No change.
    Keep,
    /// Squeeze: the delay is too long.
    Shorten {
        /// By no more samples than this.
        at_most: usize,
        /// Better audibly than not at all.
        urgent: bool,
    },
    /// Stretch: the delay is too short.
    Lengthen {
        /// By so many samples if possible; fewer would not help, because sound is mixed in blocks.
        at_least: usize,
        /// Better audibly than not at all.
        urgent: bool,
    },
}

impl Stretch {
    /// Returns the change to request for a frame that could be played `excess` samples earlier and still have its
    /// `target` delay (if negative, later), and that must be decoded `early` samples, less than a block, before it is
    /// heard, because the sound before it does not end with a block. `free` says that it can be stretched inaudibly,
    /// `since` is the time since the last change, in samples.
    pub(super) fn wanted(excess: i64, target: u64, early: u64, free: bool, since: u64) -> Self {
        let early = early as i64;
        if excess <= -TOO_SHORT_SAMPLES {
            let urgent = excess <= -URGENTLY_TOO_SHORT_SAMPLES;
            let wish = Self::Lengthen { at_least: (BLOCK - early).max(0) as usize, urgent };
            return wish.unless_too_often(urgent || free, since);
        }
        // Either whole blocks can be saved, or the part that was decoded early, but nothing in between.
        let at_most = early + excess.max(0) / BLOCK * BLOCK;
        let too_long = if free {
            TOO_LONG_IN_PAUSE_SAMPLES
        } else {
            TOO_LONG_SAMPLES.max(target as i64 / TOO_LONG_SHARE)
        };
        if excess >= too_long || (free && excess >= 0 && early >= EARLY_SAMPLES) {
            let urgent = excess >= URGENTLY_TOO_LONG_SAMPLES;
            return Self::Shorten { at_most: at_most as usize, urgent }
                .unless_too_often(urgent || free, since);
        }
        Self::Keep
    }

    fn unless_too_often(self, often: bool, since: u64) -> Self {
        if often || since >= APART_SAMPLES { self } else { Self::Keep }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG_AGO: u64 = 1_000_000;

    fn wanted(excess: i64, early: u64) -> Stretch {
        Stretch::wanted(excess, 1_000, early, false, LONG_AGO)
    }

    #[test]
    fn near_the_target_nothing_is_wanted() {
        for excess in [-119, 0, 959] {
            assert_eq!(wanted(excess, 0), Stretch::Keep);
        }
        assert_eq!(Stretch::wanted(719, 1_000, 0, true, LONG_AGO), Stretch::Keep);
        assert_eq!(Stretch::wanted(720, 1_000, 0, true, 0), Stretch::Shorten { at_most: 480, urgent: false });
    }

    #[test]
    fn a_long_target_may_move_further_before_anything_is_squeezed() {
        assert_eq!(Stretch::wanted(1_999, 6_000, 0, false, LONG_AGO), Stretch::Keep);
        assert_ne!(Stretch::wanted(2_000, 6_000, 0, false, LONG_AGO), Stretch::Keep);
    }

    #[test]
    fn only_whole_blocks_and_what_is_early_can_be_saved() {
        assert_eq!(wanted(1_000, 0), Stretch::Shorten { at_most: 960, urgent: false });
        assert_eq!(wanted(1_000, 100), Stretch::Shorten { at_most: 1_060, urgent: false });
        let in_pause = |excess, early| Stretch::wanted(excess, 1_000, early, true, LONG_AGO);
        assert_eq!(in_pause(800, 0), Stretch::Shorten { at_most: 480, urgent: false });
        assert_eq!(in_pause(10, 400), Stretch::Shorten { at_most: 400, urgent: false });
        assert_eq!(in_pause(-10, 400), Stretch::Keep);
    }

    #[test]
    fn a_delay_grows_by_the_next_whole_block() {
        assert_eq!(wanted(-120, 0), Stretch::Lengthen { at_least: 480, urgent: false });
        assert_eq!(wanted(-120, 400), Stretch::Lengthen { at_least: 80, urgent: false });
    }

    #[test]
    fn sound_is_stretched_often_only_in_pauses_or_when_it_is_urgent() {
        for excess in [-300, 1_200] {
            assert_eq!(Stretch::wanted(excess, 1_000, 0, false, 960), Stretch::Keep);
            assert_ne!(Stretch::wanted(excess, 1_000, 0, true, 960), Stretch::Keep);
        }
        for excess in [-960, 2_880] {
            assert_ne!(Stretch::wanted(excess, 1_000, 0, false, 960), Stretch::Keep);
        }
    }
}
