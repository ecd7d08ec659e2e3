//! Detects a stale linear filter: the room has changed, and the filter has not adapted yet.

use super::bands::{self, BANDS};
use super::linear_filter::{LINEAR_BINS, Row};
use crate::capture::spectrum::Spectrum;

/// How much of what the prediction and the rest have in common is kept per block: about 150 ms.
const COMMON_SMOOTHING: f32 = 0.93;

/// Variance of a mean under [`COMMON_SMOOTHING`], as a share of one value's, if windows overlap by half.
const VARIANCE_OF_MEAN: f32 = 0.055;

/// The filter does not fit if more than this share of its prediction is in what it left, with the wrong sign.
const STALE: f32 = 0.5;

/// It fits if less than this share is.
const FITTING: f32 = 0.2;

/// Blocks that it has to fit before an alarm is possible, and to be stale before there is one.
const FITTING_BLOCKS: u32 = 10;
const STALE_BLOCKS: u32 = 3;

/// Finds the prediction again in what it left: with the right filter it is not there, and what the near end says
/// has nothing in common with it. Each block counts by how little else there is in it.
pub(crate) struct Staleness {
    /// The error signal (microphone minus predicted echo) times the prediction, weighted.
    common: Row,
    /// The prediction's power, weighted.
    power: Row,
    /// Variance of one value of `common`, summed over the bins.
    variance: f32,
    fitting_blocks: u32,
    stale_blocks: u32,
}

impl Staleness {
    pub(crate) const fn new() -> Self {
        Self {
            common: [0.0; LINEAR_BINS],
            power: [0.0; LINEAR_BINS],
            variance: 0.0,
            fitting_blocks: 0,
            stale_blocks: 0,
        }
    }

    pub(crate) fn begin_block(&mut self) {
        self.variance *= COMMON_SMOOTHING;
    }

    pub(crate) fn observe(&mut self, band: usize, left: &Spectrum, predicted: &Spectrum, louder: f32) {
        const NEW: f32 = 1.0 - COMMON_SMOOTHING;
        let bins = bands::bins(band);
        let weight = bins.len() as f32 / (louder + 1e-3);
        for bin in bins {
            let common = left.re[bin] * predicted.re[bin] + left.im[bin] * predicted.im[bin];
            let power = predicted.power(bin);
            self.common[bin] += NEW * (common * weight - self.common[bin]);
            self.power[bin] += NEW * (power * weight - self.power[bin]);
            self.variance += NEW * power * left.power(bin) * weight * weight;
        }
    }

    /// Whether the filter has just become stale after it had fitted, and how much of each bin still holds.
    pub(crate) fn alarm(&mut self) -> Option<Row> {
        let power: f32 = self.power.iter().sum();
        let stale = -self.common.iter().sum::<f32>() / power.max(1e-6);
        let deviation = (VARIANCE_OF_MEAN * self.variance).sqrt() / power.max(1e-6);
        if self.fitting_blocks < FITTING_BLOCKS {
            let surely_fits = stale < FITTING && deviation < 0.1;
            self.fitting_blocks =
                if stale > FITTING { 0 } else { self.fitting_blocks + u32::from(surely_fits) };
        }
        let surely = deviation < 0.15 && stale > 6.0 * deviation;
        self.stale_blocks = if surely && stale > STALE { self.stale_blocks + 1 } else { 0 };
        if self.stale_blocks < STALE_BLOCKS || self.fitting_blocks < FITTING_BLOCKS {
            return None;
        }
        let holds = self.holds();
        *self = Self::new();
        Some(holds)
    }

    /// The best factor for each band's prediction.
    fn holds(&self) -> Row {
        let mut holds = [1.0; LINEAR_BINS];
        for band in 0..BANDS {
            let sum = |row: &Row| row[bands::bins(band)].iter().sum::<f32>();
            let factor = 1.0 + sum(&self.common) / sum(&self.power).max(1e-6);
            holds[bands::bins(band)].fill(factor.clamp(0.0, 1.0));
        }
        holds
    }
}
