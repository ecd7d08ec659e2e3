//! Fourier transforms of real signals of one length.

use std::sync::Arc;

pub use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// The transform of a real signal into its spectrum and back, without scaling: both, one after the other, multiply by
/// the number of samples.
pub struct RealFft {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    bins: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl RealFft {
    /// A transform of this many samples, an even number, and of half as many bins and one more.
    ///
    /// # Panics
    /// If the number is odd or 0.
    pub fn new(samples: usize) -> Self {
        assert!(samples > 0 && samples.is_multiple_of(2), "{samples} samples, expected an even number");
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(samples);
        let inverse = planner.plan_fft_inverse(samples);
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        let bins = vec![Complex32::ZERO; samples / 2 + 1];
        Self { forward, inverse, bins, scratch: vec![Complex32::ZERO; scratch] }
    }

    /// The spectrum of these samples, which are used up.
    ///
    /// # Panics
    /// If their number is not that of the transform.
    pub fn forward(&mut self, samples: &mut [f32]) -> &[Complex32] {
        self.forward
            .process_with_scratch(samples, &mut self.bins, &mut self.scratch)
            .expect("as many samples as the transform has");
        &self.bins
    }

    /// The spectrum that [`forward`](Self::forward) found, to be changed or written for [`inverse`](Self::inverse),
    /// which uses it up.
    pub fn bins_mut(&mut self) -> &mut [Complex32] {
        &mut self.bins
    }

    /// The samples of the spectrum in [`bins_mut`](Self::bins_mut). The imaginary parts of the first and the last bin
    /// are ignored: a real signal has none there.
    ///
    /// # Panics
    /// If their number is not that of the transform.
    pub fn inverse(&mut self, samples: &mut [f32]) {
        if let [first, .., last] = &mut *self.bins {
            (first.im, last.im) = (0.0, 0.0);
        }
        self.inverse
            .process_with_scratch(&mut self.bins, samples, &mut self.scratch)
            .expect("as many samples as the transform has");
    }
}
