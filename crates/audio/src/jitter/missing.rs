//! A record of recent frames that were missing at their playback time.

/// The last 128 frames whose turn is over, newest first: a set bit is a frame that was missing.
#[derive(Debug, Clone, Copy)]
pub(super) struct MissingFrames(u128);

impl MissingFrames {
    /// How many frames are remembered.
    pub(super) const WINDOW: u64 = u128::BITS as u64;
    /// Every frame was there.
    pub(super) const NONE: Self = Self(0);
    /// No frame was there, as before the first one.
    pub(super) const ALL: Self = Self(u128::MAX);

    /// The turn of one more frame is over.
    pub(super) fn push(&mut self, missing: bool) {
        self.0 = self.0 << 1 | u128::from(missing);
    }

    /// The turn of `count` more frames is over, and all of them were missing.
    pub(super) fn push_missing(&mut self, count: u32) {
        self.0 = match 1_u128.checked_shl(count) {
            Some(carry) => self.0 << count | (carry - 1),
            None => u128::MAX,
        };
    }

    /// A frame arrived whose turn was over before `age` others: whether it was missing. From now on it is not.
    pub(super) fn arrived(&mut self, age: u32) -> bool {
        let Some(bit) = 1_u128.checked_shl(age) else { return true };
        let missing = self.0 & bit != 0;
        self.0 &= !bit;
        missing
    }

    /// How many are missing.
    pub(super) fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// How many are missing of which one of the next `ahead` is not, whose packet may have a copy.
    pub(super) fn followed(self, ahead: u8) -> u32 {
        let all_missing = (1..=u32::from(ahead)).fold(self.0, |all, later| all & self.0.unbounded_shl(later));
        (self.0 & !all_missing).count_ones()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_missing_once() {
        let mut frames = MissingFrames::NONE;
        frames.push(true);
        frames.push(false);
        frames.push(false);
        assert_eq!(frames.count(), 1);
        assert!(frames.arrived(2));
        assert!(!frames.arrived(2), "the second time it is a duplicate");
        assert!(!frames.arrived(0), "it was played");
        assert_eq!(frames.count(), 0);
    }

    #[test]
    fn long_gaps_fill_the_window() {
        for (gap, count) in [(0, 0), (1, 1), (127, 127), (128, 128), (129, 128), (u32::MAX, 128)] {
            let mut frames = MissingFrames::NONE;
            frames.push_missing(gap);
            assert_eq!(frames.count(), count, "{gap} frames");
        }
    }

    #[test]
    fn only_the_last_of_a_burst_is_followed_by_a_frame() {
        let mut frames = MissingFrames::NONE;
        for missing in [true, false, true, true, true, false] {
            frames.push(missing);
        }
        assert_eq!((frames.count(), frames.followed(1)), (4, 2));
        assert_eq!((frames.followed(2), frames.followed(3), frames.followed(u8::MAX)), (3, 4, 4));
        assert_eq!(MissingFrames::ALL.followed(1), 1, "what comes next is not known yet");
    }

    #[test]
    fn older_frames_count_as_missing() {
        let mut frames = MissingFrames::NONE;
        assert!(frames.arrived(128));
        assert!(frames.arrived(u32::MAX));
        assert!(!frames.arrived(127));
    }
}
