//! `GTCRN`: a convolutional encoder and decoder over bands, with two recurrent layers between them.

use super::bands::{BANDS, Bands, MODEL_BINS};
use super::columns::{BETWEEN, CHANNELS, Column, HALF, WIDTH, add};
use super::dual_path::DualPath;
use super::strided_conv::{Doubling, Halving, ToMask};
use super::temporal_conv::TemporalConv;
use crate::denoise::kernels::tanh;
use crate::denoise::weights::{Weights, WeightsError};

/// The network learnt from spectra that are not divided by the length of their window, 512 samples.
const SCALE: f32 = 512.0;

/// Magnitude, real and imaginary part, each with those of the neighbours.
const FEATURES: usize = 9;

/// How many spectra the encoder's layers look back.
const REACHES: [usize; 3] = [2, 4, 10];

/// The complex factors for the bins.
pub(super) struct Mask {
    pub(super) re: [f32; MODEL_BINS],
    pub(super) im: [f32; MODEL_BINS],
}

impl Mask {
    pub(super) const ZERO: Self = Self { re: [0.0; MODEL_BINS], im: [0.0; MODEL_BINS] };
}

/// The network and its state.
pub(super) struct Network {
    bands: Bands,
    first: Halving<1, FEATURES, CHANNELS>,
    second: Halving<2, HALF, HALF>,
    /// Each looks back further than the one before.
    encoders: Vec<TemporalConv>,
    dual_paths: Vec<DualPath>,
    decoders: Vec<TemporalConv>,
    widen: Doubling,
    to_mask: ToMask,
    mask: Mask,
}

impl Network {
    pub(super) fn read(mut weights: Weights) -> Result<Box<Self>, WeightsError> {
        let from = &mut weights;
        let network = Self {
            bands: Bands::read(from)?,
            first: Halving::read(from)?,
            second: Halving::read(from)?,
            encoders: REACHES
                .iter()
                .map(|reach| TemporalConv::read(from, *reach))
                .collect::<Result<_, _>>()?,
            dual_paths: (0..2).map(|_| DualPath::read(from)).collect::<Result<_, _>>()?,
            decoders: REACHES
                .iter()
                .rev()
                .map(|reach| TemporalConv::read(from, *reach))
                .collect::<Result<_, _>>()?,
            widen: Doubling::read(from)?,
            to_mask: ToMask::read(from)?,
            mask: Mask::ZERO,
        };
        weights.close()?;
        Ok(Box::new(network))
    }

    pub(super) fn reset(&mut self) {
        self.encoders.iter_mut().chain(&mut self.decoders).for_each(TemporalConv::reset);
        self.dual_paths.iter_mut().for_each(DualPath::reset);
    }

    /// Takes the next spectrum; each skip of the encoder is added before its counterpart in the decoder.
    pub(super) fn process(&mut self, re: &[f32; MODEL_BINS], im: &[f32; MODEL_BINS]) -> &Mask {
        let mut wide = [[0.0; CHANNELS]; BETWEEN];
        self.first.process(&self.features(re, im), &mut wide);
        let mut columns = [[0.0; CHANNELS]; WIDTH];
        self.second.process(&wide, &mut columns);
        let second = columns;
        let mut encoded = [columns; REACHES.len()];
        for (layer, encoded) in self.encoders.iter_mut().zip(&mut encoded) {
            layer.process(&mut columns);
            *encoded = columns;
        }
        for layer in &mut self.dual_paths {
            layer.process(&mut columns);
        }
        for (layer, encoded) in self.decoders.iter_mut().zip(encoded.iter().rev()) {
            add(encoded, &mut columns);
            layer.process(&mut columns);
        }
        add(&second, &mut columns);
        let mut widened = [[0.0; CHANNELS]; BETWEEN];
        self.widen.process(&columns, &mut widened);
        add(&wide, &mut widened);
        self.write_mask(&widened);
        &self.mask
    }

    fn features(&self, re: &[f32; MODEL_BINS], im: &[f32; MODEL_BINS]) -> [[f32; FEATURES]; BANDS] {
        let (re, im) = (re.map(|re| re * SCALE), im.map(|im| im * SCALE));
        let magnitude = std::array::from_fn(|bin| (re[bin] * re[bin] + im[bin] * im[bin] + 1e-12).sqrt());
        let values = [&magnitude, &re, &im].map(|bins| self.bands.merge(bins));
        std::array::from_fn(|band| {
            std::array::from_fn(|feature| {
                let neighbour = (band + feature % 3).wrapping_sub(1);
                values[feature / 3].get(neighbour).copied().unwrap_or(0.0)
            })
        })
    }

    fn write_mask(&mut self, columns: &[Column; BETWEEN]) {
        let (mut re, mut im) = ([0.0; BANDS], [0.0; BANDS]);
        self.to_mask.process(columns, &mut re, &mut im);
        tanh(&mut re);
        tanh(&mut im);
        self.bands.split(&re, &mut self.mask.re);
        self.bands.split(&im, &mut self.mask.im);
    }
}
