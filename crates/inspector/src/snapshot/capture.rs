//! One's own voice, and devices.

use serde::{Deserialize, Serialize};

/// How one's own voice is captured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "lamps of a panel, each by itself")]
pub struct CaptureSnapshot {
    /// When it is sent, as all channels together say that are not closed; without such, as the chat says.
    pub activation: EffectiveActivation,
    /// Whether the key for push to talk is held.
    pub key_held: bool,
    /// Whether the detector hears speech.
    pub is_voice_detected: bool,
    /// Whether what is captured is sent, as far as the activation is asked.
    pub is_transmitting: bool,
    /// Milliseconds since a frame was sent to a listener; 0 while it is, none if it never was.
    pub spoke_ms_ago: Option<u64>,
    /// How long the present utterance lasts, or the last one lasted, in milliseconds.
    pub utterance_ms: u64,
    /// Milliseconds since the input was louder than -80 dB of full scale; none if it never was.
    pub sound_ms_ago: Option<u64>,
    /// Blocks of 10 ms that were captured.
    pub blocks: u64,
    /// The input has come to its end, as a file does.
    pub has_ended: bool,
    /// Level of the input, in dB of full scale.
    pub input_level_dbfs: f32,
    /// Level behind the processing, in dB of full scale.
    pub output_level_dbfs: f32,
    /// What the automatic gain adds, in dB.
    pub gain_db: f32,
    /// The probability of speech, 0 to 1.
    pub speech_probability: f32,
    /// The echo canceller, if it is on.
    pub echo: Option<EchoRow>,
    /// The level of noise suppression that is in force, as settings name it; empty if it is off.
    pub noise: String,
    /// The level that is set is not in force, because the machine is too slow for it.
    pub is_noise_reduced: bool,
    /// By how many milliseconds what is sent is later than what was recorded.
    pub delay_ms: f32,
    /// Samples at full scale or above.
    pub clipped_samples: u64,
    /// Blocks of 10 ms that were lost between threads.
    pub dropped_blocks: u64,
}

/// When one's own voice is sent.
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
    /// By how much the echo is quieter at the microphone than it was played, in dB.
    pub return_loss_db: f32,
    /// By how much the canceller lowers it further, in dB.
    pub return_loss_enhancement_db: f32,
    /// After how many milliseconds it arrives.
    pub delay_ms: u32,
    /// How often the way from loudspeaker to microphone has changed.
    pub path_changes: u64,
}

/// A microphone or loudspeaker, or a game's engine in the place of one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DeviceSnapshot {
    /// How it is doing.
    pub state: DeviceStatus,
    /// Its name, while it runs.
    pub name: String,
    /// Samples per second, while it runs.
    pub rate_hz: u32,
    /// Delay of all buffers, in milliseconds.
    pub latency_ms: f32,
    /// How often sound was interrupted.
    pub xruns: u64,
    /// How often it was opened again.
    pub reopened: u64,
    /// Sound that waits between its clock and ours, in milliseconds.
    pub fill_ms: f32,
    /// How much shall wait.
    pub target_ms: f32,
    /// By how much its clock is faster than ours, in millionths.
    pub drift_ppm: f32,
}

impl DeviceSnapshot {
    /// How it runs, in words.
    pub(crate) fn in_words(&self) -> String {
        let Self { name, fill_ms, target_ms, drift_ppm, xruns, .. } = self;
        format!(
            "{name} runs: {fill_ms:.0} of {target_ms:.0} ms wait, its clock differs by {drift_ppm:.0} ppm, sound was \
             interrupted {xruns} times"
        )
    }
}

/// How a device is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeviceStatus {
    /// Sound flows.
    Running,
    /// It stopped without a word, and is being opened again.
    Lost,
    /// There is none.
    Missing,
    /// The system does not let us use it.
    Denied,
    /// It cannot be opened, mostly because another program has it.
    Busy,
    /// It is a game's engine, which brings or takes no sound at present.
    NotCalled,
    /// None is wanted, or it is not opened yet.
    #[default]
    Off,
}
