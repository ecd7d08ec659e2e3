//! The frames of one speaker that have arrived: counted once each, despite loss, repetition and reordering.

use consonance_wire::{UplinkReceipt, wrapped_delta};

use crate::time::Instant;

/// The newest frame, and a record of those right before it: the window of RFC 4303, §3.4.3, which there prevents the
/// replay of packets. A frame to many listeners comes in several relays of one number, and counts once.
#[derive(Debug, Default)]
pub(super) struct VoiceArrivals {
    newest: u16,
    newest_at: Instant,
    /// Bit n: the frame n before the newest has arrived. 0 while no frame has arrived.
    window: u64,
    frames: u32,
    /// The newest number and the count of frames at the latest samples, the oldest first.
    looks: [Option<(u16, u32)>; LOOKS],
}

/// The number of samples over which arrivals are compared: two seconds of speech.
const LOOKS: usize = 5;

/// The maximum lateness of a frame, in frames; a number this far behind the newest is a new beginning. A speaker whose
/// listeners all had direct links for a while continues at any number.
const FAR_BEHIND: i32 = 1024;

impl VoiceArrivals {
    /// Counts a frame that arrived, in the same few steps for any number.
    pub(super) fn count(&mut self, now: Instant, sequence: u16) {
        let ahead = wrapped_delta(self.newest, sequence, u16::BITS);
        if self.window == 0 || !(-FAR_BEHIND..=0).contains(&ahead) {
            let kept = u32::try_from(ahead).ok().and_then(|ahead| self.window.checked_shl(ahead));
            self.window = kept.unwrap_or(0) | 1;
            (self.newest, self.newest_at) = (sequence, now);
            self.frames = self.frames.wrapping_add(1);
        } else if let Some(bit) = 1_u64.checked_shl(ahead.unsigned_abs())
            && self.window & bit == 0
        {
            self.window |= bit;
            self.frames = self.frames.wrapping_add(1);
        }
    }

    /// Samples the count of frames, as is done at regular times while frames arrive.
    pub(super) fn look(&mut self) {
        self.looks.rotate_left(1);
        self.looks[LOOKS - 1] = Some((self.newest, self.frames));
    }

    /// The percentage of frames between the samples that did not arrive; none before there were enough samples, and
    /// where the numbers began again between them.
    pub(super) fn lost_percent(&self) -> Option<f32> {
        let ((newest_before, frames_before), (newest, frames)) = (self.looks[0]?, self.looks[LOOKS - 1]?);
        let expected = wrapped_delta(newest_before, newest, u16::BITS);
        if !(1..=FAR_BEHIND.abs()).contains(&expected) {
            return None;
        }
        let arrived = frames.wrapping_sub(frames_before).min(expected.unsigned_abs());
        Some(100.0 - 100.0 * arrived as f32 / expected as f32)
    }

    /// The arrival time of the newest frame, if there is one.
    pub(super) fn newest_at(&self) -> Option<Instant> {
        (self.window != 0).then_some(self.newest_at)
    }

    pub(super) fn receipt(&self) -> UplinkReceipt {
        UplinkReceipt {
            newest_sequence: self.newest,
            frames: self.frames,
            arrived_ms: (self.newest_at.as_micros() / 1000) as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(sequences: impl IntoIterator<Item = u16>) -> (u16, u32) {
        let mut arrivals = VoiceArrivals::default();
        for sequence in sequences {
            arrivals.count(Instant::from_millis(7), sequence);
        }
        let UplinkReceipt { newest_sequence, frames, arrived_ms } = arrivals.receipt();
        assert_eq!(arrived_ms, 7);
        (newest_sequence, frames)
    }

    #[test]
    fn the_newest_frame_is_the_one_with_the_latest_number() {
        let mut arrivals = VoiceArrivals::default();
        assert_eq!(arrivals.newest_at(), None);
        let mut newest_after = |ms, sequence| {
            arrivals.count(Instant::from_millis(ms), sequence);
            arrivals.newest_at()
        };
        let newest = [(3, 10), (5, 12), (8, 11)].map(|(ms, sequence)| newest_after(ms, sequence));
        assert_eq!(newest, [3, 5, 5].map(|ms| Some(Instant::from_millis(ms))));
    }

    #[test]
    fn what_is_missing_is_not_counted() {
        assert_eq!(counted([10, 11, 13, 17]), (17, 4));
    }

    #[test]
    fn what_comes_twice_counts_once() {
        assert_eq!(counted([10, 10, 11, 10, 11, 12]), (12, 3));
    }

    #[test]
    fn what_comes_late_counts_and_is_not_the_newest() {
        assert_eq!(counted([10, 12, 11, 11]), (12, 3));
        assert_eq!(counted([100, 163, 100, 99, 101]), (163, 3), "99 is further back than can be told");
    }

    #[test]
    fn numbers_begin_anywhere_and_wrap() {
        assert_eq!(counted([0]), (0, 1));
        assert_eq!(counted([65_534, 65_535, 1, 0]), (1, 4));
    }

    #[test]
    fn a_number_far_behind_is_a_new_beginning() {
        assert_eq!(counted([10, 40_000, 40_001]), (40_001, 3));
        assert_eq!(counted([40_000, 40_001, 10, 11]), (11, 4));
    }

    #[test]
    fn what_is_lost_is_told_after_two_seconds_of_speech() {
        let mut arrivals = VoiceArrivals::default();
        let mut look_after = |frames: core::ops::Range<u16>, keep: u16| {
            frames.filter(|number| number % keep == 0).for_each(|n| arrivals.count(Instant::START, n));
            arrivals.look();
            arrivals.lost_percent()
        };
        for part in 0..4 {
            assert_eq!(look_after(part * 25..part * 25 + 25, 1), None);
        }
        assert_eq!(look_after(100..125, 1), Some(0.0));
        for part in 5..8 {
            look_after(part * 24..part * 24 + 24, 2);
        }
        assert_eq!(look_after(192..217, 2), Some(50.0), "every second one");
        assert_eq!(look_after(60_000..60_010, 1), None, "a new beginning");
    }

    #[test]
    fn the_newest_frames_time_is_told() {
        let mut arrivals = VoiceArrivals::default();
        arrivals.count(Instant::from_millis(5000), 8);
        arrivals.count(Instant::from_millis(6000), 7);
        assert_eq!(arrivals.receipt().arrived_ms, 5000);
    }
}
