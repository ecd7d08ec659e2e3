//! What the rest still has in common with the predicted echo: a prediction that is too loud or too quiet leaves a part
//! of itself, one that is too early or too late leaves its slope.

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

/// Of one block.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Found {
    /// By how much the echo is louder than predicted, as a share of the amplitude, in each band.
    pub(crate) louder: [Measured; BANDS],
    /// Power of the rest in each band, in the unit that makes information of a power.
    pub(crate) rest: [f32; BANDS],
    /// By how many samples the echo is later than predicted.
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

    /// The most likely values, if the rest is otherwise noise.
    pub(crate) fn observe(&mut self, left: &Spectrum, predicted: &Spectrum) -> Found {
        let mut weighted = [0.0; BANDS];
        let (mut louder, mut slope) = ([Measured::default(); BANDS], Measured::default());
        for (band, (rest, gain)) in self.rest.iter_mut().zip(&mut louder).enumerate() {
            let bins = bands::bins(band);
            let power = bins.clone().map(|bin| left.power(bin)).sum::<f32>() / bins.len() as f32;
            *rest = power.max(power + SMOOTHING * (*rest - power));
            let weight = 1.0 / (*rest + QUIET);
            weighted[band] = weight * power * bins.len() as f32;
            for bin in bins {
                let turn = 2.0 * PI * bin as f32 / WINDOW_SAMPLES as f32;
                let (re, im) = (predicted.re[bin], predicted.im[bin]);
                let power = weight * (re * re + im * im);
                gain.value += weight * (left.re[bin] * re + left.im[bin] * im);
                gain.information += power;
                slope.value -= weight * turn * (left.im[bin] * re - left.re[bin] * im);
                slope.information += turn * turn * power;
            }
        }
        let mean = |sum: Measured| Measured { value: sum.value / sum.information.max(1e-9), ..sum };
        Found { louder: louder.map(mean), rest: weighted, lateness: mean(slope) }
    }
}
