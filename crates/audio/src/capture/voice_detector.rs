//! Voice activity detection.

use earshot::Detector;

use super::decimator::{DECIMATED_SAMPLES, Decimator};
use super::settings::VoiceDetectionSettings;
use crate::block::{BLOCK_SAMPLES, SAMPLE_RATE_HZ};

/// Samples at 16 kHz that the network looks at in one go, 16 ms.
const FRAME_SAMPLES: usize = 256;

/// A neural network's opinion, with hysteresis and a hold time, so that a pause between two words is not the end.
pub(crate) struct VoiceDetector {
    settings: VoiceDetectionSettings,
    network: Box<Detector>,
    decimator: Decimator,
    frame: [f32; FRAME_SAMPLES],
    filled: usize,
    probability: f32,
    /// Blocks for which speech continues without any; 0 in silence.
    hold_left: u32,
}

impl VoiceDetector {
    pub(crate) fn new(settings: VoiceDetectionSettings) -> Self {
        Self {
            settings,
            network: Detector::default_boxed(),
            decimator: Decimator::new(),
            frame: [0.0; FRAME_SAMPLES],
            filled: 0,
            probability: 0.0,
            hold_left: 0,
        }
    }

    pub(crate) fn set_settings(&mut self, settings: VoiceDetectionSettings) {
        self.settings = settings;
    }

    /// Analyses one block; returns whether it belongs to speech. Blocks of `is_echo` do not, however much they resemble
    /// it.
    pub(crate) fn process(&mut self, block: &[f32; BLOCK_SAMPLES], is_echo: bool) -> bool {
        self.listen(block);
        if is_echo {
            self.probability = 0.0;
        }
        if self.is_enough(self.probability) {
            self.hold_left = self.hold_blocks() + 1;
        } else {
            self.hold_left = self.hold_left.saturating_sub(1);
        }
        self.hold_left > 0
    }

    /// Whether there was speech in the last block or the `blocks` before it, at most the hold time ago.
    pub(crate) fn was_speech_within(&self, blocks: u32) -> bool {
        self.hold_left + blocks > self.hold_blocks() && self.hold_left > 0
    }

    /// The probability of speech, 0 to 1.
    pub(crate) fn probability(&self) -> f32 {
        self.probability
    }

    /// Whether so much probability is speech, after what came before it.
    fn is_enough(&self, probability: f32) -> bool {
        let VoiceDetectionSettings { threshold, hysteresis, .. } = self.settings;
        let is_speaking = self.hold_left > 0;
        let enough = if is_speaking { threshold - hysteresis } else { threshold };
        probability >= enough && probability > 0.0
    }

    fn listen(&mut self, block: &[f32; BLOCK_SAMPLES]) {
        let samples: [f32; DECIMATED_SAMPLES] = self.decimator.process(block);
        for sample in samples {
            self.frame[self.filled] = sample.clamp(-1.0, 1.0);
            self.filled += 1;
            if self.filled == FRAME_SAMPLES {
                self.filled = 0;
                let probability = self.network.predict_f32(&self.frame);
                self.probability = if probability.is_finite() { probability.clamp(0.0, 1.0) } else { 0.0 };
            }
        }
    }

    fn hold_blocks(&self) -> u32 {
        const BLOCK_MS: u32 = BLOCK_SAMPLES as u32 * 1_000 / SAMPLE_RATE_HZ;
        const MOST_MS: u32 = 60_000;
        self.settings.hold_ms.min(MOST_MS) / BLOCK_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::VoiceSensitivity::{High, Low, Medium, VeryHigh};

    #[test]
    fn the_more_sensitive_the_less_it_takes_to_be_taken_for_speech() {
        let opens_at = [Low, Medium, High, VeryHigh].map(|sensitivity| {
            let detector = VoiceDetector::new(VoiceDetectionSettings::with_sensitivity(sensitivity));
            (1_u8..=100).find(|percent| detector.is_enough(f32::from(*percent) / 100.0))
        });
        assert_eq!(opens_at, [Some(70), Some(50), Some(35), Some(20)]);
        assert_eq!(VoiceDetectionSettings::with_sensitivity(Medium), VoiceDetectionSettings::DEFAULT);
    }

    #[test]
    fn how_long_ago_speech_was_does_not_depend_on_the_hold_time() {
        for hold_ms in [200, 1_000] {
            let settings = VoiceDetectionSettings { hold_ms, ..VoiceDetectionSettings::DEFAULT };
            let mut detector = VoiceDetector::new(settings);
            assert!(!detector.was_speech_within(3));
            detector.hold_left = detector.hold_blocks() + 1;
            let silence = [0.0; BLOCK_SAMPLES];
            let lately: Vec<bool> = (0..5)
                .map(|_| {
                    let lately = detector.was_speech_within(3);
                    detector.process(&silence, true);
                    lately
                })
                .collect();
            assert_eq!(lately, [true, true, true, true, false]);
        }
    }

    #[test]
    fn speech_goes_on_with_less_than_it_took_to_begin() {
        let mut detector = VoiceDetector::new(VoiceDetectionSettings::DEFAULT);
        assert!(!detector.is_enough(0.4));
        detector.hold_left = 1;
        assert!(detector.is_enough(0.4));
        assert!(!detector.is_enough(0.3));
    }
}
