//! The light noise suppressor, which processes one block at a time.

mod attention;
mod bands;
mod columns;
mod dual_path;
mod grouped_gru;
mod network;
mod strided_conv;
mod temporal_conv;
mod upper_band;

use self::bands::MODEL_BINS;
use self::network::{Mask, Network};
use crate::denoise::BLOCK_SAMPLES;
use crate::denoise::sanitise::sanitise;
use crate::denoise::transform::{Spectrum, Transform, sine_window};
use crate::denoise::weights::{Weights, WeightsError};

/// A noise suppressor for one microphone at a fifth of the cost of [`Denoiser`](crate::denoise::Denoiser): `GTCRN`
/// (Rong et al., "`GTCRN`: A Speech Enhancement Model Requiring Ultralow Computational Resources", 2024).
///
/// The network hears up to 8 kHz. Higher frequencies get the gain of those between 6 and 8 kHz.
pub struct LightDenoiser {
    transform: Transform<HOP, BINS>,
    network: Box<Network>,
    spectrum: Spectrum<BINS>,
    /// Samples that wait until there is a hop of them.
    input: [f32; HOP],
    waiting: usize,
    /// Hops of digital silence so far.
    silent: u32,
    /// Samples that are ready.
    output: [f32; 2 * HOP],
    ready: usize,
    /// Share of the original that is kept.
    kept: f32,
}

/// The network's hop of 256 samples at 16 kHz, at 48 kHz: with the same bins, 31.25 Hz apart, nothing is resampled.
const HOP: usize = 768;
const BINS: usize = HOP + 1;

/// The most samples that can be left over when blocks are cut into hops; this many must be available in advance.
const AHEAD: usize = HOP - 96;

/// Hops of silence, one second, after which the network's state hardly changes any more. Resting earlier would make it
/// underestimate the next word: PESQ of clean speech falls from 4.3 to 4.1.
const SETTLED: u32 = 63;

impl LightDenoiser {
    /// How much later sound comes out than it went in: 30 ms, of which the transform takes 16 and cutting blocks of
    /// 10 ms into its hops of 16 ms at most 14.
    pub const DELAY_SAMPLES: usize = HOP + AHEAD;

    /// A suppressor in its initial state, without a limit of attenuation.
    ///
    /// # Panics
    /// Never: the weights, which it reads, are part of the crate.
    pub fn new() -> Self {
        Self::read().expect("the weights that are compiled in fit the network")
    }

    /// Turns one block, mono at 48 kHz, into the speech in it, [`Self::DELAY_SAMPLES`] later. Five of eight blocks take
    /// nearly all the time.
    ///
    /// Any samples are safe: NaN and infinities become silence, others are limited to four times full scale.
    pub fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES]) {
        sanitise(block);
        let (first, second) = block.split_at(BLOCK_SAMPLES.min(HOP - self.waiting));
        self.input[self.waiting..][..first.len()].copy_from_slice(first);
        self.waiting += first.len();
        if self.waiting == HOP {
            self.process_hop();
            self.input[..second.len()].copy_from_slice(second);
            self.waiting = second.len();
        }
        block.copy_from_slice(&self.output[..BLOCK_SAMPLES]);
        self.output.copy_within(BLOCK_SAMPLES..self.ready, 0);
        self.ready -= BLOCK_SAMPLES;
    }

    /// Limits by how much noise is turned down, in dB, 0 to 100; 100, as at the start, is no limit. NaN counts as 100.
    pub fn set_max_attenuation_db(&mut self, decibels: f32) {
        self.kept = if decibels < 100.0 { 10.0_f32.powf(-decibels.max(0.0) / 20.0) } else { 0.0 };
    }

    /// Forgets all sound; the settings stay.
    pub fn reset(&mut self) {
        self.transform.reset();
        self.network.reset();
        self.waiting = 0;
        self.silent = 0;
        self.output.fill(0.0);
        self.ready = AHEAD;
    }

    /// During digital silence, as from a muted microphone, the network rests once it has settled.
    fn process_hop(&mut self) {
        let spectrum = &mut self.spectrum;
        self.transform.analyse(&self.input, spectrum);
        let is_silent = self.input.iter().all(|sample| *sample == 0.0);
        self.silent = if is_silent { self.silent.saturating_add(1) } else { 0 };
        let rests = self.silent > SETTLED;
        if let (false, Some(re), Some(im)) = (rests, spectrum.re.first_chunk(), spectrum.im.first_chunk()) {
            apply(self.network.process(re, im), self.kept, spectrum);
        }
        let free = &mut self.output[self.ready..];
        if let Some(hop) = free.first_chunk_mut() {
            self.transform.synthesise(spectrum, hop);
            self.ready += HOP;
        }
    }

    fn read() -> Result<Self, WeightsError> {
        Ok(Self {
            transform: Transform::new(sine_window(2 * HOP)),
            network: Network::read(Weights::open(include_bytes!("../../model/light.weights"))?)?,
            spectrum: Spectrum::ZERO,
            input: [0.0; HOP],
            waiting: 0,
            silent: 0,
            output: [0.0; 2 * HOP],
            ready: AHEAD,
            kept: 0.0,
        })
    }
}

impl Default for LightDenoiser {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for LightDenoiser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LightDenoiser").field("kept", &self.kept).finish_non_exhaustive()
    }
}

/// Multiplies the lower bins by `mask` and the others by one gain, but for the share that is kept.
fn apply(mask: &Mask, kept: f32, spectrum: &mut Spectrum<BINS>) {
    let upper = upper_band::gain(mask, spectrum);
    let upper = upper + kept * (1.0 - upper);
    for bin in 0..MODEL_BINS {
        let (re, im) = (spectrum.re[bin], spectrum.im[bin]);
        let mask_re = mask.re[bin] + kept * (1.0 - mask.re[bin]);
        let mask_im = mask.im[bin] * (1.0 - kept);
        spectrum.re[bin] = re * mask_re - im * mask_im;
        spectrum.im[bin] = im * mask_re + re * mask_im;
    }
    for value in spectrum.re[MODEL_BINS..].iter_mut().chain(&mut spectrum.im[MODEL_BINS..]) {
        *value *= upper;
    }
}
