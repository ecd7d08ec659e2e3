//! Which frames of one speaker have arrived: counted once each, whatever was lost, repeated or reordered.

use consonance_wire::{UplinkReceipt, wrapped_delta};

use crate::time::Instant;

/// The newest frame, and which of those right before it are here: the window of RFC 4303, §3.4.3, where it keeps packets
/// from being replayed. A frame to many listeners comes in several relays of one number, and counts once.
#[derive(Debug, Default)]
pub(super) struct VoiceArrivals {
    newest: u16,
    newest_at: Instant,
    /// Bit n: the frame n before the newest has arrived. Nothing has as long as it is 0.
    window: u64,
    frames: u32,
}

/// No frame is later than by so many others; a number so far behind the newest is a new beginning. A speaker whose
/// listeners all had direct links for a while goes on anywhere.
const FAR_BEHIND: i32 = 1024;

impl VoiceArrivals {
    /// A frame arrived. Takes the same few steps whatever its number is.
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

    /// When the newest frame arrived, if one did.
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
    fn the_newest_frames_time_is_told() {
        let mut arrivals = VoiceArrivals::default();
        arrivals.count(Instant::from_millis(5000), 8);
        arrivals.count(Instant::from_millis(6000), 7);
        assert_eq!(arrivals.receipt().arrived_ms, 5000);
    }
}
