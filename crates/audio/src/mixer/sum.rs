//! The sum of all speakers.

use crate::block::{BLOCK_SAMPLES, StereoBlock};

/// One block of all speakers: one without a place is added once, for both ears.
#[derive(Debug)]
pub(super) struct Sum {
    pub(super) middle: [f32; BLOCK_SAMPLES],
    pub(super) ears: StereoBlock,
}

impl Sum {
    pub(super) const SILENCE: Self = Self { middle: [0.0; BLOCK_SAMPLES], ears: StereoBlock::SILENCE };

    /// Moves the sum out, and starts again from silence.
    pub(super) fn take(&mut self, block: &mut StereoBlock) {
        let Self { middle, ears } = std::mem::replace(self, Self::SILENCE);
        *block = ears;
        for side in block.sides_mut() {
            for (sample, &middle) in side.iter_mut().zip(&middle) {
                *sample += middle;
            }
        }
    }
}
