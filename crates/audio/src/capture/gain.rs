//! Automatic gain: brings speech to one level, slowly, and keeps its peaks within full scale.

use super::level;
use crate::block::BLOCK_SAMPLES;

/// The level that speech is brought to, as a root mean square over its blocks.
const TARGET_DBFS: f32 = -23.0;

/// What the gain may be.
const LEAST_DB: f32 = -12.0;
const MOST_DB: f32 = 18.0;

/// How fast it changes per block: 3 dB per second up, 10 dB per second down.
const UP_DB: f32 = 0.03;
const DOWN_DB: f32 = 0.1;

/// Speech below this level is somebody else's, or none.
const QUIETEST_SPEECH_DBFS: f32 = -55.0;

/// How much of the level of speech is kept per block of speech: about one second.
const LEVEL_SMOOTHING: f32 = 0.99;

/// Blocks of speech before the gain begins to change: one word is no measure.
const FIRST_BLOCKS: u32 = 30;

/// Peaks up to here pass unchanged; what is above is bent into the rest.
const KNEE: f32 = 0.8;

/// How much of the held peak is left after a sample: a third after 100 ms.
const RELEASE_PER_SAMPLE: f32 = 0.999_792;

/// The gain and its limiter.
pub(crate) struct AutomaticGain {
    speech_power: f32,
    speech_blocks: u32,
    gain_db: f32,
    applied: f32,
    peak: f32,
}

impl AutomaticGain {
    pub(crate) fn new() -> Self {
        Self { speech_power: 0.0, speech_blocks: 0, gain_db: 0.0, applied: 1.0, peak: 0.0 }
    }

    /// Processes one block. `is_speech` says whether the block before was speech.
    pub(crate) fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES], is_speech: bool) {
        if is_speech {
            self.learn(level::dbfs(block));
        }
        let target = level::factor(self.gain_db);
        for (i, sample) in block.iter_mut().enumerate() {
            let share = (i + 1) as f32 / BLOCK_SAMPLES as f32;
            *sample *= self.applied + share * (target - self.applied);
            *sample = self.limited(*sample);
        }
        self.applied = target;
    }

    /// What is added at present, in dB.
    pub(crate) fn gain_db(&self) -> f32 {
        self.gain_db
    }

    fn learn(&mut self, dbfs: f32) {
        if dbfs < QUIETEST_SPEECH_DBFS {
            return;
        }
        self.speech_blocks = self.speech_blocks.saturating_add(1);
        // At first all blocks count the same.
        let kept = LEVEL_SMOOTHING.min(1.0 - 1.0 / self.speech_blocks as f32);
        self.speech_power = kept * self.speech_power + (1.0 - kept) * level::factor(dbfs).powi(2);
        if self.speech_blocks < FIRST_BLOCKS {
            return;
        }
        let wanted = TARGET_DBFS - 10.0 * self.speech_power.log10();
        let change = (wanted - self.gain_db).clamp(-DOWN_DB, UP_DB);
        self.gain_db = (self.gain_db + change).clamp(LEAST_DB, MOST_DB);
    }

    /// Follows peaks at once and forgets them slowly; a peak is bent, what follows it keeps its form.
    fn limited(&mut self, sample: f32) -> f32 {
        self.peak = (self.peak * RELEASE_PER_SAMPLE).max(sample.abs());
        if self.peak <= KNEE {
            return sample;
        }
        let bent = KNEE + (1.0 - KNEE) * ((self.peak - KNEE) / (1.0 - KNEE)).tanh();
        sample * bent / self.peak
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Speech of a steady level, and its level after ten seconds.
    fn level_after_ten_seconds(dbfs: f32, is_speech: bool) -> f32 {
        let mut gain = AutomaticGain::new();
        let mut last = 0.0;
        for block in 0..1_000 {
            let amplitude = level::factor(dbfs) * std::f32::consts::SQRT_2;
            let mut sound: [f32; BLOCK_SAMPLES] =
                std::array::from_fn(|i| amplitude * ((block * BLOCK_SAMPLES + i) as f32 * 0.1).sin());
            gain.process(&mut sound, is_speech);
            assert!(sound.iter().all(|sample| sample.abs() <= 1.0));
            last = level::dbfs(&sound);
        }
        last
    }

    #[test]
    fn loud_and_soft_speech_come_to_the_same_level() {
        assert!((level_after_ten_seconds(-40.0, true) + 23.0).abs() < 0.5);
        assert!((level_after_ten_seconds(-23.0, true) + 23.0).abs() < 0.5);
        assert!((level_after_ten_seconds(-13.0, true) + 23.0).abs() < 0.5);
    }

    #[test]
    fn noise_is_not_turned_up() {
        assert!((level_after_ten_seconds(-50.0, false) + 50.0).abs() < 0.1);
        assert!((level_after_ten_seconds(-60.0, true) + 60.0).abs() < 0.1);
    }

    #[test]
    fn peaks_stay_within_full_scale() {
        let mut gain = AutomaticGain::new();
        gain.gain_db = MOST_DB;
        let mut sound = [1.0; BLOCK_SAMPLES];
        gain.process(&mut sound, false);
        assert!(sound.iter().all(|sample| sample.abs() <= 1.0));
    }
}
