//! Levels in the bands of an inner ear, spectrum by spectrum: a bank of gammatone filters.

use std::ops::Range;

/// Bands from 50 Hz to 8 kHz, evenly spaced as the ear has them, as in `ViSQOL`'s speech mode.
pub(super) const BANDS: usize = 21;

/// Frames in a patch: 400 ms.
pub(super) const PATCH_FRAMES: usize = 20;

/// The distance between frames, in spectra of 1.25 ms: 20 ms.
pub(super) const FRAME_SPECTRA: usize = 16;

const RATE_HZ: f64 = 16_000.0;
const LOWEST_HZ: f64 = 50.0;
const HIGHEST_HZ: f64 = 8_000.0;

/// The distance between spectra: 1.25 ms.
const HOP_SAMPLES: usize = 20;

/// The window that one spectrum is the mean of, in hops: 80 ms.
const WINDOW_HOPS: usize = 64;

/// Levels below this are inaudible, both in dB of full scale and relative to the loudest band of a spectrum.
const FLOOR_DB: f32 = -45.0;
const MASKED_DB: f32 = -45.0;

/// The output of an inner ear over 400 ms: for each frame the level of each band in dB above the floor.
pub(super) type Patch = [[f32; BANDS]; PATCH_FRAMES];

/// The level in each band every 1.25 ms.
#[derive(Debug)]
pub(super) struct Spectrogram {
    levels_db: Vec<[f32; BANDS]>,
}

impl Spectrogram {
    /// The spectrogram of mono sound at 16 kHz, multiplied by `gain`.
    pub(super) fn of(sound: &[f32], gain: f32) -> Self {
        let hops = sound.len() / HOP_SAMPLES;
        let mut powers = vec![[0.0; BANDS]; hops];
        for band in 0..BANDS {
            let mut filter = Gammatone::new(band);
            for (power, hop) in powers.iter_mut().zip(sound.chunks_exact(HOP_SAMPLES)) {
                power[band] = hop.iter().map(|&x| filter.pass(x * gain)).sum::<f32>() / HOP_SAMPLES as f32;
            }
        }
        let levels_db =
            (0..hops).map(|first| window_db(&powers[first..hops.min(first + WINDOW_HOPS)])).collect();
        Self { levels_db }
    }

    pub(super) fn len(&self) -> usize {
        self.levels_db.len()
    }

    /// The lowest level of all.
    pub(super) fn floor_db(&self) -> f32 {
        self.levels_db.iter().flatten().copied().fold(0.0, f32::min)
    }

    /// The mean level of some spectra, over all bands.
    pub(super) fn level_db(&self, spectra: Range<usize>) -> f32 {
        let of = |levels: &[f32; BANDS]| levels.iter().map(|db| 10_f32.powf(db / 10.0)).sum::<f32>();
        let spectra = &self.levels_db[spectra];
        10.0 * (spectra.iter().map(of).sum::<f32>() / spectra.len().max(1) as f32).max(1e-12).log10()
    }

    /// The frames of a patch that begins with the given spectrum, above the floor; nothing beyond the end.
    pub(super) fn patch(&self, first: usize, floor: f32) -> Patch {
        let mut patch = [[0.0; BANDS]; PATCH_FRAMES];
        for (i, frame) in patch.iter_mut().enumerate() {
            if let Some(levels) = self.levels_db.get(first + i * FRAME_SPECTRA) {
                *frame = levels.map(|db| db - floor);
            }
        }
        patch
    }
}

/// The level of each band over some hops, at least the audible floor.
fn window_db(hops: &[[f32; BANDS]]) -> [f32; BANDS] {
    let mut levels = [0.0; BANDS];
    for (band, level) in levels.iter_mut().enumerate() {
        let power = hops.iter().map(|powers| powers[band]).sum::<f32>() / WINDOW_HOPS as f32;
        *level = 10.0 * power.max(1e-12).log10();
    }
    let loudest = levels.iter().copied().fold(f32::MIN, f32::max);
    levels.map(|level| level.max(FLOOR_DB).max(loudest + MASKED_DB))
}

/// A complex gammatone filter of fourth order: the sound is shifted so that the band lies at 0 Hz, then smoothed
/// four times (Hohmann, "Frequency analysis and synthesis using a Gammatone filterbank", Acta Acustica 2002).
struct Gammatone {
    /// The oscillator that shifts the band, and its rotation per sample.
    phase: [f32; 2],
    turn: [f32; 2],
    smoothing: f32,
    stages: [[f32; 2]; 4],
}

impl Gammatone {
    fn new(band: usize) -> Self {
        let (low, high) = (erb_number(LOWEST_HZ), erb_number(HIGHEST_HZ));
        // The highest band ends at the highest frequency, as in ViSQOL, whose bands are spaced downwards from it.
        let centre = hz(low + (high - low) * band as f64 / BANDS as f64);
        // The bandwidth after Glasberg and Moore 1990, scaled for a fourth-order gammatone filter.
        let bandwidth = 1.019 * 24.7 * (4.37 * centre / 1000.0 + 1.0);
        let angle = std::f64::consts::TAU * centre / RATE_HZ;
        Self {
            phase: [1.0, 0.0],
            turn: [angle.cos() as f32, -angle.sin() as f32],
            smoothing: (-std::f64::consts::TAU * bandwidth / RATE_HZ).exp() as f32,
            stages: [[0.0; 2]; 4],
        }
    }

    /// Processes a sample; returns the power of the band.
    fn pass(&mut self, sample: f32) -> f32 {
        let mut value = [sample * self.phase[0], sample * self.phase[1]];
        let (phase, turn) = (self.phase, self.turn);
        let turned = [phase[0] * turn[0] - phase[1] * turn[1], phase[0] * turn[1] + phase[1] * turn[0]];
        // Rounding must not let the oscillator grow or fade.
        let correction = 1.5 - 0.5 * (turned[0] * turned[0] + turned[1] * turned[1]);
        self.phase = turned.map(|part| part * correction);
        for stage in &mut self.stages {
            for part in 0..2 {
                stage[part] = value[part] + self.smoothing * (stage[part] - value[part]);
            }
            value = *stage;
        }
        2.0 * (value[0] * value[0] + value[1] * value[1])
    }
}

/// The number of a frequency on the ear's scale, in equivalent rectangular bandwidths, and back.
fn erb_number(hz: f64) -> f64 {
    21.4 * (1.0 + 0.004_37 * hz).log10()
}

fn hz(erb_number: f64) -> f64 {
    (10_f64.powf(erb_number / 21.4) - 1.0) / 0.004_37
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_loudest_in_its_own_band() {
        for band in [2, 8, 15, 20] {
            let (low, high) = (erb_number(LOWEST_HZ), erb_number(HIGHEST_HZ));
            let centre = hz(low + (high - low) * band as f64 / BANDS as f64);
            let tone: Vec<f32> = (0..8_000)
                .map(|i| (f64::from(i) * centre / RATE_HZ * std::f64::consts::TAU).sin() as f32)
                .collect();
            let levels = Spectrogram::of(&tone, 1.0).levels_db[160];
            let loudest = (0..BANDS).max_by(|&a, &b| levels[a].total_cmp(&levels[b])).unwrap();
            assert_eq!(loudest, band, "{centre} Hz: {levels:?}");
            assert!((levels[band] + 3.0).abs() < 0.5, "{centre} Hz: a full tone has half its power");
        }
    }

    #[test]
    fn what_is_too_quiet_is_not_heard() {
        let spectrogram = Spectrogram::of(&[1e-6; 1_600], 1.0);
        assert!(spectrogram.levels_db.iter().flatten().all(|&level| (level - FLOOR_DB).abs() < 1e-3));
    }
}
