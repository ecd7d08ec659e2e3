//! Automatic gain: brings speech to one level, slowly, and keeps its peaks within full scale.

use super::level;
use crate::block::BLOCK_SAMPLES;
use crate::leveller::{Leveller, Pace};
use crate::limiter::Limiter;

/// 3 dB per second up, 10 dB per second down.
const PACE: Pace = Pace { least: -12.0, most: 18.0, up: 0.03, down: 0.1 };

/// The gain and its limiter.
pub(crate) struct AutomaticGain {
    leveller: Leveller,
    applied: f32,
    limiter: Limiter,
}

impl AutomaticGain {
    pub(crate) fn new() -> Self {
        Self { leveller: Leveller::new(PACE), applied: 1.0, limiter: Limiter::default() }
    }

    /// Processes one block. `is_speech` says whether the block before was speech.
    pub(crate) fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES], is_speech: bool) {
        if is_speech {
            self.leveller.learn(level::dbfs(block));
        }
        let target = level::factor(self.leveller.gain_db());
        for (i, sample) in block.iter_mut().enumerate() {
            let share = (i + 1) as f32 / BLOCK_SAMPLES as f32;
            *sample *= self.applied + share * (target - self.applied);
            *sample *= self.limiter.gain(sample.abs());
        }
        self.applied = target;
    }

    /// What is added at present, in dB.
    pub(crate) fn gain_db(&self) -> f32 {
        self.leveller.gain_db()
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
        gain.leveller.jump(PACE.most);
        let mut sound = [1.0; BLOCK_SAMPLES];
        gain.process(&mut sound, false);
        assert!(sound.iter().all(|sample| sample.abs() <= 1.0));
    }
}
