//! Spectra of recent playback.

use crate::block::BLOCK_SAMPLES;
use crate::capture::spectrum::{Spectrum, Transform, WINDOW_SAMPLES};

/// The number of blocks kept, 480 ms: 250 ms in buffers and devices, and then the room's response.
pub(crate) const PARTITIONS: usize = 48;

/// Spectra of the last blocks, each together with the block before it.
pub(crate) struct RenderHistory {
    spectra: Vec<Spectrum>,
    newest: usize,
    last: [f32; BLOCK_SAMPLES],
}

impl RenderHistory {
    pub(crate) fn new() -> Self {
        Self { spectra: vec![Spectrum::ZERO; PARTITIONS], newest: 0, last: [0.0; BLOCK_SAMPLES] }
    }

    /// Takes the next block; the oldest one is forgotten.
    pub(crate) fn push(&mut self, render: &[f32; BLOCK_SAMPLES], transform: &mut Transform) {
        self.newest = (self.newest + PARTITIONS - 1) % PARTITIONS;
        let mut window = [0.0; WINDOW_SAMPLES];
        window[..BLOCK_SAMPLES].copy_from_slice(&self.last);
        window[BLOCK_SAMPLES..].copy_from_slice(render);
        self.last = *render;
        transform.forward(&mut window, &mut self.spectra[self.newest]);
    }

    /// All spectra, newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Spectrum> {
        let (before, from) = self.spectra.split_at(self.newest);
        from.iter().chain(before)
    }

    /// The spectrum of some blocks ago, fewer than [`PARTITIONS`].
    pub(crate) fn ago(&self, blocks: usize) -> &Spectrum {
        &self.spectra[(self.newest + blocks) % PARTITIONS]
    }

    /// The newest spectrum.
    pub(crate) fn newest(&self) -> &Spectrum {
        &self.spectra[self.newest]
    }
}
