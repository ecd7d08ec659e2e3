//! The input features of the network: levels of bands, and the lower bins of the spectrum, both relative to their own
//! mean of the last second (Schröter et al., "`DeepFilterNet`: A Low Complexity Speech Enhancement Framework for
//! Full-Band Audio based on Deep Filtering", 2022, section 2.4).

use crate::denoise::deep_filter::DF_BINS;
use crate::denoise::erb_bands::{self, BANDS};
use crate::denoise::transform::BlockSpectrum;

/// Share of the mean that stays after one block: e^(−10 ms / 1 s), with the two digits that the network was trained
/// with.
const KEPT: f32 = 0.99;

/// The bands' means at the start, in dB, in the lowest and the highest band.
const FIRST_LEVELS: (f32, f32) = (-60.0, -90.0);
/// The bins' mean magnitudes at the start, in the lowest and the highest bin.
const FIRST_MAGNITUDES: (f32, f32) = (1e-3, 1e-4);

/// Below any microphone's noise: after long digital silence the mean is still a number to divide by.
const LEAST_MAGNITUDE: f32 = 1e-9;

/// The features of one block, each twice: for the halves of the first layer's channels.
pub(crate) struct Features {
    means: [f32; BANDS],
    magnitudes: [f32; DF_BINS],
    /// The level of each band over its mean, in units of 40 dB, in both places.
    pub(crate) bands: [[f32; 2]; BANDS],
    /// Real and imaginary part of each bin over the root of its mean magnitude.
    pub(crate) bins: [[f32; 2]; DF_BINS],
}

impl Features {
    pub(crate) fn new() -> Self {
        Self {
            means: ramp(FIRST_LEVELS),
            magnitudes: ramp(FIRST_MAGNITUDES),
            bands: [[0.0; 2]; BANDS],
            bins: [[0.0; 2]; DF_BINS],
        }
    }

    /// Takes the next spectrum.
    pub(crate) fn update(&mut self, spectrum: &BlockSpectrum) {
        let powers = erb_bands::mean_powers(spectrum);
        for ((band, mean), power) in self.bands.iter_mut().zip(&mut self.means).zip(powers) {
            let level = 10.0 * (power + 1e-10).log10();
            *mean = level * (1.0 - KEPT) + *mean * KEPT;
            *band = [(level - *mean) / 40.0; 2];
        }
        for (index, (bin, mean)) in self.bins.iter_mut().zip(&mut self.magnitudes).enumerate() {
            let (re, im) = (spectrum.re[index], spectrum.im[index]);
            let magnitude = (re * re + im * im).sqrt();
            *mean = (magnitude * (1.0 - KEPT) + *mean * KEPT).max(LEAST_MAGNITUDE);
            let factor = 1.0 / mean.sqrt();
            *bin = [re * factor, im * factor];
        }
    }
}

/// From the first to the last value in equal steps.
fn ramp<const N: usize>((first, last): (f32, f32)) -> [f32; N] {
    std::array::from_fn(|i| first + (last - first) * i as f32 / (N - 1) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_sound_fades_out_of_the_levels() {
        let mut features = Features::new();
        let mut spectrum = BlockSpectrum::ZERO;
        spectrum.re.fill(0.1);
        features.update(&spectrum);
        assert!(features.bands[31][0] > 1.0);
        for _ in 0..2_000 {
            features.update(&spectrum);
        }
        assert!(features.bands.iter().all(|[level, _]| level.abs() < 1e-3));
        // 0.1 / √0.1
        assert!((features.bins[5][0] - 0.316_23).abs() < 1e-3);
    }

    #[test]
    fn long_silence_leaves_finite_features() {
        let mut features = Features::new();
        for _ in 0..20_000 {
            features.update(&BlockSpectrum::ZERO);
        }
        assert!(features.bins.iter().flatten().all(|value| *value == 0.0));
        let mut spectrum = BlockSpectrum::ZERO;
        spectrum.im.fill(1.0);
        features.update(&spectrum);
        assert!(features.bins.iter().flatten().all(|value| value.abs() < 20.0));
    }
}
