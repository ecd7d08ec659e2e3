//! A gated recurrent unit (Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical
//! machine translation", 2014), in the variant whose reset gate comes after the matrix.

use super::quantised::{HIDDEN, QuantisedMatrix, QuantisedVector};
use super::{sigmoid, tanh};
use crate::denoise::weights::{Weights, WeightsError};

/// Update gate, reset gate, candidate.
const GATES: usize = 3 * HIDDEN;

/// The layer and its state.
pub(crate) struct Gru {
    of_input: QuantisedMatrix,
    of_state: QuantisedMatrix,
    /// The biases of the input's product, then those of the state's.
    biases: Box<[f32; 2 * GATES]>,
    state: [f32; HIDDEN],
    vector: QuantisedVector,
    from_input: Box<[f32; GATES]>,
    from_state: Box<[f32; GATES]>,
}

impl Gru {
    pub(crate) fn read(weights: &mut Weights) -> Result<Self, WeightsError> {
        Ok(Self {
            of_input: weights.matrix(GATES)?,
            of_state: weights.matrix(GATES)?,
            biases: weights.vector()?,
            state: [0.0; HIDDEN],
            vector: QuantisedVector::ZERO,
            from_input: Box::new([0.0; GATES]),
            from_state: Box::new([0.0; GATES]),
        })
    }

    pub(crate) fn reset(&mut self) {
        self.state = [0.0; HIDDEN];
    }

    pub(crate) fn state_mut(&mut self) -> &mut [f32; HIDDEN] {
        &mut self.state
    }

    /// Takes the next input; returns the new state.
    pub(crate) fn process(&mut self, input: &[f32; HIDDEN]) -> &[f32; HIDDEN] {
        self.vector.set(input);
        self.of_input.multiply(&self.vector, &mut *self.from_input);
        self.vector.set(&self.state);
        self.of_state.multiply(&self.vector, &mut *self.from_state);
        let biases = self.biases.iter();
        for (value, bias) in self.from_input.iter_mut().chain(&mut *self.from_state).zip(biases) {
            *value += bias;
        }
        let (gates, candidate) = self.from_input.split_at_mut(2 * HIDDEN);
        let (state_gates, state_candidate) = self.from_state.split_at(2 * HIDDEN);
        for (gate, more) in gates.iter_mut().zip(state_gates) {
            *gate += more;
        }
        sigmoid(gates);
        let (update, reset) = gates.split_at(HIDDEN);
        for ((candidate, reset), more) in candidate.iter_mut().zip(reset).zip(state_candidate) {
            *candidate += reset * more;
        }
        tanh(candidate);
        for ((state, candidate), update) in self.state.iter_mut().zip(candidate).zip(update) {
            *state = *candidate + update * (*state - *candidate);
        }
        &self.state
    }
}
