//! Recurrent layers between an encoder and a decoder, after a grouped layer that halves the width.

use crate::denoise::kernels::{GroupedLinear, Gru, HIDDEN, relu};
use crate::denoise::weights::{Weights, WeightsError};

/// The length of the encoder's embedding, the input of the decoders.
pub(crate) const EMBEDDING: usize = 2 * HIDDEN;

/// The layers; each group of `INS` inputs becomes `OUTS`.
pub(crate) struct SqueezedGru<const INS: usize, const OUTS: usize> {
    squeeze: GroupedLinear<INS, OUTS>,
    layers: Vec<Gru>,
    values: [f32; HIDDEN],
}

impl<const INS: usize, const OUTS: usize> SqueezedGru<INS, OUTS> {
    pub(crate) fn read(weights: &mut Weights, layers: usize) -> Result<Self, WeightsError> {
        Ok(Self {
            squeeze: GroupedLinear::read(weights, EMBEDDING / INS)?,
            layers: (0..layers).map(|_| Gru::read(weights)).collect::<Result<_, _>>()?,
            values: [0.0; HIDDEN],
        })
    }

    pub(crate) fn reset(&mut self) {
        self.layers.iter_mut().for_each(Gru::reset);
    }

    /// The state of the first layer.
    pub(crate) fn state_mut(&mut self) -> &mut [f32; HIDDEN] {
        self.layers[0].state_mut()
    }

    pub(crate) fn process(&mut self, input: &[f32; EMBEDDING]) -> &[f32; HIDDEN] {
        self.squeeze.process(input, &mut self.values);
        relu(&mut self.values);
        for layer in &mut self.layers {
            self.values = *layer.process(&self.values);
        }
        &self.values
    }
}
