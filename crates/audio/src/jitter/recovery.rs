//! An estimate of the lost frames that later packets can recover, and of the time worth waiting for those packets.

use super::missing::MissingFrames;
use super::target_delay::ALL_MADE_UP_SAMPLES;

/// While copies are waited for, at least this share of frames is taken to be lost, so that the delay does not go
/// up and down with every single loss.
const LEAST_LOSS: f32 = 0.03;

/// Packets hold no copy of silence, so more copies are expected until so many packets came without.
const COPIES_EXPECTED_FRAMES: u32 = 100;

/// Losses of the last seconds are few to count: one more frame is waited for where it recovers so many times what the
/// wait is worth.
const CERTAINLY_WORTH: f32 = 3.0;

/// How many frames of this speaker get lost, and whether that can be helped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Recovery {
    /// The share of frames that could be recovered from the packets that come so much after them, 0 to 1.
    pub(super) share: f32,
    /// How much later the last of those packets is sent.
    pub(super) look_ahead_samples: u64,
}

/// How many of the frames before them packets have copies of.
#[derive(Debug)]
pub(super) struct Copies {
    /// How many frames the last packet with copies has copies of.
    frames: u8,
    packets_without: u32,
}

impl Copies {
    /// None are expected before the first.
    pub(super) fn new() -> Self {
        Self { frames: 0, packets_without: COPIES_EXPECTED_FRAMES }
    }

    /// A packet has copies of so many frames before it.
    pub(super) fn note(&mut self, frames: u8) {
        if frames > 0 {
            *self = Self { frames, packets_without: 0 };
        } else {
            self.packets_without = self.packets_without.saturating_add(1);
        }
    }

    /// The number of frames worth looking ahead, and the share that this recovers, given the recent losses.
    pub(super) fn recovery(&self, losses: MissingFrames, frames: u64, frame_samples: u64) -> Recovery {
        if self.packets_without >= COPIES_EXPECTED_FRAMES {
            return Recovery { share: 0.0, look_ahead_samples: frame_samples };
        }
        let frames = frames.clamp(1, MissingFrames::WINDOW) as f32;
        // The packet with the copy may be lost as well; in bursts most are.
        let followed = |ahead| losses.followed(ahead).max(1) as f32;
        let wait = CERTAINLY_WORTH * frame_samples as f32 / ALL_MADE_UP_SAMPLES;
        let pays = |ahead: &u8| (followed(*ahead) - followed(ahead - 1)) / frames >= wait;
        let ahead = (2..=self.frames).take_while(pays).last().unwrap_or(1);
        let lost = (losses.count() as f32 / frames).max(LEAST_LOSS);
        Recovery {
            share: lost * followed(ahead) / losses.count().max(1) as f32,
            look_ahead_samples: u64::from(ahead) * frame_samples,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: u64 = 960;

    /// Of each 16 frames, so many in a row are lost.
    fn losses(in_a_row: u32) -> MissingFrames {
        let mut losses = MissingFrames::NONE;
        for frame in 0..128 {
            losses.push(frame % 16 < in_a_row);
        }
        losses
    }

    fn copies(frames: u8) -> Copies {
        let mut copies = Copies::new();
        copies.note(frames);
        copies
    }

    #[test]
    fn the_look_ahead_is_as_long_as_what_is_lost_in_a_row_and_no_longer_than_copies_reach() {
        let look = |in_a_row, frames| copies(frames).recovery(losses(in_a_row), 128, FRAME);
        let is = |share, frames| Recovery { share, look_ahead_samples: frames * FRAME };
        assert_eq!(look(1, 3), is(1.0 / 16.0, 1));
        assert_eq!(look(2, 1), is(1.0 / 16.0, 1));
        assert_eq!(look(2, 2), is(2.0 / 16.0, 2));
        assert_eq!(look(4, 3), is(3.0 / 16.0, 3));
        assert_eq!(look(4, 10), is(4.0 / 16.0, 4));
    }

    #[test]
    fn a_single_pair_is_not_waited_for() {
        let mut pair = MissingFrames::NONE;
        for frame in 0..128 {
            pair.push(frame == 60 || frame == 61);
        }
        assert_eq!(copies(2).recovery(pair, 128, FRAME).look_ahead_samples, FRAME);
    }

    #[test]
    fn nothing_is_recovered_before_the_first_copy_and_long_after_the_last() {
        assert!(Copies::new().recovery(losses(1), 128, FRAME).share <= 0.0);
        let mut copies = copies(1);
        for _ in 1..COPIES_EXPECTED_FRAMES {
            copies.note(0);
        }
        assert!(copies.recovery(losses(1), 128, FRAME).share > 0.0);
        copies.note(0);
        assert!(copies.recovery(losses(1), 128, FRAME).share <= 0.0);
    }

    #[test]
    fn few_losses_count_as_some() {
        let recovery = copies(1).recovery(MissingFrames::NONE, 128, FRAME);
        assert!((recovery.share - LEAST_LOSS).abs() < 1e-6, "{recovery:?}");
    }
}
