//! The last samples, by their position since the start.

use crate::block::BLOCK_SAMPLES;

/// How many are kept: more than what one block reaches back and ahead.
pub(super) const SAMPLES: usize = 4_096;

#[derive(Debug, Clone)]
pub(super) struct Ring([f32; SAMPLES]);

impl Ring {
    pub(super) fn new() -> Self {
        Self([0.0; SAMPLES])
    }

    pub(super) fn at(&self, position: u64) -> f32 {
        self.0[position as usize % SAMPLES]
    }

    pub(super) fn add(&mut self, position: u64, sample: f32) {
        self.0[position as usize % SAMPLES] += sample;
    }

    pub(super) fn write(&mut self, position: u64, block: &[f32; BLOCK_SAMPLES]) {
        for (i, sample) in (position..).zip(block) {
            self.0[i as usize % SAMPLES] = *sample;
        }
    }

    /// Moves a block out, and leaves silence.
    pub(super) fn take(&mut self, position: u64, block: &mut [f32; BLOCK_SAMPLES]) {
        for (i, sample) in (position..).zip(block) {
            *sample = std::mem::take(&mut self.0[i as usize % SAMPLES]);
        }
    }
}
