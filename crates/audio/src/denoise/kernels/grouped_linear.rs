//! A linear layer whose inputs and outputs are in groups that do not mix.

use crate::denoise::weights::{Weights, WeightsError};

/// `INS` inputs and `OUTS` outputs for each group, without bias.
pub(crate) struct GroupedLinear<const INS: usize, const OUTS: usize> {
    /// A row of outputs for each input, group after group.
    weights: Box<[[f32; OUTS]]>,
}

impl<const INS: usize, const OUTS: usize> GroupedLinear<INS, OUTS> {
    pub(crate) fn read(weights: &mut Weights, groups: usize) -> Result<Self, WeightsError> {
        Ok(Self { weights: weights.table(groups * INS)? })
    }

    /// Writes as many outputs as there are groups of inputs.
    pub(crate) fn process(&self, input: &[f32], output: &mut [f32]) {
        let weights = self.weights.as_chunks::<INS>().0;
        let groups = input.as_chunks::<INS>().0.iter().zip(output.as_chunks_mut::<OUTS>().0).zip(weights);
        for ((input, output), weights) in groups {
            let mut sums = [0.0; OUTS];
            for (input, row) in input.iter().zip(weights) {
                for (sum, weight) in sums.iter_mut().zip(row) {
                    *sum += input * weight;
                }
            }
            *output = sums;
        }
    }
}
