//! The encoder: from features to the input of both decoders.

mod input_conv;

use self::input_conv::InputConv;
use crate::denoise::deep_filter::DF_BINS;
use crate::denoise::erb_bands::BANDS;
use crate::denoise::features::Features;
use crate::denoise::kernels::{CHANNELS, Column, Depthwise, GroupedLinear, HIDDEN, Pointwise, relu, sigmoid};
use crate::denoise::squeezed_gru::{EMBEDDING, SqueezedGru};
use crate::denoise::weights::{Weights, WeightsError};

/// The encoder's output for one block.
pub(crate) struct Encoded {
    /// After each convolution of the bands' levels, with half the frequencies in the second and again in the third.
    pub(crate) bands: [Column; BANDS],
    pub(crate) halves: [Column; BANDS / 2],
    pub(crate) quarters: [Column; BANDS / 4],
    pub(crate) last: [Column; BANDS / 4],
    /// After the first convolution of the bins.
    pub(crate) bins: Box<[Column]>,
    pub(crate) embedding: [f32; EMBEDDING],
    /// How far speech is above the noise, in dB, −15 to 35.
    pub(crate) local_snr_db: f32,
}

/// The encoder and its state.
pub(crate) struct Encoder {
    from_levels: InputConv<BANDS>,
    level_bias: Box<Column>,
    convs: [(Depthwise, Pointwise); 3],
    from_bins: InputConv<DF_BINS>,
    bin_mix: Pointwise,
    bin_conv: (Depthwise, Pointwise),
    bins_to_embedding: GroupedLinear<96, 16>,
    gru: SqueezedGru<32, 16>,
    expand: GroupedLinear<16, 32>,
    snr_weights: Box<[f32; EMBEDDING]>,
    snr_bias: f32,
    encoded: Encoded,
    scratch: Box<[Column]>,
    half_bins: [Column; DF_BINS / 2],
}

impl Encoder {
    pub(crate) fn read(mut weights: Weights) -> Result<Box<Self>, WeightsError> {
        let from = &mut weights;
        let encoder = Box::new(Self {
            from_levels: InputConv::read(from)?,
            level_bias: from.vector()?,
            convs: [read_separable(from)?, read_separable(from)?, read_separable(from)?],
            from_bins: InputConv::read(from)?,
            bin_mix: Pointwise::read(from)?,
            bin_conv: read_separable(from)?,
            bins_to_embedding: GroupedLinear::read(from, CHANNELS * DF_BINS / 2 / 96)?,
            gru: SqueezedGru::read(from, 1)?,
            expand: GroupedLinear::read(from, 16)?,
            snr_weights: from.vector()?,
            snr_bias: from.vector::<1>()?[0],
            encoded: Encoded::new(),
            scratch: vec![[0.0; CHANNELS]; DF_BINS].into(),
            half_bins: [[0.0; CHANNELS]; DF_BINS / 2],
        });
        weights.close()?;
        Ok(encoder)
    }

    pub(crate) fn reset(&mut self) {
        self.from_levels.reset();
        self.from_bins.reset();
        self.gru.reset();
    }

    /// The state of the recurrent layer.
    pub(crate) fn state_mut(&mut self) -> &mut [f32; HIDDEN] {
        self.gru.state_mut()
    }

    /// Takes the features of the next block.
    pub(crate) fn process(&mut self, features: &Features) -> &Encoded {
        self.encode_levels(features);
        self.encode_bins(features);
        let encoded = &mut self.encoded;
        let mut embedding = [0.0; EMBEDDING];
        self.bins_to_embedding.process(self.half_bins.as_flattened(), &mut embedding);
        relu(&mut embedding);
        for (sum, level) in embedding.iter_mut().zip(encoded.last.as_flattened()) {
            *sum += level;
        }
        self.expand.process(self.gru.process(&embedding), &mut encoded.embedding);
        relu(&mut encoded.embedding);
        let mut snr = [crate::denoise::kernels::dot(&encoded.embedding, &self.snr_weights) + self.snr_bias];
        sigmoid(&mut snr);
        encoded.local_snr_db = 50.0 * snr[0] - 15.0;
        encoded
    }

    fn encode_levels(&mut self, features: &Features) {
        let encoded = &mut self.encoded;
        self.from_levels.process(&features.bands, &mut encoded.bands);
        for column in &mut encoded.bands {
            for (value, bias) in column.iter_mut().zip(&*self.level_bias) {
                *value = (*value + bias).max(0.0);
            }
        }
        let [first, second, third] = &self.convs;
        process_separable(first, &encoded.bands, 2, &mut self.scratch, &mut encoded.halves);
        process_separable(second, &encoded.halves, 2, &mut self.scratch, &mut encoded.quarters);
        process_separable(third, &encoded.quarters, 1, &mut self.scratch, &mut encoded.last);
    }

    fn encode_bins(&mut self, features: &Features) {
        self.from_bins.process(&features.bins, &mut self.scratch);
        self.bin_mix.process(&self.scratch, &mut self.encoded.bins);
        process_separable(&self.bin_conv, &self.encoded.bins, 2, &mut self.scratch, &mut self.half_bins);
    }
}

impl Encoded {
    fn new() -> Self {
        Self {
            bands: [[0.0; CHANNELS]; BANDS],
            halves: [[0.0; CHANNELS]; BANDS / 2],
            quarters: [[0.0; CHANNELS]; BANDS / 4],
            last: [[0.0; CHANNELS]; BANDS / 4],
            bins: vec![[0.0; CHANNELS]; DF_BINS].into(),
            embedding: [0.0; EMBEDDING],
            local_snr_db: 0.0,
        }
    }
}

fn read_separable(weights: &mut Weights) -> Result<(Depthwise, Pointwise), WeightsError> {
    Ok((Depthwise::read(weights)?, Pointwise::read(weights)?))
}

fn process_separable(
    (depthwise, pointwise): &(Depthwise, Pointwise),
    input: &[Column],
    step: usize,
    scratch: &mut [Column],
    output: &mut [Column],
) {
    let between = &mut scratch[..output.len()];
    depthwise.process(input, step, between);
    pointwise.process(between, output);
}
