//! Detects whether there is an echo at all. With headphones there is none, and the filter then makes its prediction
//! from the voice, which it must leave alone.

use super::bands::{self, BANDS};
use crate::capture::spectrum::Spectrum;

/// How much of the sums is kept per block: about two seconds.
const SMOOTHING: f32 = 0.995;

/// Variance of a mean under [`SMOOTHING`], as a share of one value's, if windows overlap by half.
const VARIANCE_OF_MEAN: f32 = 0.004;

/// Neighbouring bands that are judged together.
const BANDS_TOGETHER: usize = 5;

/// The share of what is useless that is forgotten per block.
const FORGOTTEN: f32 = 0.05;

/// The useless share of a prediction that still learns, or that follows drifting clocks, is below this.
const TOLERATED: f32 = 0.6;

/// Compares the prediction with what it left, over some seconds and in wide parts of the spectrum.
pub(crate) struct Usefulness {
    parts: [Part; BANDS / BANDS_TOGETHER],
}

/// Sums over a part of the spectrum, in which a block counts by how little else there is in it.
#[derive(Clone, Copy, Default)]
struct Part {
    common: f32,
    power: f32,
    variance: f32,
}

impl Usefulness {
    pub(crate) fn new() -> Self {
        Self { parts: [Part::default(); BANDS / BANDS_TOGETHER] }
    }

    /// Looks at one block; says how much of the filter is to be kept. As long as one part of the spectrum is
    /// predicted well there is an echo, and the rest is needed to know how loud it is.
    pub(crate) fn observe(&mut self, left: &Spectrum, predicted: &Spectrum) -> f32 {
        let mut useless = 1.0_f32;
        for (n, part) in self.parts.iter_mut().enumerate() {
            let mut now = Part::default();
            for band in BANDS_TOGETHER * n..BANDS_TOGETHER * (n + 1) {
                now.add(band, left, predicted);
            }
            part.common += (1.0 - SMOOTHING) * (now.common - part.common);
            part.power += (1.0 - SMOOTHING) * (now.power - part.power);
            part.variance += (1.0 - SMOOTHING) * (now.variance - part.variance);
            useless = useless.min(part.useless());
        }
        1.0 - FORGOTTEN * useless
    }
}

impl Part {
    fn add(&mut self, band: usize, left: &Spectrum, predicted: &Spectrum) {
        let bins = bands::bins(band);
        let power = |spectrum: &Spectrum| bins.clone().map(|bin| spectrum.power(bin)).sum::<f32>();
        let (left_power, predicted_power) = (power(left), power(predicted));
        let weight = bins.len() as f32 / (left_power.max(predicted_power) + 1e-3);
        self.common += weight
            * bins
                .clone()
                .map(|bin| left.re[bin] * predicted.re[bin] + left.im[bin] * predicted.im[bin])
                .sum::<f32>();
        self.power += weight * predicted_power;
        self.variance +=
            weight * weight * bins.clone().map(|bin| left.power(bin) * predicted.power(bin)).sum::<f32>();
    }

    /// The share of the prediction that is surely in what was left because it should not have been subtracted.
    fn useless(&self) -> f32 {
        let power = self.power.max(1e-6);
        let deviation = (VARIANCE_OF_MEAN * self.variance).sqrt() / power;
        let useless = -self.common / power - 2.0 * deviation;
        ((useless - TOLERATED) / (1.0 - TOLERATED)).clamp(0.0, 1.0)
    }
}
