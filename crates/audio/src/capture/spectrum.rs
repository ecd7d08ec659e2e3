//! Fourier transforms of two blocks at once, with separate arrays for real and imaginary parts.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

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

/// The transforms and what they need in between.
pub(crate) struct Transform {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    bins: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl Transform {
    pub(crate) fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(WINDOW_SAMPLES);
        let inverse = planner.plan_fft_inverse(WINDOW_SAMPLES);
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        Self { forward, inverse, bins: vec![Complex32::ZERO; BINS], scratch: vec![Complex32::ZERO; scratch] }
    }

    /// From samples to bins, without scaling. Uses up the samples.
    pub(crate) fn forward(&mut self, samples: &mut [f32; WINDOW_SAMPLES], spectrum: &mut Spectrum) {
        self.forward
            .process_with_scratch(samples, &mut self.bins, &mut self.scratch)
            .expect("the buffers have the lengths that the plan asks for");
        for (bin, value) in self.bins.iter().enumerate() {
            spectrum.re[bin] = value.re;
            spectrum.im[bin] = value.im;
        }
    }

    /// From bins back to samples, scaled so that it undoes [`Self::forward`].
    pub(crate) fn inverse(&mut self, spectrum: &Spectrum, samples: &mut [f32; WINDOW_SAMPLES]) {
        for (bin, value) in self.bins.iter_mut().enumerate() {
            *value = Complex32::new(spectrum.re[bin], spectrum.im[bin]) / WINDOW_SAMPLES as f32;
        }
        // In the spectrum of a real signal, the first and the last bin are real.
        self.bins[0].im = 0.0;
        self.bins[BINS - 1].im = 0.0;
        self.inverse
            .process_with_scratch(&mut self.bins, samples, &mut self.scratch)
            .expect("the buffers have the lengths that the plan asks for");
    }
}
