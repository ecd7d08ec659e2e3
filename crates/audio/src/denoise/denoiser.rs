//! The noise suppressor, which processes one block at a time.

use crate::denoise::BLOCK_SAMPLES;
use crate::denoise::deep_filter::SpectrumHistory;
use crate::denoise::df_decoder::DfDecoder;
use crate::denoise::encoder::Encoder;
use crate::denoise::erb_bands;
use crate::denoise::erb_decoder::ErbDecoder;
use crate::denoise::features::Features;
use crate::denoise::resting_state::RestingState;
use crate::denoise::sanitise::sanitise;
use crate::denoise::transform::{BINS, BlockSpectrum, Transform, vorbis_window};
use crate::denoise::weights::{Weights, WeightsError};

/// The network's findings in one block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlockFindings {
    /// The estimated level of speech above the noise, in dB, −15 to 35. It is about the block that went in; the sound
    /// of that block comes out two blocks later.
    pub local_snr_db: f32,
}

/// A noise suppressor for one microphone.
pub struct Denoiser {
    transform: Transform<BLOCK_SAMPLES, BINS>,
    features: Features,
    history: SpectrumHistory,
    encoder: Box<Encoder>,
    erb_decoder: Box<ErbDecoder>,
    df_decoder: Box<DfDecoder>,
    /// The state that the encoder returns to in pauses; `None` leaves the encoder to itself.
    resting: Option<RestingState>,
    output: BlockSpectrum,
    /// Share of the original that is kept.
    kept: f32,
}

impl Denoiser {
    /// A suppressor in its initial state, without a limit of attenuation.
    ///
    /// # Panics
    /// Never: the weights, which it reads, are part of the crate.
    pub fn new() -> Self {
        let mut denoiser = Self::read().expect("the weights that are compiled in fit the network");
        denoiser.rest();
        denoiser
    }

    /// The network alone, as other runtimes compute it, for comparison with them: after a long silence it takes the
    /// first half second of a voice for noise, which [`new`](Self::new) prevents.
    ///
    /// # Panics
    /// Never, as `new`.
    pub fn bare() -> Self {
        Self { resting: None, ..Self::read().expect("the weights that are compiled in fit the network") }
    }

    /// Turns one block, mono at 48 kHz, into the speech in it, [`DELAY_SAMPLES`](crate::denoise::DELAY_SAMPLES) later.
    ///
    /// Any samples are safe: NaN and infinities become silence, others are limited to four times full scale.
    pub fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> BlockFindings {
        sanitise(block);
        let power = mean_power(block);
        let newest = self.history.push();
        self.transform.analyse(block, newest);
        self.features.update(newest);
        let encoded = self.encoder.process(&self.features);
        let gains = erb_bands::spread(&self.erb_decoder.process(encoded));
        let filters = self.df_decoder.process(encoded);
        let current = self.history.current();
        multiply(&current.re, &gains, &mut self.output.re);
        multiply(&current.im, &gains, &mut self.output.im);
        self.history.filter(filters, &mut self.output);
        mix(&mut self.output.re, &current.re, self.kept);
        mix(&mut self.output.im, &current.im, self.kept);
        self.transform.synthesise(&self.output, block);
        let local_snr_db = encoded.local_snr_db;
        if let Some(resting) = &self.resting {
            resting.attract(self.encoder.state_mut(), local_snr_db, power);
        }
        BlockFindings { local_snr_db }
    }

    /// Limits the attenuation of noise, in dB, 0 to 100; 100, the default, is no limit. NaN counts as 100.
    pub fn set_max_attenuation_db(&mut self, decibels: f32) {
        self.kept = if decibels < 100.0 { 10.0_f32.powf(-decibels.max(0.0) / 20.0) } else { 0.0 };
    }

    /// Forgets all sound; the settings stay.
    pub fn reset(&mut self) {
        self.transform.reset();
        self.features = Features::new();
        self.history.reset();
        self.encoder.reset();
        self.erb_decoder.reset();
        self.df_decoder.reset();
        self.rest();
    }

    fn rest(&mut self) {
        if let Some(resting) = &self.resting {
            resting.enter(self.encoder.state_mut());
        }
    }

    fn read() -> Result<Self, WeightsError> {
        Ok(Self {
            transform: Transform::new(vorbis_window(2 * BLOCK_SAMPLES)),
            features: Features::new(),
            history: SpectrumHistory::new(),
            encoder: Encoder::read(Weights::open(include_bytes!("../../model/encoder.weights"))?)?,
            erb_decoder: ErbDecoder::read(Weights::open(include_bytes!("../../model/erb_decoder.weights"))?)?,
            df_decoder: DfDecoder::read(Weights::open(include_bytes!("../../model/df_decoder.weights"))?)?,
            resting: Some(RestingState::read(Weights::open(include_bytes!("../../model/resting.weights"))?)?),
            output: BlockSpectrum::ZERO,
            kept: 0.0,
        })
    }
}

impl Default for Denoiser {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Denoiser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Denoiser").field("kept", &self.kept).finish_non_exhaustive()
    }
}

fn mean_power(block: &[f32; BLOCK_SAMPLES]) -> f32 {
    block.iter().map(|sample| sample * sample).sum::<f32>() / BLOCK_SAMPLES as f32
}

fn multiply(values: &[f32; BINS], gains: &[f32; BINS], output: &mut [f32; BINS]) {
    for ((output, value), gain) in output.iter_mut().zip(values).zip(gains) {
        *output = value * gain;
    }
}

fn mix(output: &mut [f32; BINS], original: &[f32; BINS], kept: f32) {
    for (output, original) in output.iter_mut().zip(original) {
        *output += kept * (original - *output);
    }
}
