//! Deep filtering (Mack and Habets, "Deep Filtering: Signal Extraction and Reconstruction Using Complex Time-Frequency
//! Filters", 2019): each of the lower bins becomes a weighted sum of itself in five spectra, two before and two after.

use crate::denoise::transform::BlockSpectrum;

/// Bins that are filtered, below 4.8 kHz.
pub(crate) const DF_BINS: usize = 96;

/// Spectra that one filter spans.
pub(crate) const ORDER: usize = 5;

/// Complex factors for the spectra from the oldest to the newest, real and imaginary parts in turn.
pub(crate) type BinFilter = [f32; 2 * ORDER];

/// Spectra after the one that is filtered.
const LOOKAHEAD: usize = 2;

/// The last spectra.
pub(crate) struct SpectrumHistory {
    spectra: Vec<BlockSpectrum>,
    /// The place of the oldest one.
    oldest: usize,
}

impl SpectrumHistory {
    pub(crate) fn new() -> Self {
        Self { spectra: vec![BlockSpectrum::ZERO; ORDER], oldest: 0 }
    }

    pub(crate) fn reset(&mut self) {
        self.spectra.fill(BlockSpectrum::ZERO);
    }

    /// The place of the next spectrum.
    pub(crate) fn push(&mut self) -> &mut BlockSpectrum {
        let place = self.oldest;
        self.oldest = (place + 1) % ORDER;
        &mut self.spectra[place]
    }

    /// The spectrum that is filtered next: two before the newest.
    pub(crate) fn current(&self) -> &BlockSpectrum {
        self.spectrum(ORDER - 1 - LOOKAHEAD)
    }

    /// Writes the filtered bins.
    pub(crate) fn filter(&self, filters: &[BinFilter; DF_BINS], output: &mut BlockSpectrum) {
        output.re[..DF_BINS].fill(0.0);
        output.im[..DF_BINS].fill(0.0);
        for age in 0..ORDER {
            let spectrum = self.spectrum(age);
            for (bin, filter) in filters.iter().enumerate() {
                let (re, im) = (filter[2 * age], filter[2 * age + 1]);
                output.re[bin] += spectrum.re[bin] * re - spectrum.im[bin] * im;
                output.im[bin] += spectrum.re[bin] * im + spectrum.im[bin] * re;
            }
        }
    }

    fn spectrum(&self, age: usize) -> &BlockSpectrum {
        &self.spectra[(self.oldest + age) % ORDER]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_weighs_five_spectra_from_the_oldest_on() {
        let mut history = SpectrumHistory::new();
        for value in 1..=7_u8 {
            let spectrum = history.push();
            spectrum.re.fill(f32::from(value));
            spectrum.im.fill(0.0);
        }
        assert_eq!(history.current().re[0] as u8, 5);
        let mut filters = [[0.0; 2 * ORDER]; DF_BINS];
        filters[0] = [1.0, 0.0, 10.0, 0.0, 100.0, 0.0, 0.0, 1.0, 0.0, 10.0];
        let mut output = BlockSpectrum::ZERO;
        history.filter(&filters, &mut output);
        assert_eq!((output.re[0] as i32, output.im[0] as i32), (543, 76));
        assert_eq!((output.re[1] as i32, output.im[1] as i32), (0, 0));
    }
}
