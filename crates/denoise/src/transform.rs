//! Blocks into spectra and back: 20 ms under a Vorbis window, every 10 ms. There and back is one block late.

use std::f32::consts::FRAC_PI_2;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use crate::BLOCK_SAMPLES;

/// Samples of one window.
const WINDOW_SAMPLES: usize = 2 * BLOCK_SAMPLES;

/// Bins of one spectrum, 50 Hz apart, from 0 Hz to 24 kHz.
pub(crate) const BINS: usize = WINDOW_SAMPLES / 2 + 1;

/// One spectrum; a sine at full scale has a magnitude of about 0.25.
#[derive(Clone)]
pub(crate) struct Spectrum {
    pub(crate) re: [f32; BINS],
    pub(crate) im: [f32; BINS],
}

impl Spectrum {
    pub(crate) const ZERO: Self = Self { re: [0.0; BINS], im: [0.0; BINS] };
}

/// Both directions and what they remember of the last block.
pub(crate) struct Transform {
    window: [f32; WINDOW_SAMPLES],
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    samples: Vec<f32>,
    bins: Vec<Complex32>,
    scratch: Vec<Complex32>,
    last_input: [f32; BLOCK_SAMPLES],
    tail: [f32; BLOCK_SAMPLES],
}

impl Transform {
    pub(crate) fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(WINDOW_SAMPLES);
        let inverse = planner.plan_fft_inverse(WINDOW_SAMPLES);
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        Self {
            window: vorbis_window(),
            forward,
            inverse,
            samples: vec![0.0; WINDOW_SAMPLES],
            bins: vec![Complex32::ZERO; BINS],
            scratch: vec![Complex32::ZERO; scratch],
            last_input: [0.0; BLOCK_SAMPLES],
            tail: [0.0; BLOCK_SAMPLES],
        }
    }

    pub(crate) fn reset(&mut self) {
        self.last_input = [0.0; BLOCK_SAMPLES];
        self.tail = [0.0; BLOCK_SAMPLES];
    }

    /// The spectrum of `block` and the one before it, divided by the length of the window.
    pub(crate) fn analyse(&mut self, block: &[f32; BLOCK_SAMPLES], spectrum: &mut Spectrum) {
        let (first, second) = self.samples.split_at_mut(BLOCK_SAMPLES);
        first.copy_from_slice(&self.last_input);
        second.copy_from_slice(block);
        self.last_input = *block;
        for (sample, weight) in self.samples.iter_mut().zip(&self.window) {
            *sample *= weight / WINDOW_SAMPLES as f32;
        }
        self.forward
            .process_with_scratch(&mut self.samples, &mut self.bins, &mut self.scratch)
            .expect("the buffers have the lengths that the plan asks for");
        for (bin, value) in self.bins.iter().enumerate() {
            spectrum.re[bin] = value.re;
            spectrum.im[bin] = value.im;
        }
    }

    /// Undoes [`Self::analyse`]: writes the block before the last one that went into `spectrum`.
    pub(crate) fn synthesise(&mut self, spectrum: &Spectrum, block: &mut [f32; BLOCK_SAMPLES]) {
        for (bin, value) in self.bins.iter_mut().enumerate() {
            *value = Complex32::new(spectrum.re[bin], spectrum.im[bin]);
        }
        // A real signal has no phase at either end.
        self.bins[0].im = 0.0;
        self.bins[BINS - 1].im = 0.0;
        self.inverse
            .process_with_scratch(&mut self.bins, &mut self.samples, &mut self.scratch)
            .expect("the buffers have the lengths that the plan asks for");
        for (sample, weight) in self.samples.iter_mut().zip(&self.window) {
            *sample *= weight;
        }
        let (first, second) = self.samples.split_at(BLOCK_SAMPLES);
        for ((out, new), old) in block.iter_mut().zip(first).zip(&self.tail) {
            *out = new + old;
        }
        self.tail.copy_from_slice(second);
    }
}

/// Its square and that of its neighbour add up to 1 (Vorbis I specification, section 1.3.2).
fn vorbis_window() -> [f32; WINDOW_SAMPLES] {
    std::array::from_fn(|i| {
        let sine = ((i as f32 + 0.5) / BLOCK_SAMPLES as f32 * FRAC_PI_2).sin();
        (FRAC_PI_2 * sine * sine).sin()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out_one_block_later() {
        let mut transform = Transform::new();
        let mut spectrum = Spectrum::ZERO;
        let sound: Vec<f32> = (0..10 * BLOCK_SAMPLES).map(|i| (i as f32 * 0.37).sin()).collect();
        let mut last = [0.0; BLOCK_SAMPLES];
        for block in sound.as_chunks().0 {
            transform.analyse(block, &mut spectrum);
            let mut out = [0.0; BLOCK_SAMPLES];
            transform.synthesise(&spectrum, &mut out);
            let error = out.iter().zip(&last).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(error < 1e-5, "{error}");
            last = *block;
        }
    }
}
