//! Convolutions over frequency. A frame is a [`Column`] of channels for each frequency.

use super::relu;
use crate::denoise::weights::{Weights, WeightsError};

/// Channels of all convolutional layers.
pub(crate) const CHANNELS: usize = 64;

/// All channels at one frequency.
pub(crate) type Column = [f32; CHANNELS];

/// A convolution of each channel with three taps over frequency.
pub(crate) struct Depthwise {
    taps: Box<[Column]>,
}

impl Depthwise {
    pub(crate) fn read(weights: &mut Weights) -> Result<Self, WeightsError> {
        Ok(Self { taps: weights.table(3)? })
    }

    /// As many frequencies as before, or with a `step` of 2 half as many.
    pub(crate) fn process(&self, input: &[Column], step: usize, output: &mut [Column]) {
        for (frequency, out) in output.iter_mut().enumerate() {
            let middle = frequency * step;
            *out = [0.0; CHANNELS];
            add_product(out, input.get(middle.wrapping_sub(1)), &self.taps[0]);
            add_product(out, input.get(middle), &self.taps[1]);
            add_product(out, input.get(middle + 1), &self.taps[2]);
        }
    }

    /// Twice as many frequencies: the transposed convolution with a step of 2.
    pub(crate) fn process_transposed(&self, input: &[Column], output: &mut [Column]) {
        for (frequency, out) in output.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            let [even, odd] = out;
            *even = [0.0; CHANNELS];
            add_product(even, input.get(frequency), &self.taps[1]);
            *odd = [0.0; CHANNELS];
            add_product(odd, input.get(frequency), &self.taps[2]);
            add_product(odd, input.get(frequency + 1), &self.taps[0]);
        }
    }
}

/// Beyond the edges there is silence.
fn add_product(sum: &mut Column, input: Option<&Column>, taps: &Column) {
    if let Some(input) = input {
        for channel in 0..CHANNELS {
            sum[channel] += input[channel] * taps[channel];
        }
    }
}

/// A full matrix between the channels of each frequency, with bias and rectifier.
pub(crate) struct Pointwise {
    /// For each eight outputs a row of them for each input.
    tiles: Box<[[[f32; TILE]; CHANNELS]]>,
    bias: Box<Column>,
}

/// Outputs, and frequencies, that are computed together: as many as fit into the registers of any machine.
const TILE: usize = 8;
const FREQUENCIES: usize = 4;

impl Pointwise {
    pub(crate) fn read(weights: &mut Weights) -> Result<Self, WeightsError> {
        let matrix: Box<[Column]> = weights.table(CHANNELS)?;
        let tile = |tile: usize| {
            std::array::from_fn(|input| std::array::from_fn(|lane| matrix[input][tile * TILE + lane]))
        };
        Ok(Self { tiles: (0..CHANNELS / TILE).map(tile).collect(), bias: weights.vector()? })
    }

    /// Works in blocks of four frequencies, of which there must be a multiple.
    pub(crate) fn process(&self, input: &[Column], output: &mut [Column]) {
        let blocks = input.as_chunks::<FREQUENCIES>().0.iter().zip(output.as_chunks_mut::<FREQUENCIES>().0);
        for (input, output) in blocks {
            for (tile, weights) in self.tiles.iter().enumerate() {
                let place = tile * TILE;
                let mut sums = [[0.0_f32; TILE]; FREQUENCIES];
                for (channel, row) in weights.iter().enumerate() {
                    for (sums, input) in sums.iter_mut().zip(input) {
                        for lane in 0..TILE {
                            sums[lane] += input[channel] * row[lane];
                        }
                    }
                }
                for (output, sums) in output.iter_mut().zip(&sums) {
                    for lane in 0..TILE {
                        output[place + lane] = (sums[lane] + self.bias[place + lane]).max(0.0);
                    }
                }
            }
        }
    }
}

/// A path from the encoder to the decoder: a factor and a bias for each channel, with rectifier.
pub(crate) struct Pathway {
    factors: Box<Column>,
    bias: Box<Column>,
}

impl Pathway {
    pub(crate) fn read(weights: &mut Weights) -> Result<Self, WeightsError> {
        Ok(Self { factors: weights.vector()?, bias: weights.vector()? })
    }

    /// Adds the output to `sum`.
    pub(crate) fn add(&self, input: &[Column], sum: &mut [Column]) {
        for (input, sum) in input.iter().zip(sum) {
            let mut column: Column =
                std::array::from_fn(|channel| input[channel] * self.factors[channel] + self.bias[channel]);
            relu(&mut column);
            for channel in 0..CHANNELS {
                sum[channel] += column[channel];
            }
        }
    }
}
