//! Detection of the voice's pitch.
//!
//! The largest normalised cross-correlation of the last 20 ms with the sound before, at 8 kHz (Talkin, "A robust
//! algorithm for pitch tracking", in "Speech Coding and Synthesis", 1995, of which this is the first pass).

use super::super::biquad::{BUTTERWORTH_4, Cascade, Response};
use crate::block::BLOCK_SAMPLES;

/// The longest period, that of 80 Hz. Lower voices are cut at two of theirs, or taken to have no pitch.
pub(super) const PERIOD_MAX: usize = 600;

/// The shortest, that of 800 Hz.
pub(super) const PERIOD_MIN: usize = 60;

/// From 48 to 8 kHz.
const DECIMATION: usize = 6;
const LOW_PASS_HZ: f32 = 1_000.0;

const LAG_MIN: usize = PERIOD_MIN / DECIMATION;
const LAG_MAX: usize = PERIOD_MAX / DECIMATION;
const WINDOW: usize = 160;
const HISTORY: usize = WINDOW + LAG_MAX + 1;
const NEW: usize = BLOCK_SAMPLES / DECIMATION;

/// So alike are two periods of a voice at least.
const VOICED_MIN: f32 = 0.6;

/// Twice the period is as alike: a shorter lag wins if it is this much of the best.
const SHORTER_SHARE: f32 = 0.9;

/// The power below which sound has no pitch, −70 dB of full scale.
const POWER_MIN: f32 = 1e-7;

#[derive(Debug, Clone)]
pub(super) struct PeriodDetector {
    low_pass: Cascade<2>,
    /// At 8 kHz, the oldest first.
    history: [f32; HISTORY],
}

impl PeriodDetector {
    pub(super) fn new() -> Self {
        Self {
            low_pass: Cascade::new(Response::low_pass, BUTTERWORTH_4, LOW_PASS_HZ),
            history: [0.0; HISTORY],
        }
    }

    /// Takes a block, and returns the period in samples of 48 kHz; `None` if there is no pitch.
    pub(super) fn hear(&mut self, block: &[f32; BLOCK_SAMPLES]) -> Option<f64> {
        let mut low = *block;
        self.low_pass.go_on(&mut low);
        self.history.copy_within(NEW.., 0);
        for (kept, sample) in self.history[HISTORY - NEW..].iter_mut().zip(low.iter().step_by(DECIMATION)) {
            *kept = *sample;
        }
        self.detect()
    }

    fn detect(&self) -> Option<f64> {
        let window = &self.history[HISTORY - WINDOW..];
        let power: f32 = window.iter().map(|x| x * x).sum();
        if power < POWER_MIN * WINDOW as f32 {
            return None;
        }
        let mut alike = [0.0; LAG_MAX + 2];
        for (lag, alike) in alike.iter_mut().enumerate().skip(LAG_MIN - 1) {
            let before = &self.history[HISTORY - WINDOW - lag..][..WINDOW];
            let product: f32 = window.iter().zip(before).map(|(a, b)| a * b).sum();
            let power_before: f32 = before.iter().map(|x| x * x).sum();
            *alike = product / (power * power_before + f32::MIN_POSITIVE).sqrt();
        }
        let is_peak = |lag: &usize| alike[*lag] >= alike[lag - 1] && alike[*lag] >= alike[lag + 1];
        let peaks = || (LAG_MIN..=LAG_MAX).filter(is_peak);
        let best = peaks().map(|lag| alike[lag]).fold(0.0, f32::max);
        if best < VOICED_MIN {
            return None;
        }
        let lag = peaks().find(|lag| alike[*lag] >= SHORTER_SHARE * best)?;
        Some(((lag as f64 + vertex(&alike[lag - 1..=lag + 1])) * DECIMATION as f64).min(PERIOD_MAX as f64))
    }
}

/// The position of the vertex of the parabola through three values, relative to the middle one.
fn vertex(values: &[f32]) -> f64 {
    let (before, peak, after) = (f64::from(values[0]), f64::from(values[1]), f64::from(values[2]));
    let curvature = before - 2.0 * peak + after;
    if curvature < 0.0 { (0.5 * (before - after) / curvature).clamp(-0.5, 0.5) } else { 0.0 }
}
