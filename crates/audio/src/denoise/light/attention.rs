//! Temporal recurrent attention: a factor for each channel, from the history of its energy (Rong et al., 2024).

use super::columns::{CHANNELS, Column, HALF, WIDTH};
use super::grouped_gru::GroupedGru;
use crate::denoise::kernels::sigmoid;
use crate::denoise::weights::{Weights, WeightsError};

/// The layer and its state.
pub(super) struct Attention {
    unit: GroupedGru<1, CHANNELS>,
    matrix: Box<[[f32; HALF]]>,
    bias: Box<[f32; HALF]>,
    state: Column,
}

impl Attention {
    pub(super) fn read(weights: &mut Weights) -> Result<Self, WeightsError> {
        Ok(Self {
            unit: GroupedGru::read(weights)?,
            matrix: weights.table(CHANNELS)?,
            bias: weights.vector()?,
            state: [0.0; CHANNELS],
        })
    }

    pub(super) fn reset(&mut self) {
        self.state = [0.0; CHANNELS];
    }

    /// The factors for the channels of `columns`.
    pub(super) fn process(&mut self, columns: &[[f32; HALF]; WIDTH]) -> [f32; HALF] {
        let mut energies = [0.0; HALF];
        for column in columns {
            for (energy, value) in energies.iter_mut().zip(column) {
                *energy += value * value / WIDTH as f32;
            }
        }
        let gates = self.unit.input_gates([&energies]);
        self.unit.step(&gates, &mut self.state);
        let mut factors = *self.bias;
        for (value, row) in self.state.iter().zip(&self.matrix) {
            for (factor, weight) in factors.iter_mut().zip(row) {
                *factor += value * weight;
            }
        }
        sigmoid(&mut factors);
        factors
    }
}
