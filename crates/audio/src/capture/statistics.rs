//! Statistics of a capture chain, as plain data.

use super::settings::NoiseLevel;

/// Figures of a [`CaptureChain`](crate::CaptureChain): counts since it was made, and levels of the last block.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CaptureStatistics {
    /// Blocks of 10 ms that were processed.
    pub blocks: u64,
    /// Samples of microphone or loudspeaker that were not numbers or infinite; they became silence.
    pub non_finite_samples: u64,
    /// Samples of the microphone at full scale or above; higher values were clipped.
    pub clipped_samples: u64,
    /// Level of the microphone's last block, in dB of full scale (root mean square), at least −100.
    pub input_level_dbfs: f32,
    /// The same of what left the chain.
    pub output_level_dbfs: f32,
    /// Mean absolute value of the chain's output, 0 to 1.
    pub output_amplitude: f32,
    /// The current automatic gain, in dB.
    pub gain_db: f32,
    /// The probability of speech, 0 to 1.
    pub speech_probability: f32,
    /// The noise suppression in force.
    pub noise: Option<NoiseLevel>,
    /// The level that is set is not in force, because the machine is too slow for it.
    pub is_noise_reduced: bool,
    /// Figures of the echo canceller, if it is on.
    pub echo: Option<EchoStatistics>,
}

/// Figures of the echo canceller.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EchoStatistics {
    /// The echo's attenuation at the microphone relative to the playback, in dB (echo return loss).
    pub return_loss_db: f32,
    /// The further attenuation by the linear filter, in dB (echo return loss enhancement).
    pub return_loss_enhancement_db: f32,
    /// The delay of the echo, in steps of 10 ms; 0 if there is none.
    pub delay_ms: u32,
    /// How often the way from loudspeaker to microphone has changed.
    pub path_changes: u64,
}
