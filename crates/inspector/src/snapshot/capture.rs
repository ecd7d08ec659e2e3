//! Capture of the local voice, and devices.

use serde::{Deserialize, Serialize};

/// The capture of the local voice.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "lamps of a panel, each by itself")]
pub struct CaptureSnapshot {
    /// When the voice is sent, as all channels that are not closed agree; without such channels, the chat's setting.
    pub activation: EffectiveActivation,
    /// Whether the key for push to talk is held.
    pub key_held: bool,
    /// Whether the detector hears speech.
    pub is_voice_detected: bool,
    /// Whether captured sound is sent, as far as the activation decides it.
    pub is_transmitting: bool,
    /// Milliseconds since a frame was sent to a listener; 0 while speaking, `None` if none ever was.
    pub spoke_ms_ago: Option<u64>,
    /// The duration of the current or the last utterance, in milliseconds.
    pub utterance_ms: u64,
    /// Milliseconds since the input was louder than -80 dB of full scale; `None` if it never was.
    pub sound_ms_ago: Option<u64>,
    /// Blocks of 10 ms that were captured.
    pub blocks: u64,
    /// Whether the input has ended, as a file does.
    pub has_ended: bool,
    /// Level of the input, in dB of full scale.
    pub input_level_dbfs: f32,
    /// Level after the processing, in dB of full scale.
    pub output_level_dbfs: f32,
    /// The automatic gain, in dB.
    pub gain_db: f32,
    /// The probability of speech, 0 to 1.
    pub speech_probability: f32,
    /// The echo canceller, if it is on.
    pub echo: Option<EchoRow>,
    /// The noise suppression level in force, named as in the settings; empty if it is off.
    pub noise: String,
    /// Whether the configured level is not in force, because the machine is too slow for it.
    pub is_noise_reduced: bool,
    /// The delay from recording to sending, in milliseconds.
    pub delay_ms: f32,
    /// Samples at full scale or above.
    pub clipped_samples: u64,
    /// Blocks of 10 ms that were lost between threads.
    pub dropped_blocks: u64,
}

/// When the local voice is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EffectiveActivation {
    /// Always.
    #[default]
    Open,
    /// While a key is held.
    PushToTalk,
    /// During speech.
    Voice,
    /// Each channel decides for itself.
    Other,
}

/// Figures of the echo canceller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EchoRow {
    /// By how much the echo at the microphone is quieter than the played sound, in dB.
    pub return_loss_db: f32,
    /// By how much the canceller reduces it further, in dB.
    pub return_loss_enhancement_db: f32,
    /// The delay of the echo, in milliseconds.
    pub delay_ms: u32,
    /// How often the path from loudspeaker to microphone has changed.
    pub path_changes: u64,
}

/// A microphone or loudspeaker, or a game's engine in the place of one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DeviceSnapshot {
    /// Its state.
    pub state: DeviceStatus,
    /// Its name, while it runs.
    pub name: String,
    /// Samples per second, while it runs.
    pub rate_hz: u32,
    /// Delay of all buffers, in milliseconds.
    pub latency_ms: f32,
    /// How often sound was interrupted.
    pub xruns: u64,
    /// How often it was reopened.
    pub reopened: u64,
    /// Sound queued between its clock and ours, in milliseconds.
    pub fill_ms: f32,
    /// The target for the queued sound.
    pub target_ms: f32,
    /// By how much its clock is faster than ours, in ppm.
    pub drift_ppm: f32,
}

impl DeviceSnapshot {
    /// The state, in words.
    pub(crate) fn in_words(&self) -> String {
        let Self { name, fill_ms, target_ms, drift_ppm, xruns, .. } = self;
        format!(
            "{name} runs: {fill_ms:.0} of {target_ms:.0} ms wait, its clock differs by {drift_ppm:.0} ppm, sound was \
             interrupted {xruns} times"
        )
    }
}

/// The state of a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeviceStatus {
    /// Sound flows.
    Running,
    /// It stopped without notice, and is being reopened.
    Lost,
    /// There is none.
    Missing,
    /// The system denies access to it.
    Denied,
    /// It cannot be opened, usually because another program uses it.
    Busy,
    /// A game's engine that currently delivers or takes no sound.
    NotCalled,
    /// None is wanted, or it is not opened yet.
    #[default]
    Off,
}
