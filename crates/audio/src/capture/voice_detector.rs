//! Whether somebody speaks.

use earshot::Detector;

use super::decimator::{DECIMATED_SAMPLES, Decimator};
use super::settings::VoiceDetectionSettings;
use crate::block::{BLOCK_SAMPLES, SAMPLE_RATE_HZ};

/// Samples at 16 kHz that the network looks at in one go, 16 ms.
const FRAME_SAMPLES: usize = 256;

/// A neural network's opinion, with hysteresis and a hang-over, so that a pause between two words is not the end.
pub(crate) struct VoiceDetector {
    settings: VoiceDetectionSettings,
    network: Box<Detector>,
    decimator: Decimator,
    frame: [f32; FRAME_SAMPLES],
    filled: usize,
    probability: f32,
    /// Blocks for which speech goes on without any; 0 in silence.
    hang_over_left: u32,
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
            hang_over_left: 0,
        }
    }

    pub(crate) fn set_settings(&mut self, settings: VoiceDetectionSettings) {
        self.settings = settings;
    }

    /// Listens to one block; says whether it belongs to speech. What `is_echo` does not, however like speech it is.
    pub(crate) fn process(&mut self, block: &[f32; BLOCK_SAMPLES], is_echo: bool) -> bool {
        self.listen(block);
        if is_echo {
            self.probability = 0.0;
        }
        let VoiceDetectionSettings { threshold, hysteresis, .. } = self.settings;
        let speaking = self.hang_over_left > 0;
        let enough = if speaking { threshold - hysteresis } else { threshold };
        if self.probability >= enough && self.probability > 0.0 {
            self.hang_over_left = self.hang_over_blocks() + 1;
        } else {
            self.hang_over_left = self.hang_over_left.saturating_sub(1);
        }
        self.hang_over_left > 0
    }

    /// How probable it is that somebody speaks, 0 to 1.
    pub(crate) fn probability(&self) -> f32 {
        self.probability
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

    fn hang_over_blocks(&self) -> u32 {
        const BLOCK_MS: u32 = BLOCK_SAMPLES as u32 * 1_000 / SAMPLE_RATE_HZ;
        const MOST_MS: u32 = 60_000;
        self.settings.hang_over_ms.min(MOST_MS) / BLOCK_MS
    }
}
