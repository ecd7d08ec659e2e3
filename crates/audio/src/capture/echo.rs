//! The echo canceller: removes loudspeaker playback from the microphone signal, without set-up.
//!
//! ```text
//! loudspeaker ─▶ alignment ──────▶ linear filter ─▶ predicted echo ┐
//! microphone ───────────────────────────────────────────────────▶ (−) ─▶ what is left ─▶ suppressor
//!                                                                         residual echo's estimate ┘
//! ```
//!
//! The delay between loudspeaker and microphone needs no setting and no estimate, because the filter is long enough
//! for it; and near-end speech does not spoil the filter, which adapts according to its own uncertainty.
//!
//! Known changes are not left to the filter: the reference is read on the microphone's clock (`alignment.rs`,
//! `drift.rs`) and at the echo's new position after a step of the delay (`delay_search.rs`), and the filter is scaled
//! when the loudspeaker is turned up or down (`volume.rs`).
//!
//! The suppressor removes echo that no linear filter predicts: the loudspeaker's distortion (`distortion.rs`), the
//! prediction's own error until a change is known (`misfit.rs`), and sounds that the filter has had no time to learn
//! (`unlearnt.rs`).

mod alignment;
mod bands;
mod delay_search;
mod distortion;
mod dominance;
mod drift;
mod linear_filter;
mod loudness_bound;
mod misfit;
mod mismatch;
mod novelty;
mod played_line;
mod render_history;
mod residual;
mod staleness;
mod suppressor;
mod talking;
mod two_paths;
mod unlearnt;
mod usefulness;
mod volume;

use self::alignment::Alignment;
use self::delay_search::DelaySearch;
use self::dominance::EchoDominance;
use self::drift::Drift;
use self::loudness_bound::LoudnessBound;
use self::misfit::Misfit;
use self::mismatch::Mismatch;
use self::residual::Residual;
use self::suppressor::Suppressor;
use self::two_paths::{TwoPaths, Verdict};
use self::unlearnt::Unlearnt;
use self::usefulness::Usefulness;
use self::volume::Volume;
use super::overlap::{Analysis, Window};
use super::settings::EchoLevel;
use super::spectrum::{BINS, Spectrum, Transform};
use super::statistics::EchoStatistics;
use crate::block::BLOCK_SAMPLES;

/// The canceller.
pub(crate) struct EchoCanceller {
    reference: Alignment,
    mismatch: Mismatch,
    misfit: Misfit,
    drift: Drift,
    volume: Volume,
    delay_search: DelaySearch,
    /// By how many samples the reference is read later in the next block.
    later: f64,
    paths: TwoPaths,
    bound: LoudnessBound,
    usefulness: Usefulness,
    residual: Residual,
    unlearnt: Unlearnt,
    suppressor: Suppressor,
    microphone: Analysis,
    predicted: Analysis,
    dominance: EchoDominance,
    /// Of the microphone's last block, before and after the subtraction.
    energies: (f32, f32),
    path_changes: u64,
}

impl EchoCanceller {
    pub(crate) fn new(level: EchoLevel) -> Self {
        Self {
            reference: Alignment::new(),
            mismatch: Mismatch::new(),
            misfit: Misfit::default(),
            drift: Drift::new(),
            volume: Volume::new(),
            delay_search: DelaySearch::new(),
            later: 0.0,
            paths: TwoPaths::new(),
            bound: LoudnessBound::new(),
            usefulness: Usefulness::new(),
            residual: Residual::new(),
            unlearnt: Unlearnt::new(),
            suppressor: Suppressor::new(level),
            microphone: Analysis::new(),
            predicted: Analysis::new(),
            dominance: EchoDominance::default(),
            energies: (0.0, 0.0),
            path_changes: 0,
        }
    }

    pub(crate) fn set_level(&mut self, level: EchoLevel) {
        self.suppressor.set_level(level);
    }

    /// Subtracts the predicted echo from one block, which can contain near-end speech.
    pub(crate) fn subtract(
        &mut self,
        block: &mut [f32; BLOCK_SAMPLES],
        render: &[f32; BLOCK_SAMPLES],
        window: &Window,
        transform: &mut Transform,
    ) {
        // Evaluated lazily: `first_loud_partition` walks the whole filter.
        let has_room = self.reference.delay() + self.later >= 0.0 || self.first_loud_partition() > 0;
        let shift = self.reference.push(render, self.later, has_room, transform);
        if shift != 0 {
            self.paths.shift(shift);
        }
        self.microphone.push(block, window, transform);
        self.bound.observe(&self.microphone.spectrum, self.reference.history().newest());
        let most_unsure = self.bound.most_unsure();
        let (split, verdict) = self.paths.cancel(block, self.reference.history(), &most_unsure, transform);
        match verdict {
            Some(Verdict::Changed) => self.path_changes += 1,
            Some(Verdict::FalseAlarm) => self.residual.all_clear(),
            None => {}
        }
        self.delay_search.push(block, &split.echo);
        if self.paths.is_on_trial()
            && let Some(later) = self.delay_search.find()
        {
            let shift = self.reference.jump(later, transform);
            self.paths.shift(shift);
            self.paths.end_trial();
            self.residual.all_clear();
            self.path_changes += 1;
        }
        self.unlearnt.push(self.reference.history(), self.bound.typical(), || self.paths.energies());
        self.predicted.push(&split.echo, window, transform);
        self.energies = (energy(block), energy(&split.left));
        *block = split.left;
    }

    /// Writes the gains that suppress the residual echo, whose spectrum is `left`.
    pub(crate) fn gains(&mut self, left: &Analysis, gains: &mut [f32; BINS]) {
        let found = self.mismatch.observe(&left.spectrum, &self.predicted.spectrum);
        self.later = self.drift.observe(found.lateness);
        let (was_silent, is_voice) = (self.suppressor.was_silent(), self.suppressor.is_voice());
        self.residual.set_least(self.misfit.observe(&found, was_silent, is_voice));
        if let Some(factor) = self.volume.observe(&found) {
            self.paths.scale(factor);
        }
        let kept = self.usefulness.observe(&left.spectrum, &self.predicted.spectrum);
        self.paths.keep(kept);
        if let Some(holds) = self.residual.observe(&left.spectrum, &self.predicted.spectrum, is_voice) {
            self.paths.challenge(&holds);
        }
        self.unlearnt.observe(&found);
        self.suppressor.gains(&left.spectrum, &found, &self.residual, &self.unlearnt, gains);
        let (heard, subtracted) = self.energies;
        self.dominance.observe(heard, subtracted * share_kept(&left.spectrum, gains));
    }

    /// Whether recent microphone input contains nothing but residual echo.
    pub(crate) fn is_echo(&self) -> bool {
        self.dominance.is_echo()
    }

    /// The partition of the direct path from the loudspeaker, which is the first loud one.
    fn first_loud_partition(&self) -> usize {
        let energies = self.paths.energies();
        let loudest = energies.iter().copied().fold(0.0, f32::max);
        energies.iter().position(|&energy| energy > 0.5 * loudest).unwrap_or(0)
    }

    pub(crate) fn statistics(&self) -> EchoStatistics {
        let total: f32 = self.paths.energies().iter().sum();
        let delay = self.first_loud_partition();
        EchoStatistics {
            return_loss_db: -10.0 * total.max(1e-12).log10(),
            return_loss_enhancement_db: 10.0 * self.residual.enhancement().log10(),
            delay_ms: 10 * delay as u32 + (self.reference.delay() / 48.0) as u32,
            path_changes: self.path_changes,
        }
    }
}

fn energy(block: &[f32]) -> f32 {
    block.iter().map(|sample| sample * sample).sum()
}

/// How much of a spectrum's energy passes the gains; all of silence.
fn share_kept(spectrum: &Spectrum, gains: &[f32; BINS]) -> f32 {
    let powers = || spectrum.re.iter().zip(&spectrum.im).map(|(re, im)| re * re + im * im);
    let kept: f32 = powers().zip(gains).map(|(power, gain)| power * gain * gain).sum();
    let all: f32 = powers().sum();
    if all > 0.0 { kept / all } else { 1.0 }
}
