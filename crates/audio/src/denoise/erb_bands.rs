//! Bands that are as wide as those of hearing: equivalent rectangular bandwidths (Glasberg and Moore, "Derivation of
//! auditory filter shapes from notched-noise data", 1990), at least two bins each.

use crate::denoise::transform::{BINS, BlockSpectrum};

/// Bands of one spectrum.
pub(crate) const BANDS: usize = 32;

/// Bins of each band, 50 Hz apart.
const WIDTHS: [usize; BANDS] = [
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 5, 5, 7, 7, 8, 10, 12, 13, 15, 18, 20, 24, 28, 31, 37, 42, 50, 56,
    67,
];

/// The mean power in each band.
pub(crate) fn mean_powers(spectrum: &BlockSpectrum) -> [f32; BANDS] {
    let mut first = 0;
    WIDTHS.map(|width| {
        let bins = first..first + width;
        first += width;
        let squares =
            |values: &[f32; BINS]| values[bins.clone()].iter().map(|value| value * value).sum::<f32>();
        (squares(&spectrum.re) + squares(&spectrum.im)) / width as f32
    })
}

/// A gain for each bin from one for each band.
pub(crate) fn spread(gains: &[f32; BANDS]) -> [f32; BINS] {
    let mut spread = [0.0; BINS];
    let mut rest = &mut spread[..];
    for (gain, width) in gains.iter().zip(WIDTHS) {
        let (band, above) = rest.split_at_mut(width);
        band.fill(*gain);
        rest = above;
    }
    spread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bands_are_all_bins() {
        assert_eq!(WIDTHS.iter().sum::<usize>(), BINS);
    }

    #[test]
    fn the_bands_are_equally_wide_on_the_scale_of_hearing() {
        let scale = |hz: f64| 9.265 * (1.0 + hz / (24.7 * 9.265)).ln();
        let step = scale(24_000.0) / BANDS as f64;
        let mut upper = 0;
        for (band, width) in WIDTHS.iter().enumerate().skip(16) {
            upper = WIDTHS[..band].iter().sum::<usize>() + width;
            assert!((scale(upper as f64 * 50.0) - (band + 1) as f64 * step).abs() < 0.2 * step, "{band}");
        }
        assert_eq!(upper, BINS);
    }

    #[test]
    fn a_band_has_the_mean_of_its_bins_and_gives_them_its_gain() {
        let mut spectrum = BlockSpectrum::ZERO;
        spectrum.re[2] = 3.0;
        spectrum.im[3] = 4.0;
        let powers = mean_powers(&spectrum);
        assert_eq!(powers[..3], [0.0, 12.5, 0.0]);
        assert_eq!(spread(&powers)[..6], [0.0, 0.0, 12.5, 12.5, 0.0, 0.0]);
    }
}
