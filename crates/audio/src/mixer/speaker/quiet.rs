//! Detects pauses between words, the only places where sound can be left out inaudibly.

use crate::block::BLOCK_SAMPLES;

/// Always quiet below −60 dB of full scale …
const SILENCE_RMS: f32 = 0.001;

/// … and below −26 dB of how loud the speaker was recently.
const RELATIVE_RMS: f32 = 0.05;

/// Until speech has been heard, it is taken to be this loud, −20 dB: what comes before the first word is a pause.
const USUAL_RMS: f32 = 0.1;

/// The remembered loudness falls by half in 7 s of quiet blocks.
const FORGETTING_PER_BLOCK: f32 = 0.999;

/// A stop consonant has up to 30 ms of silence of its own.
const PAUSE_BLOCKS: u32 = 4;

/// Follows one speaker's loudness block by block.
#[derive(Debug)]
pub(super) struct QuietDetector {
    loud_rms: f32,
    quiet_blocks: u32,
}

impl Default for QuietDetector {
    fn default() -> Self {
        Self { loud_rms: USUAL_RMS, quiet_blocks: 0 }
    }
}

impl QuietDetector {
    /// Takes decoded sound, and says whether it ends in a pause that has lasted 40 ms.
    pub(super) fn in_pause(&mut self, sound: &[f32]) -> bool {
        for block in sound.chunks(BLOCK_SAMPLES) {
            let rms = (block.iter().map(|sample| sample * sample).sum::<f32>() / block.len() as f32).sqrt();
            self.loud_rms = rms.max(self.loud_rms * FORGETTING_PER_BLOCK);
            let quiet = rms < SILENCE_RMS || rms < self.loud_rms * RELATIVE_RMS;
            self.quiet_blocks = if quiet { self.quiet_blocks.saturating_add(1) } else { 0 };
        }
        self.quiet_blocks >= PAUSE_BLOCKS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_quiet_for_a_while_measured_against_speech() {
        let mut detector = QuietDetector::default();
        assert!(!detector.in_pause(&[0.1; 960]));
        assert!(!detector.in_pause(&[0.004; 960]), "too short");
        assert!(detector.in_pause(&[0.004; 960]));
        assert!(!detector.in_pause(&[0.02; 960]), "a soft sound ends it");
    }

    #[test]
    fn the_background_before_the_first_word_is_a_pause() {
        let mut detector = QuietDetector::default();
        detector.in_pause(&[0.004; 960]);
        assert!(detector.in_pause(&[0.004; 960]));
    }

    #[test]
    fn steady_soft_sound_is_no_pause() {
        let mut detector = QuietDetector::default();
        for _ in 0..50 {
            assert!(!detector.in_pause(&[0.01; 960]));
        }
    }
}
