//! The first layer: a convolution over three blocks and three frequencies.

use crate::denoise::kernels::{CHANNELS, Column};
use crate::denoise::weights::{Weights, WeightsError};

/// Blocks, and frequencies, that the kernel spans.
const SPAN: usize = 3;

/// From two values at each of `F` frequencies: one for the first half of the channels, one for the second.
pub(crate) struct InputConv<const F: usize> {
    /// Taps over frequency, for the oldest block first.
    taps: Box<[Column]>,
    /// The last blocks, the oldest first.
    blocks: [[[f32; 2]; F]; SPAN],
}

impl<const F: usize> InputConv<F> {
    pub(crate) fn read(weights: &mut Weights) -> Result<Self, WeightsError> {
        Ok(Self { taps: weights.table(SPAN * SPAN)?, blocks: [[[0.0; 2]; F]; SPAN] })
    }

    pub(crate) fn reset(&mut self) {
        self.blocks = [[[0.0; 2]; F]; SPAN];
    }

    /// Takes the next block.
    pub(crate) fn process(&mut self, input: &[[f32; 2]; F], output: &mut [Column]) {
        self.blocks.rotate_left(1);
        self.blocks[SPAN - 1] = *input;
        for (frequency, out) in output.iter_mut().enumerate() {
            let mut sums = [0.0; CHANNELS];
            for (block, taps) in self.blocks.iter().zip(self.taps.as_chunks::<SPAN>().0) {
                for (offset, taps) in taps.iter().enumerate() {
                    // Frequencies beyond the edges are silent.
                    if let Some(pair) = block.get((frequency + offset).wrapping_sub(1)) {
                        add_products(&mut sums, *pair, taps);
                    }
                }
            }
            *out = sums;
        }
    }
}

fn add_products(sums: &mut Column, [first, second]: [f32; 2], taps: &Column) {
    for channel in 0..CHANNELS / 2 {
        sums[channel] += first * taps[channel];
    }
    for channel in CHANNELS / 2..CHANNELS {
        sums[channel] += second * taps[channel];
    }
}
