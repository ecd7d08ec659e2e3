//! The decoder of the deep filters: five complex factors for each of the lower bins.

use crate::denoise::deep_filter::{BinFilter, DF_BINS, ORDER};
use crate::denoise::encoder::Encoded;
use crate::denoise::kernels::{CHANNELS, Column, GroupedLinear, HIDDEN, PartialSums, relu, tanh};
use crate::denoise::squeezed_gru::SqueezedGru;
use crate::denoise::weights::{Weights, WeightsError};

/// Blocks that the pathway spans.
const SPAN: usize = 5;
/// Its outputs at each bin, real and imaginary parts.
const OUTPUTS: usize = 2 * ORDER;
/// Channels that it sees of each bin: one half for one half of the outputs.
const HALF: usize = CHANNELS / 2;

/// The decoder and its state.
pub(crate) struct DfDecoder {
    gru: SqueezedGru<64, 32>,
    skip: GroupedLinear<32, 16>,
    output: GroupedLinear<16, 60>,
    /// For each block of the span, the oldest first, the weights of each output.
    pathway: Box<[[[f32; HALF]; OUTPUTS]]>,
    mix: Box<[[f32; OUTPUTS]; OUTPUTS]>,
    mix_bias: Box<[f32; OUTPUTS]>,
    /// The encoder's bins of the last blocks, in a ring.
    bins: Vec<Column>,
    oldest: usize,
    filters: [BinFilter; DF_BINS],
}

impl DfDecoder {
    pub(crate) fn read(mut weights: Weights) -> Result<Box<Self>, WeightsError> {
        let from = &mut weights;
        let decoder = Box::new(Self {
            gru: SqueezedGru::read(from, 2)?,
            skip: GroupedLinear::read(from, 16)?,
            output: GroupedLinear::read(from, 16)?,
            pathway: from.table::<HALF>(SPAN * OUTPUTS)?.as_chunks().0.into(),
            mix: Box::new(
                *from.vector::<{ OUTPUTS * OUTPUTS }>()?.as_chunks().0.as_array().expect("ten rows of ten"),
            ),
            mix_bias: from.vector()?,
            bins: vec![[0.0; CHANNELS]; SPAN * DF_BINS],
            oldest: 0,
            filters: [[0.0; OUTPUTS]; DF_BINS],
        });
        weights.close()?;
        Ok(decoder)
    }

    pub(crate) fn reset(&mut self) {
        self.gru.reset();
        self.bins.fill([0.0; CHANNELS]);
    }

    /// The filters of the next block.
    pub(crate) fn process(&mut self, encoded: &Encoded) -> &[BinFilter; DF_BINS] {
        let mut skipped = [0.0; HIDDEN];
        self.skip.process(&encoded.embedding, &mut skipped);
        let mut hidden = *self.gru.process(&encoded.embedding);
        for (hidden, skipped) in hidden.iter_mut().zip(skipped) {
            *hidden += skipped;
        }
        let filters = self.filters.as_flattened_mut();
        self.output.process(&hidden, filters);
        tanh(filters);
        self.bins[self.oldest * DF_BINS..][..DF_BINS].copy_from_slice(&encoded.bins);
        self.oldest = (self.oldest + 1) % SPAN;
        self.add_pathway();
        &self.filters
    }

    fn add_pathway(&mut self) {
        let (newer, older) = self.bins.as_chunks::<DF_BINS>().0.split_at(self.oldest);
        for (bin, filter) in self.filters.iter_mut().enumerate() {
            let mut blocks = older.iter().chain(newer).map(|block| block[bin].as_chunks::<HALF>().0);
            let blocks: [&[[f32; HALF]]; SPAN] = std::array::from_fn(|_| blocks.next().unwrap_or_default());
            let sums: [f32; OUTPUTS] = std::array::from_fn(|output| {
                let mut sum = PartialSums::default();
                for (halves, weights) in blocks.iter().zip(&self.pathway) {
                    sum.add_products(&halves[output / ORDER], &weights[output]);
                }
                sum.total()
            });
            let mut mixed = *self.mix_bias;
            for (sum, row) in sums.iter().zip(&*self.mix) {
                for (mixed, weight) in mixed.iter_mut().zip(row) {
                    *mixed += sum * weight;
                }
            }
            relu(&mut mixed);
            for (factor, mixed) in filter.iter_mut().zip(mixed) {
                *factor += mixed;
            }
        }
    }
}
