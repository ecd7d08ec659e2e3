//! Gains that change: factors of sound move evenly over one block, so that nothing clicks.

use crate::block::BLOCK_SAMPLES;

/// A number on its way from where the last block left it to where this one ends.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ramp {
    from: f32,
    step: f32,
}

impl Ramp {
    /// The value of the block's sample `i`; the last sample, `BLOCK_SAMPLES − 1`, has the target.
    pub(crate) fn at(self, i: usize) -> f32 {
        self.from + self.step * (i + 1) as f32
    }

    /// Multiplies a block with it.
    pub(crate) fn scale(self, block: &mut [f32; BLOCK_SAMPLES]) {
        for (i, sample) in block.iter_mut().enumerate() {
            *sample *= self.at(i);
        }
    }
}

/// A number that follows its targets, one block each.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Smoothed {
    value: f32,
}

impl Smoothed {
    /// Starts from here, at once.
    pub(crate) fn jump(&mut self, value: f32) {
        self.value = value;
    }

    /// The way to the target over the next block.
    pub(crate) fn ramp_to(&mut self, target: f32) -> Ramp {
        let from = std::mem::replace(&mut self.value, target);
        Ramp { from, step: (target - from) / BLOCK_SAMPLES as f32 }
    }

    /// The value at the end of the last block.
    pub(crate) fn value(self) -> f32 {
        self.value
    }

    /// The number is exactly zero now and stays so.
    pub(crate) fn rests_at_zero(self, target: f32) -> bool {
        self.value == 0.0 && target == 0.0
    }
}

/// A number that comes nearer to its target by no more than this.
pub(crate) fn towards(value: f32, target: f32, at_most: f32) -> f32 {
    value + (target - value).clamp(-at_most, at_most)
}
