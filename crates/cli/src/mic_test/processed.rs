//! A recording after the capture chain.

use consonance::audio::{BLOCK_SAMPLES, CaptureChain, CaptureSettings};

/// A recording as listeners would hear it.
pub(crate) struct Processed {
    pub(crate) sound: Vec<[f32; BLOCK_SAMPLES]>,
    /// The share of its blocks that count as speech, 0 to 1.
    pub(crate) speech_share: f64,
    /// The automatic gain at the end, in dB.
    pub(crate) gain_db: f32,
}

impl Processed {
    /// Runs a recording through a chain without a loudspeaker.
    pub(crate) fn of(recording: &[[f32; BLOCK_SAMPLES]], settings: CaptureSettings) -> Self {
        let mut chain = CaptureChain::new(settings);
        let mut sound = recording.to_vec();
        let analyses = sound.iter_mut().map(|block| chain.process(block, None));
        let speech_share =
            analyses.filter(|analysis| analysis.is_speech).count() as f64 / recording.len().max(1) as f64;
        Self { sound, speech_share, gain_db: chain.statistics().gain_db }
    }
}

#[cfg(test)]
mod tests {
    use consonance::audio::{Input as _, WavInput};

    use super::*;

    #[test]
    fn a_voice_is_speech_and_quiet_voices_are_raised() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/speech/austen-1.wav");
        let mut input = WavInput::open(path).unwrap();
        let recording: Vec<_> = (0..400)
            .map(|_| {
                let mut block = [0.0; BLOCK_SAMPLES];
                input.read(&mut block);
                block.map(|sample| sample / 8.0)
            })
            .collect();
        let processed = Processed::of(&recording, CaptureSettings::default());
        assert!(processed.speech_share > 0.5, "{}", processed.speech_share);
        assert!(processed.gain_db > 3.0, "{}", processed.gain_db);
        let untouched = Processed::of(&recording, CaptureSettings::UNPROCESSED);
        assert!(untouched.sound == recording, "with every stage off, samples stay as they were");
    }
}
