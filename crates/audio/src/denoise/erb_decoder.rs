//! The decoder of the gains: one gain for each band.

use crate::denoise::encoder::Encoded;
use crate::denoise::erb_bands::BANDS;
use crate::denoise::kernels::{
    CHANNELS, Column, Depthwise, GroupedLinear, Pathway, Pointwise, dot, relu, sigmoid,
};
use crate::denoise::squeezed_gru::{EMBEDDING, SqueezedGru};
use crate::denoise::weights::{Weights, WeightsError};

/// The decoder and its state.
pub(crate) struct ErbDecoder {
    gru: SqueezedGru<32, 16>,
    expand: GroupedLinear<16, 32>,
    from_last: DecoderLayer,
    from_quarters: DecoderLayer,
    from_halves: DecoderLayer,
    from_bands: Pathway,
    output_taps: Box<[Column]>,
    output_bias: f32,
    /// The sums passed up through the stages, and the values between two layers.
    sums: [Column; BANDS],
    scratch: [Column; BANDS],
}

/// A pathway from the encoder, and the layer after it.
struct DecoderLayer {
    pathway: Pathway,
    depthwise: Depthwise,
    pointwise: Pointwise,
}

impl ErbDecoder {
    pub(crate) fn read(mut weights: Weights) -> Result<Box<Self>, WeightsError> {
        let from = &mut weights;
        let decoder = Box::new(Self {
            gru: SqueezedGru::read(from, 2)?,
            expand: GroupedLinear::read(from, 16)?,
            from_last: DecoderLayer::read(from)?,
            from_quarters: DecoderLayer::read(from)?,
            from_halves: DecoderLayer::read(from)?,
            from_bands: Pathway::read(from)?,
            output_taps: from.table(3)?,
            output_bias: from.vector::<1>()?[0],
            sums: [[0.0; CHANNELS]; BANDS],
            scratch: [[0.0; CHANNELS]; BANDS],
        });
        weights.close()?;
        Ok(decoder)
    }

    pub(crate) fn reset(&mut self) {
        self.gru.reset();
    }

    /// The gains of the next block, 0 to 1.
    pub(crate) fn process(&mut self, encoded: &Encoded) -> [f32; BANDS] {
        let mut embedding = [0.0; EMBEDDING];
        self.expand.process(self.gru.process(&encoded.embedding), &mut embedding);
        relu(&mut embedding);
        let (sums, scratch) = (&mut self.sums, &mut self.scratch);
        sums[..BANDS / 4].as_flattened_mut().copy_from_slice(&embedding);
        self.from_last.process(&encoded.last, 1, sums, scratch);
        self.from_quarters.process(&encoded.quarters, 2, sums, scratch);
        self.from_halves.process(&encoded.halves, 2, sums, scratch);
        self.from_bands.add(&encoded.bands, sums);
        let mut gains = std::array::from_fn(|band| {
            let column =
                |offset: usize| sums.get((band + offset).wrapping_sub(1)).zip(self.output_taps.get(offset));
            let products = (0..3).filter_map(column).map(|(sums, taps)| dot(sums, taps));
            self.output_bias + products.sum::<f32>()
        });
        sigmoid(&mut gains);
        gains
    }
}

impl DecoderLayer {
    fn read(weights: &mut Weights) -> Result<Self, WeightsError> {
        Ok(Self {
            pathway: Pathway::read(weights)?,
            depthwise: Depthwise::read(weights)?,
            pointwise: Pointwise::read(weights)?,
        })
    }

    /// Adds what comes from the encoder to `sums`, and takes them to the next stage with `step` times the frequencies.
    fn process(&self, encoded: &[Column], step: usize, sums: &mut [Column], scratch: &mut [Column]) {
        let input = &mut sums[..encoded.len()];
        self.pathway.add(encoded, input);
        let between = &mut scratch[..step * encoded.len()];
        if step == 1 {
            self.depthwise.process(input, 1, between);
        } else {
            self.depthwise.process_transposed(input, between);
        }
        self.pointwise.process(between, &mut sums[..step * encoded.len()]);
    }
}
