//! The network behind [`NoiseLevel::Strong`](super::NoiseLevel::Strong), where the feature `neural-noise` has it.

use crate::block::BLOCK_SAMPLES;

#[cfg(feature = "neural-noise")]
pub(crate) struct NeuralSuppressor(Box<consonance_denoise::Denoiser>);

#[cfg(feature = "neural-noise")]
impl NeuralSuppressor {
    pub(crate) const DELAY_SAMPLES: usize = consonance_denoise::DELAY_SAMPLES;

    /// A network that has heard nothing yet; `None` where it is not compiled in.
    #[expect(clippy::unnecessary_wraps, reason = "without the feature there is none")]
    pub(crate) fn new() -> Option<Self> {
        Some(Self(Box::default()))
    }

    pub(crate) fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES]) {
        self.0.process(block);
    }
}

#[cfg(not(feature = "neural-noise"))]
pub(crate) enum NeuralSuppressor {}

#[cfg(not(feature = "neural-noise"))]
impl NeuralSuppressor {
    pub(crate) const DELAY_SAMPLES: usize = 0;

    pub(crate) fn new() -> Option<Self> {
        None
    }

    pub(crate) fn process(&mut self, _: &mut [f32; BLOCK_SAMPLES]) {
        match *self {}
    }
}
