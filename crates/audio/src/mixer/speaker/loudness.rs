//! The loudness of one speaker: current and recent.

use crate::block::SamplePosition;
use crate::level::{self, SILENCE_DBFS, factor};

/// The share of the recent loudness kept after a second: half.
const FORGETTING_PER_SECOND: f32 = 0.5;

/// After a longer pause than this, one second, no more is forgotten: a loud speaker will be loud again.
const LONGEST_FORGETTING_SAMPLES: u64 = 48_000;

/// A speaker that was never heard is taken to speak at the usual level, −23 dBFS.
const USUAL_RMS: f32 = 0.07;

/// Measures decoded sound before anything is done to it.
#[derive(Debug)]
pub(super) struct Loudness {
    amplitude: f32,
    rms: f32,
    of_late_rms: f32,
    measured_at: Option<SamplePosition>,
}

impl Loudness {
    pub(super) fn new() -> Self {
        Self { amplitude: 0.0, rms: 0.0, of_late_rms: USUAL_RMS, measured_at: None }
    }

    /// The mean absolute value of the last block, 0 to 1.
    pub(super) fn amplitude(&self) -> f32 {
        self.amplitude
    }

    /// The root mean square of the last block in dB of full scale, at least −100.
    pub(super) fn dbfs(&self) -> f32 {
        (20.0 * self.rms.max(factor(SILENCE_DBFS)).log10()).max(SILENCE_DBFS)
    }

    /// The loudest recent block, as a root mean square.
    pub(super) fn of_late_rms(&self) -> f32 {
        self.of_late_rms
    }

    /// When it was measured last, if ever.
    pub(super) fn measured_at(&self) -> Option<SamplePosition> {
        self.measured_at
    }

    /// A block that is heard.
    pub(super) fn hear(&mut self, block: &[f32], now: SamplePosition) {
        self.amplitude = level::mean_absolute(block);
        self.rms = rms(block);
        self.remember(self.rms, now);
    }

    /// A frame that is not heard.
    pub(super) fn audition(&mut self, frame: &[f32], now: SamplePosition) {
        self.remember(rms(frame), now);
    }

    /// Nothing is heard in this block.
    pub(super) fn be_silent(&mut self) {
        self.amplitude = 0.0;
        self.rms = 0.0;
    }

    fn remember(&mut self, rms: f32, now: SamplePosition) {
        let kept = match self.measured_at.replace(now) {
            None => 0.0,
            Some(before) => {
                let samples = now.samples_since(before).min(LONGEST_FORGETTING_SAMPLES);
                FORGETTING_PER_SECOND.powf(samples as f32 / LONGEST_FORGETTING_SAMPLES as f32)
            }
        };
        self.of_late_rms = rms.max(self.of_late_rms * kept);
    }
}

fn rms(sound: &[f32]) -> f32 {
    (sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len().max(1) as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 48_000;

    fn after(blocks: &[(u64, f32)]) -> f32 {
        let mut loudness = Loudness::new();
        for &(second, level) in blocks {
            loudness.hear(&[level; 480], SamplePosition(second * SECOND));
        }
        loudness.of_late_rms()
    }

    #[test]
    fn the_loudest_of_late_fades_by_half_in_a_second_that_is_listened_to() {
        assert!((after(&[(0, 0.4)]) - 0.4).abs() < 1e-6, "the first block replaces the guess");
        assert!((after(&[(0, 0.4), (1, 0.01)]) - 0.2).abs() < 1e-6);
        assert!((after(&[(0, 0.4), (1, 0.01), (2, 0.01)]) - 0.1).abs() < 1e-6);
        assert!((after(&[(0, 0.4), (100, 0.01)]) - 0.2).abs() < 1e-6, "a pause is not silence");
        assert!((after(&[(0, 0.01), (1, 0.4)]) - 0.4).abs() < 1e-6, "louder counts at once");
    }

    #[test]
    fn the_level_of_silence_is_a_hundred_decibels_below_full_scale() {
        let mut loudness = Loudness::new();
        loudness.hear(&[-0.5; 480], SamplePosition(0));
        assert!((loudness.dbfs() + 6.02).abs() < 0.01 && (loudness.amplitude() - 0.5).abs() < 1e-6);
        loudness.be_silent();
        assert!((loudness.dbfs() + 100.0).abs() < 1e-3 && loudness.amplitude() == 0.0);
    }
}
