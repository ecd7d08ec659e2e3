//! The grouped dual-path recurrent layer (Rong et al., 2024): along the frequencies of one spectrum in both directions,
//! and then along time at each frequency.

use super::columns::{CHANNELS, Column, Columns, WIDTH};
use super::grouped_gru::{Gates, GroupedGru, INPUTS};
use crate::denoise::weights::{Weights, WeightsError};

/// The layer and its state.
pub(super) struct DualPath {
    /// The lower half of the channels upwards and downwards, then the upper half.
    along_frequency: GroupedGru<4, 4>,
    after_frequency: Mix,
    along_time: GroupedGru<2, 8>,
    after_time: Mix,
    states: Columns,
}

impl DualPath {
    pub(super) fn read(weights: &mut Weights) -> Result<Self, WeightsError> {
        Ok(Self {
            along_frequency: GroupedGru::read(weights)?,
            after_frequency: Mix::read(weights)?,
            along_time: GroupedGru::read(weights)?,
            after_time: Mix::read(weights)?,
            states: [[0.0; CHANNELS]; WIDTH],
        })
    }

    pub(super) fn reset(&mut self) {
        self.states = [[0.0; CHANNELS]; WIDTH];
    }

    pub(super) fn process(&mut self, columns: &mut Columns) {
        let found = self.follow_frequencies(columns);
        self.after_frequency.add(&found, columns);
        for (state, column) in self.states.iter_mut().zip(&*columns) {
            let [lower, upper] = halves(column);
            let gates = self.along_time.input_gates([lower, upper]);
            self.along_time.step(&gates, state);
        }
        self.after_time.add(&self.states, columns);
    }

    fn follow_frequencies(&self, columns: &Columns) -> Columns {
        let mut found = [[0.0; CHANNELS]; WIDTH];
        let mut state = [0.0; CHANNELS];
        for up in 0..WIDTH {
            let down = WIDTH - 1 - up;
            let ([low, high], [low_down, high_down]) = (halves(&columns[up]), halves(&columns[down]));
            let gates: Gates = self.along_frequency.input_gates([low, low_down, high, high_down]);
            self.along_frequency.step(&gates, &mut state);
            let [lower, lower_down, upper, upper_down] = state.as_chunks::<4>().0 else { continue };
            found[up][..4].copy_from_slice(lower);
            found[up][8..12].copy_from_slice(upper);
            found[down][4..8].copy_from_slice(lower_down);
            found[down][12..].copy_from_slice(upper_down);
        }
        found
    }
}

fn halves(column: &Column) -> [&[f32; INPUTS]; 2] {
    let [lower, upper] = column.as_chunks::<INPUTS>().0 else { unreachable!("16 channels are twice 8") };
    [lower, upper]
}

/// A full matrix between channels, and the result brought to a mean of 0 and a variance of 1 over the whole spectrum
/// (Ba, Kiros and Hinton, "Layer normalization", 2016).
struct Mix {
    matrix: Box<[Column]>,
    bias: Box<Column>,
    scale: Box<[Column]>,
    shift: Box<[Column]>,
}

impl Mix {
    fn read(weights: &mut Weights) -> Result<Self, WeightsError> {
        Ok(Self {
            matrix: weights.table(CHANNELS)?,
            bias: weights.vector()?,
            scale: weights.table(WIDTH)?,
            shift: weights.table(WIDTH)?,
        })
    }

    fn add(&self, input: &Columns, columns: &mut Columns) {
        let mixed = input.map(|input| {
            let mut sums = *self.bias;
            for (input, row) in input.iter().zip(&self.matrix) {
                for (sum, weight) in sums.iter_mut().zip(row) {
                    *sum += input * weight;
                }
            }
            sums
        });
        let count = (WIDTH * CHANNELS) as f32;
        let mean = lanes(&mixed, |value| value) / count;
        let variance = lanes(&mixed, |value| (value - mean) * (value - mean)) / count;
        let factor = 1.0 / (variance + 1e-8).sqrt();
        let weights = self.scale.iter().zip(&self.shift);
        for ((column, mixed), (scale, shift)) in columns.iter_mut().zip(&mixed).zip(weights) {
            for channel in 0..CHANNELS {
                column[channel] += (mixed[channel] - mean) * factor * scale[channel] + shift[channel];
            }
        }
    }
}

/// The sum over all values, channel by channel first.
fn lanes(columns: &Columns, of: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0.0; CHANNELS];
    for column in columns {
        for (sum, value) in sums.iter_mut().zip(column) {
            *sum += of(*value);
        }
    }
    sums.iter().sum()
}
