//! Convolutions over frequency that halve or double its resolution, with five taps.

use super::columns::{CHANNELS, Column, rectify};
use crate::denoise::weights::{Weights, WeightsError};

const TAPS: usize = 5;

/// Half of the frequencies, from `INS` values at each. `GROUPS` parts of the channels do not mix.
pub(super) struct Halving<const GROUPS: usize, const INS: usize, const OUTS: usize> {
    /// For each group and tap a row of outputs for each input.
    rows: Box<[[f32; OUTS]]>,
    bias: Box<Column>,
    slope: f32,
}

impl<const GROUPS: usize, const INS: usize, const OUTS: usize> Halving<GROUPS, INS, OUTS> {
    pub(super) fn read(weights: &mut Weights) -> Result<Self, WeightsError> {
        const { assert!(GROUPS * OUTS == CHANNELS) };
        Ok(Self {
            rows: weights.table(GROUPS * TAPS * INS)?,
            bias: weights.vector()?,
            slope: weights.vector::<1>()?[0],
        })
    }

    /// `input` has `GROUPS` times `INS` values at each frequency.
    pub(super) fn process<const WIDE: usize>(&self, input: &[[f32; WIDE]], output: &mut [Column]) {
        for (place, out) in output.iter_mut().enumerate() {
            let mut sums = *self.bias;
            for tap in 0..TAPS {
                // Frequencies beyond the edges are silent.
                let Some(column) = input.get((2 * place + tap).wrapping_sub(2)) else { continue };
                add_groups(&self.rows, TAPS * INS, tap, column.as_chunks::<INS>().0, &mut sums);
            }
            rectify(&mut sums, self.slope);
            *out = sums;
        }
    }
}

/// Twice as many frequencies less one: the transposed convolution, in two groups of eight channels.
pub(super) struct Doubling {
    rows: Box<[[f32; HALF]]>,
    bias: Box<Column>,
    slope: f32,
}

const HALF: usize = CHANNELS / 2;

impl Doubling {
    pub(super) fn read(weights: &mut Weights) -> Result<Self, WeightsError> {
        Ok(Self {
            rows: weights.table(2 * TAPS * HALF)?,
            bias: weights.vector()?,
            slope: weights.vector::<1>()?[0],
        })
    }

    pub(super) fn process(&self, input: &[Column], output: &mut [Column]) {
        for (place, out) in output.iter_mut().enumerate() {
            let mut sums = *self.bias;
            for (tap, column) in reached(input, place) {
                add_groups(&self.rows, TAPS * HALF, tap, column.as_chunks::<HALF>().0, &mut sums);
            }
            rectify(&mut sums, self.slope);
            *out = sums;
        }
    }
}

/// The last layer: twice as many frequencies less one, and a complex number at each.
pub(super) struct ToMask {
    /// For each tap the real part's weights and the imaginary part's.
    rows: Box<[Column]>,
    bias: Box<[f32; 2]>,
}

impl ToMask {
    pub(super) fn read(weights: &mut Weights) -> Result<Self, WeightsError> {
        Ok(Self { rows: weights.table(2 * TAPS)?, bias: weights.vector()? })
    }

    pub(super) fn process(&self, input: &[Column], re: &mut [f32], im: &mut [f32]) {
        for (place, (re, im)) in re.iter_mut().zip(im).enumerate() {
            let mut sums = [[0.0; CHANNELS]; 2];
            for (tap, column) in reached(input, place) {
                for (sums, row) in sums.iter_mut().zip(&self.rows[2 * tap..]) {
                    for channel in 0..CHANNELS {
                        sums[channel] += column[channel] * row[channel];
                    }
                }
            }
            *re = self.bias[0] + sums[0].iter().sum::<f32>();
            *im = self.bias[1] + sums[1].iter().sum::<f32>();
        }
    }
}

/// The taps of a transposed convolution with a step of 2 that reach `place`, with what they multiply.
fn reached(input: &[Column], place: usize) -> impl Iterator<Item = (usize, &Column)> {
    (place % 2..TAPS)
        .step_by(2)
        .filter_map(move |tap| Some((tap, input.get(((place + 2).checked_sub(tap)?) / 2)?)))
}

/// Adds each group's inputs to that group's outputs.
fn add_groups<const INS: usize, const OUTS: usize>(
    rows: &[[f32; OUTS]],
    stride: usize,
    tap: usize,
    groups: &[[f32; INS]],
    sums: &mut Column,
) {
    for (group, (inputs, sums)) in groups.iter().zip(sums.as_chunks_mut::<OUTS>().0).enumerate() {
        for (input, row) in inputs.iter().zip(&rows[group * stride + tap * INS..]) {
            for (sum, weight) in sums.iter_mut().zip(row) {
                *sum += input * weight;
            }
        }
    }
}
