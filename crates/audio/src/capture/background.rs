//! Removes everything that is not speech with a neural network: `RNNoise` (Valin, "A hybrid DSP/deep learning approach
//! to real-time full-band speech enhancement", 2018). Delays by one block.

use nnnoiseless::DenoiseState;

use crate::block::BLOCK_SAMPLES;
use crate::level;

/// The network expects samples of 16 bits.
const SCALE: f32 = 32_768.0;

/// The most that is removed, in dB, at intensity 1.
const MOST_REMOVED_DB: f32 = 80.0;

/// The network and what it needs in between.
pub(crate) struct BackgroundRemoval {
    network: Box<DenoiseState<'static>>,
    /// Share of the original that is kept.
    kept: f32,
    last: [f32; BLOCK_SAMPLES],
}

impl BackgroundRemoval {
    /// With an intensity of 0 to 1.
    pub(crate) fn new(intensity: f32) -> Self {
        let mut removal = Self { network: DenoiseState::new(), kept: 1.0, last: [0.0; BLOCK_SAMPLES] };
        removal.set_intensity(intensity);
        removal
    }

    pub(crate) fn set_intensity(&mut self, intensity: f32) {
        let intensity = if intensity.is_finite() { intensity.clamp(0.0, 1.0) } else { 1.0 };
        self.kept = level::factor(-MOST_REMOVED_DB * intensity);
    }

    pub(crate) fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES]) {
        let scaled = block.map(|sample| sample * SCALE);
        let mut speech = [0.0; BLOCK_SAMPLES];
        self.network.process_frame(&mut speech, &scaled);
        for ((out, speech), original) in block.iter_mut().zip(&speech).zip(&mut self.last) {
            let next = *out;
            *out = self.kept * *original + (1.0 - self.kept) * speech / SCALE;
            *original = next;
        }
    }
}
