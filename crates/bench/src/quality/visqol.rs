//! A quality score between 1 and 5, after `ViSQOL`'s speech mode: the similarity of two sounds as spectrograms of an
//! inner ear's output.
//!
//! Chinen et al., "`ViSQOL` v3: An Open Source Production Ready Objective Speech and Audio Metric", `QoMEX` 2020, and
//! Hines et al., "`ViSQOL`: an objective speech quality model", EURASIP Journal on Audio, Speech, and Music Processing
//! (2015). Ours differs where more is known: sound is in its place except for time stretching, so each patch of the
//! original is searched within 80 ms of its place, to 1.25 ms, and there is no alignment by samples.

mod gammatone;
mod similarity;

use gammatone::{FRAME_SPECTRA, PATCH_FRAMES, Spectrogram};
use similarity::similarity;

/// How far a patch may lie from its place, in spectra: 80 ms, searched first in steps of 5 ms.
const SEARCH_SPECTRA: usize = 64;
const SEARCH_STEP: usize = 4;

/// A patch of the original counts if its level relative to the loudest one is above this, in dB.
const ACTIVE_DB: f32 = -30.0;

/// How a mean similarity becomes a score: the exponential fit that `ViSQOL` v3 has for speech, scaled so that the
/// same sound scores 5.
const FIT_A: f64 = 1.155_945_5;
const FIT_B: f64 = 4.685_115_3;
const FIT_X0: f64 = 0.765_523_2;
const FIT_SCALE: f64 = 1.203_140_9;

/// An original, ready to be compared with degraded copies.
#[derive(Debug)]
pub(super) struct Reference {
    spectrogram: Spectrogram,
    power: f64,
}

impl Reference {
    /// Mono at 16 kHz.
    pub(super) fn new(original: &[f32]) -> Self {
        Self { spectrogram: Spectrogram::of(original, 1.0), power: power(original) }
    }

    /// The score of what was heard instead, mono at 16 kHz on the original's time line, from 1 (nothing alike) to
    /// 5 (the same but for loudness).
    pub(super) fn score(&self, heard: &[f32]) -> f64 {
        let gain = (self.power / power(heard).max(1e-12)).sqrt().min(1e3);
        let heard = Spectrogram::of(heard, gain as f32);
        let floor = self.spectrogram.floor_db().min(heard.floor_db());
        let patches: Vec<f64> =
            self.active_patches().map(|first| self.best_match(&heard, first, floor)).collect();
        if patches.is_empty() {
            return 1.0;
        }
        let mean = patches.iter().sum::<f64>() / patches.len() as f64;
        let score = FIT_SCALE * (FIT_A + (FIT_B * (mean - FIT_X0)).exp());
        score.clamp(1.0, 5.0)
    }

    /// The first spectra of the patches with speech; patches overlap by half.
    fn active_patches(&self) -> impl Iterator<Item = usize> {
        let step = PATCH_FRAMES * FRAME_SPECTRA / 2;
        let last = self.spectrogram.len().saturating_sub(PATCH_FRAMES * FRAME_SPECTRA);
        let level = |first: usize| self.spectrogram.level_db(first..first + PATCH_FRAMES * FRAME_SPECTRA);
        let loudest = (0..last).step_by(step).map(level).fold(f32::MIN, f32::max);
        (0..last).step_by(step).filter(move |&first| level(first) >= loudest + ACTIVE_DB)
    }

    fn best_match(&self, heard: &Spectrogram, first: usize, floor: f32) -> f64 {
        let original = self.spectrogram.patch(first, floor);
        let likeness = |at: usize| (similarity(&original, &heard.patch(at, floor)), at);
        let best = |candidates: &mut dyn Iterator<Item = usize>| {
            candidates.map(likeness).fold((0.0, first), |best, one| if one.0 > best.0 { one } else { best })
        };
        let from = first.saturating_sub(SEARCH_SPECTRA);
        let (_, near) = best(&mut (from..=first + SEARCH_SPECTRA).step_by(SEARCH_STEP));
        best(&mut (near.saturating_sub(SEARCH_STEP - 1)..near + SEARCH_STEP)).0
    }
}

fn power(sound: &[f32]) -> f64 {
    sound.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>() / sound.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mono at 16 kHz.
    fn speech() -> Vec<f32> {
        let mut file = hound::WavReader::open(consonance_testing::sound::recording(2)).unwrap();
        file.samples::<i16>().map(|sample| f32::from(sample.unwrap()) / 32_768.0).collect()
    }

    fn noise(sound: &[f32], level: f32) -> Vec<f32> {
        let mut seed = 1_u32;
        let mut random = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / 8_388_608.0 - 1.0
        };
        sound.iter().map(|x| x + level * random()).collect()
    }

    #[test]
    fn the_same_sound_scores_five_however_loud_and_wherever_nearby() {
        let original = speech();
        let reference = Reference::new(&original);
        assert!(reference.score(&original) > 4.99);
        let quiet: Vec<f32> = original.iter().map(|x| x * 0.3).collect();
        assert!(reference.score(&quiet) > 4.99);
        let mut later = vec![0.0; 400];
        later.extend(&original);
        assert!(reference.score(&later) > 4.7, "{}", reference.score(&later));
    }

    #[test]
    fn more_noise_and_more_gaps_score_worse_and_silence_worst() {
        let original = speech();
        let reference = Reference::new(&original);
        let noisy: Vec<f64> =
            [0.003, 0.01, 0.03].map(|level| reference.score(&noise(&original, level))).into();
        assert!(noisy.is_sorted_by(|a, b| a > b), "{noisy:?}");
        let gaps = |every: usize| {
            let mut heard = original.clone();
            heard.chunks_mut(320).step_by(every).for_each(|frame| frame.fill(0.0));
            reference.score(&heard)
        };
        let gaps: Vec<f64> = [20, 10, 5, 3].map(gaps).into();
        assert!(gaps.is_sorted_by(|a, b| a > b), "{gaps:?}");
        assert!(gaps[0] < 4.8 && gaps[3] < 4.0, "{gaps:?}");
        let silence = reference.score(&vec![0.0; original.len()]);
        assert!(silence < 2.0, "{silence}");
        assert!(reference.score(&[]) < 2.0);
    }
}
