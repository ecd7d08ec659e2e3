//! The gain above 8 kHz, beyond the network's range: that of the network's highest bins.

use super::bands::MODEL_BINS;
use super::network::Mask;
use crate::denoise::transform::Spectrum;

/// The first bin whose gain counts for the band above 8 kHz, at 6 kHz.
const LOWEST: usize = 192;

/// Share of the amplitude between 6 and 8 kHz that `mask` keeps, at most 1. As energies are compared, a bin with much
/// sound counts more: where a sibilant is kept, so is what it has above.
pub(super) fn gain<const N: usize>(mask: &Mask, spectrum: &Spectrum<N>) -> f32 {
    let (mut before, mut after) = (1e-20, 0.0);
    for bin in LOWEST..MODEL_BINS {
        let power = spectrum.re[bin] * spectrum.re[bin] + spectrum.im[bin] * spectrum.im[bin];
        before += power;
        after += power * (mask.re[bin] * mask.re[bin] + mask.im[bin] * mask.im[bin]);
    }
    (after / before).sqrt().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upper_band_follows_the_louder_of_the_highest_bins() {
        let mut mask = Mask::ZERO;
        let mut spectrum = Spectrum::<769>::ZERO;
        (mask.re[200], mask.im[200]) = (0.3, 0.4);
        spectrum.re[200] = 0.1;
        spectrum.re[220] = 1e-4;
        assert!((gain(&mask, &spectrum) - 0.5).abs() < 1e-3);
        spectrum.re[220] = 1.0;
        assert!(gain(&mask, &spectrum) < 0.1);
    }

    #[test]
    fn nothing_is_raised_and_silence_has_no_gain() {
        let mut mask = Mask::ZERO;
        mask.re.fill(1.4);
        let mut spectrum = Spectrum::<769>::ZERO;
        assert!(gain(&mask, &spectrum) <= 1.0);
        spectrum.re.fill(0.1);
        assert_eq!(gain(&mask, &spectrum).to_bits(), 1.0_f32.to_bits());
    }
}
