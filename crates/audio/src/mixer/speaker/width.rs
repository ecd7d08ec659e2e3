//! The side of a speaker that has two channels: played unchanged if the voice has no place and no effects.

use crate::block::{BLOCK_SAMPLES, StereoBlock};
use crate::ramp::{Ramp, Smoothed};

/// How much of the side is heard.
#[derive(Debug, Default)]
pub(super) struct Width {
    share: Smoothed,
}

impl Width {
    /// Adds a block of the side, as loud as the middle is by `gain`; all of it if the voice is `wide`, which it is
    /// without a place and effects, and nothing otherwise. Changes take a block but where sound `begins`.
    pub(super) fn add(
        &mut self,
        side: &[f32; BLOCK_SAMPLES],
        gain: Ramp,
        wide: bool,
        begins: bool,
        ears: &mut StereoBlock,
    ) {
        let target = if wide { 1.0 } else { 0.0 };
        if begins {
            self.share.jump(target);
        }
        if self.share.rests_at_zero(target) {
            return;
        }
        let share = self.share.ramp_to(target);
        for (i, side) in side.iter().enumerate() {
            let sample = side * gain.at(i) * share.at(i);
            ears.left[i] += sample;
            ears.right[i] -= sample;
        }
    }
}
