//! Fourier transforms of two blocks at once, with separate arrays for real and imaginary parts.

use consonance_dsp::{Complex32, RealFft};

use crate::block::BLOCK_SAMPLES;

/// Samples of one transform: two blocks, 20 ms.
pub(crate) const WINDOW_SAMPLES: usize = 2 * BLOCK_SAMPLES;

/// Bins of one transform, 50 Hz apart, from 0 Hz to 24 kHz.
pub(crate) const BINS: usize = WINDOW_SAMPLES / 2 + 1;

/// One spectrum.
#[derive(Debug, Clone)]
pub(crate) struct Spectrum {
    pub(crate) re: [f32; BINS],
    pub(crate) im: [f32; BINS],
}

impl Spectrum {
    pub(crate) const ZERO: Self = Self { re: [0.0; BINS], im: [0.0; BINS] };

    /// Squared magnitude of one bin.
    pub(crate) fn power(&self, bin: usize) -> f32 {
        self.re[bin] * self.re[bin] + self.im[bin] * self.im[bin]
    }
}

/// The transforms of this length.
pub(crate) struct Transform(RealFft);

impl Transform {
    pub(crate) fn new() -> Self {
        Self(RealFft::new(WINDOW_SAMPLES))
    }

    /// From samples to bins, without scaling. Uses up the samples.
    pub(crate) fn forward(&mut self, samples: &mut [f32; WINDOW_SAMPLES], spectrum: &mut Spectrum) {
        for (bin, value) in self.0.forward(samples).iter().enumerate() {
            spectrum.re[bin] = value.re;
            spectrum.im[bin] = value.im;
        }
    }

    /// From bins back to samples, scaled so that it undoes [`Self::forward`].
    pub(crate) fn inverse(&mut self, spectrum: &Spectrum, samples: &mut [f32; WINDOW_SAMPLES]) {
        for (bin, value) in self.0.bins_mut().iter_mut().enumerate() {
            *value = Complex32::new(spectrum.re[bin], spectrum.im[bin]) / WINDOW_SAMPLES as f32;
        }
        self.0.inverse(samples);
    }
}
