//! The part that the error signal (microphone minus predicted echo) still has in common with the predicted echo: a
//! prediction that is too loud or too quiet leaves a part of itself, one that is too early or too late leaves its
//! slope.

use std::f32::consts::PI;

use super::bands::{self, BANDS};
use crate::capture::spectrum::{Spectrum, WINDOW_SAMPLES};

/// How much of the rest's power is kept per block.
const SMOOTHING: f32 = 0.8;

/// Least power of a bin.
const QUIET: f32 = 1e-4;

/// A value with its information, the reciprocal of its variance.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Measured {
    pub(crate) value: f32,
    pub(crate) information: f32,
}

/// Sums over the bins of a band.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Common {
    /// The rest times the prediction.
    pub(crate) product: f32,
    /// Power of the prediction.
    pub(crate) predicted: f32,
    /// Power of the rest.
    pub(crate) left: f32,
}

/// Of one block.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Found {
    pub(crate) bands: [Common; BANDS],
    /// By how many samples the echo is later than predicted: the most likely value, if the rest is otherwise noise.
    pub(crate) lateness: Measured,
}

/// Looks for it, block by block.
pub(crate) struct Mismatch {
    /// Power of the rest in each band's bins, which is what disturbs.
    rest: [f32; BANDS],
}

impl Mismatch {
    pub(crate) const fn new() -> Self {
        Self { rest: [0.0; BANDS] }
    }

    pub(crate) fn observe(&mut self, left: &Spectrum, predicted: &Spectrum) -> Found {
        let (mut found, mut slope) = ([Common::default(); BANDS], Measured::default());
        for (band, (rest, common)) in self.rest.iter_mut().zip(&mut found).enumerate() {
            let bins = bands::bins(band);
            common.left = bins.clone().map(|bin| left.power(bin)).sum();
            let power = common.left / bins.len() as f32;
            *rest = power.max(power + SMOOTHING * (*rest - power));
            let weight = 1.0 / (*rest + QUIET);
            for bin in bins {
                let turn = 2.0 * PI * bin as f32 / WINDOW_SAMPLES as f32;
                let (re, im) = (predicted.re[bin], predicted.im[bin]);
                let power = re * re + im * im;
                common.product += left.re[bin] * re + left.im[bin] * im;
                common.predicted += power;
                slope.value -= weight * turn * (left.im[bin] * re - left.re[bin] * im);
                slope.information += weight * turn * turn * power;
            }
        }
        slope.value /= slope.information.max(1e-9);
        Found { bands: found, lateness: slope }
    }
}

impl Common {
    /// Adds a block to what is kept of the blocks before.
    pub(crate) fn push(&mut self, now: &Self, kept: f32) {
        self.product = kept * self.product + now.product;
        self.predicted = kept * self.predicted + now.predicted;
        self.left = kept * self.left + now.left;
    }

    /// Counts for less the louder the rest is, which may be a voice.
    pub(crate) fn weighted(&self) -> Self {
        let weight = 1.0 / (self.left + QUIET);
        Self { product: weight * self.product, predicted: weight * self.predicted, left: weight * self.left }
    }

    /// By how much the echo is louder than predicted, as a share of the amplitude.
    pub(crate) fn louder(&self) -> f32 {
        self.product / (self.predicted + QUIET)
    }
}
