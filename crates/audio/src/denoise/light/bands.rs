//! Conversion of bins into bands and back: bins up to 2 kHz stay as they are, the others become 64 bands as wide as
//! hearing's.

use crate::denoise::weights::{Weights, WeightsError};

/// Bins that the network hears, up to 8 kHz.
pub(super) const MODEL_BINS: usize = 257;

/// Bins and bands together.
pub(super) const BANDS: usize = LOW + HIGH;

const LOW: usize = 65;
const HIGH: usize = 64;

/// Bins that the widest band spans, in pairs.
const SPAN: usize = 12;

/// The weights of the bins in each band; bands overlap.
pub(super) struct Bands {
    /// The first bin of each merged band.
    first: [usize; HIGH],
    weights: Box<[[f32; SPAN]]>,
}

impl Bands {
    pub(super) fn read(weights: &mut Weights) -> Result<Self, WeightsError> {
        let first = weights.vector::<HIGH>()?.map(|first| (first as usize).min(MODEL_BINS - LOW - SPAN));
        Ok(Self { first, weights: weights.table(HIGH)? })
    }

    /// The weighted sums of `bins`.
    pub(super) fn merge(&self, bins: &[f32; MODEL_BINS]) -> [f32; BANDS] {
        let mut merged = [0.0; BANDS];
        let (low, high) = bins.split_at(LOW);
        merged[..LOW].copy_from_slice(low);
        for ((sum, first), weights) in merged[LOW..].iter_mut().zip(self.first).zip(&self.weights) {
            *sum = high[first..].iter().zip(weights).map(|(bin, weight)| bin * weight).sum();
        }
        merged
    }

    /// Gives each bin the values of the bands that it is in.
    pub(super) fn split(&self, bands: &[f32; BANDS], bins: &mut [f32; MODEL_BINS]) {
        let (low, high) = bins.split_at_mut(LOW);
        low.copy_from_slice(&bands[..LOW]);
        high.fill(0.0);
        for ((band, first), weights) in bands[LOW..].iter().zip(self.first).zip(&self.weights) {
            for (bin, weight) in high[first..].iter_mut().zip(weights) {
                *bin += band * weight;
            }
        }
    }
}
