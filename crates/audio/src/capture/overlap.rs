//! Splits blocks into overlapping windows and joins them again: 20 ms under a sine, every 10 ms. The whole path
//! delays by one block.

use std::f32::consts::PI;

use super::spectrum::{Spectrum, Transform, WINDOW_SAMPLES};
use crate::block::BLOCK_SAMPLES;

/// The window: its square and that of its neighbour add up to 1.
pub(crate) struct Window([f32; WINDOW_SAMPLES]);

impl Window {
    pub(crate) fn new() -> Self {
        Self(std::array::from_fn(|i| ((i as f32 + 0.5) / WINDOW_SAMPLES as f32 * PI).sin()))
    }

    fn apply(&self, samples: &mut [f32; WINDOW_SAMPLES]) {
        for (sample, weight) in samples.iter_mut().zip(&self.0) {
            *sample *= weight;
        }
    }
}

/// The analysis of one signal.
pub(crate) struct Analysis {
    last: [f32; BLOCK_SAMPLES],
    /// The spectrum of the last two blocks.
    pub(crate) spectrum: Spectrum,
}

impl Analysis {
    pub(crate) fn new() -> Self {
        Self { last: [0.0; BLOCK_SAMPLES], spectrum: Spectrum::ZERO }
    }

    /// Takes the next block.
    pub(crate) fn push(&mut self, block: &[f32; BLOCK_SAMPLES], window: &Window, transform: &mut Transform) {
        let mut samples = [0.0; WINDOW_SAMPLES];
        samples[..BLOCK_SAMPLES].copy_from_slice(&self.last);
        samples[BLOCK_SAMPLES..].copy_from_slice(block);
        self.last = *block;
        window.apply(&mut samples);
        transform.forward(&mut samples, &mut self.spectrum);
    }
}

/// The way back.
pub(crate) struct Synthesis {
    tail: [f32; BLOCK_SAMPLES],
}

impl Synthesis {
    pub(crate) fn new() -> Self {
        Self { tail: [0.0; BLOCK_SAMPLES] }
    }

    /// Replaces what is left of the last spectrum by what is left of this one.
    pub(crate) fn correct(&mut self, spectrum: &Spectrum, window: &Window, transform: &mut Transform) {
        let mut samples = [0.0; WINDOW_SAMPLES];
        transform.inverse(spectrum, &mut samples);
        window.apply(&mut samples);
        self.tail.copy_from_slice(&samples[BLOCK_SAMPLES..]);
    }

    /// Writes the block before the last one that was analysed.
    pub(crate) fn pull(
        &mut self,
        spectrum: &Spectrum,
        window: &Window,
        transform: &mut Transform,
        block: &mut [f32; BLOCK_SAMPLES],
    ) {
        let mut samples = [0.0; WINDOW_SAMPLES];
        transform.inverse(spectrum, &mut samples);
        window.apply(&mut samples);
        for ((out, new), old) in block.iter_mut().zip(&samples).zip(&self.tail) {
            *out = new + old;
        }
        self.tail.copy_from_slice(&samples[BLOCK_SAMPLES..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out_one_block_later() {
        let (window, mut transform) = (Window::new(), Transform::new());
        let (mut analysis, mut synthesis) = (Analysis::new(), Synthesis::new());
        let sound: Vec<f32> = (0..10 * BLOCK_SAMPLES).map(|i| (i as f32 * 0.37).sin()).collect();
        let mut last = [0.0; BLOCK_SAMPLES];
        for block in sound.as_chunks::<BLOCK_SAMPLES>().0 {
            analysis.push(block, &window, &mut transform);
            let mut out = [0.0; BLOCK_SAMPLES];
            synthesis.pull(&analysis.spectrum, &window, &mut transform, &mut out);
            let error = out.iter().zip(&last).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(error < 1e-5, "{error}");
            last = *block;
        }
    }
}
