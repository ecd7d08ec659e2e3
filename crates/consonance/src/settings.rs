//! A player's settings as one value: checked, applied while the chat runs, and stored in a file if the game asks for
//! it.

pub(crate) mod bounds;
#[cfg(feature = "settings-files")]
mod file;
mod in_force;

use std::ops::RangeInclusive;

use consonance_audio::limits::PRE_ROLL_MS_MAX;
use consonance_audio::{
    ActivationSettings, CaptureSettings, DuckingSettings, EncoderSettings, FrameSize, Quality, Redundancy,
};
#[cfg(feature = "devices")]
use consonance_device::devices::DeviceSelection;

pub(crate) use in_force::SettingsInForce;

use bounds::{DUCKING_MS_MAX, HOLD_MS_MAX, SHARE, VOLUME};

/// All persistent settings of a player.
///
/// Start with the default and change individual fields; pass it to
/// [`VoiceChatBuilder::settings`](crate::VoiceChatBuilder::settings) and, at any time later, to
/// [`VoiceChat::apply_settings`](crate::VoiceChat::apply_settings). Names in files are those of the fields, with
/// hyphens.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "settings-files",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case", default, deny_unknown_fields)
)]
#[non_exhaustive]
pub struct VoiceSettings {
    /// The quality and bit rate of the local voice.
    pub quality: Quality,
    /// How much sound goes into one packet (default 20 ms; the original's is 40 ms). Changing it means rejoining the
    /// session, which happens by itself.
    pub frame: FrameSize,
    /// Whether packets carry a copy of earlier sound if losses call for it (default true).
    pub error_correction: bool,
    /// The volume of all players: an amplitude factor, 0 to 4 (default 1).
    pub master_volume: f32,
    /// Whether all players are brought to the same loudness (default false).
    #[cfg_attr(feature = "settings-files", serde(alias = "levelling"))]
    pub auto_volume: bool,
    /// The microphone, if the chat uses one.
    #[cfg(feature = "devices")]
    pub microphone: DeviceSelection,
    /// The loudspeaker, if the chat uses one.
    #[cfg(feature = "devices")]
    pub loudspeaker: DeviceSelection,
    /// When the local player is heard.
    pub activation: ActivationSettings,
    /// How far all players are turned down while the local player speaks.
    pub ducking: DuckingSettings,
    /// Processing of the microphone's sound before it is sent.
    pub capture: CaptureSettings,
}

impl Default for VoiceSettings {
    fn default() -> Self {
        Self {
            quality: Quality::default(),
            frame: FrameSize::default(),
            error_correction: true,
            master_volume: 1.0,
            auto_volume: false,
            #[cfg(feature = "devices")]
            microphone: DeviceSelection::Default,
            #[cfg(feature = "devices")]
            loudspeaker: DeviceSelection::Default,
            activation: ActivationSettings::default(),
            ducking: DuckingSettings::default(),
            capture: CaptureSettings::default(),
        }
    }
}

/// Why settings are invalid, or cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum SettingsError {
    /// A number is out of its range.
    #[error("{setting} is {value}, expected {lowest} to {highest}")]
    OutOfRange {
        /// The setting, as it is called in a file.
        setting: &'static str,
        /// Its value.
        value: f64,
        /// The lowest valid value.
        lowest: f64,
        /// The highest valid value.
        highest: f64,
    },
    /// The file cannot be read or written.
    #[cfg(feature = "settings-files")]
    #[error("the settings in {} cannot be {attempted}: {cause}", path.display())]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// The operation: "read" or "written".
        attempted: &'static str,
        /// Why it failed.
        cause: std::io::Error,
    },
    /// The file does not contain valid settings.
    #[cfg(feature = "settings-files")]
    #[error("invalid settings in {}: {problem}; correct them, or delete the file", path.display())]
    Syntax {
        /// The file.
        path: std::path::PathBuf,
        /// The place, and the problem.
        problem: String,
    },
}

impl SettingsError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OutOfRange { .. } => "out-of-range",
            #[cfg(feature = "settings-files")]
            Self::File { .. } => "file",
            #[cfg(feature = "settings-files")]
            Self::Syntax { .. } => "syntax",
        }
    }
}

impl VoiceSettings {
    /// Checks every number.
    ///
    /// # Errors
    /// The first setting that is out of its range.
    pub fn validate(&self) -> Result<(), SettingsError> {
        let detection = &self.capture.voice_detection;
        check("master-volume", self.master_volume, VOLUME)?;
        check("ducking.level", self.ducking.level, SHARE)?;
        check("ducking.down-ms", self.ducking.down_ms as f32, 0.0..=DUCKING_MS_MAX as f32)?;
        check("ducking.up-ms", self.ducking.up_ms as f32, 0.0..=DUCKING_MS_MAX as f32)?;
        check("activation.pre-roll-ms", self.activation.pre_roll_ms as f32, 0.0..=PRE_ROLL_MS_MAX as f32)?;
        check("capture.background-removal", self.capture.background_removal.unwrap_or(0.0), SHARE)?;
        check("capture.voice-detection.threshold", detection.threshold, SHARE)?;
        check("capture.voice-detection.hysteresis", detection.hysteresis, SHARE)?;
        check("capture.voice-detection.hold-ms", detection.hold_ms as f32, 0.0..=HOLD_MS_MAX as f32)
    }

    /// The encoder settings for these.
    pub fn encoder(&self) -> EncoderSettings {
        let suited = self.quality.encoder_settings();
        let redundancy = if self.error_correction { suited.redundancy } else { Redundancy::None };
        EncoderSettings { frame: self.frame, redundancy, ..suited }
    }
}

fn check(setting: &'static str, value: f32, range: RangeInclusive<f32>) -> Result<(), SettingsError> {
    if range.contains(&value) {
        return Ok(());
    }
    let (lowest, highest) = (f64::from(*range.start()), f64::from(*range.end()));
    Err(SettingsError::OutOfRange { setting, value: f64::from(value), lowest, highest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_its_range_and_the_error_names_it() {
        type Change = fn(&mut VoiceSettings);
        let changes: [(&str, Change); 9] = [
            ("master-volume is NaN", |settings| settings.master_volume = f32::NAN),
            ("master-volume is 4.5", |settings| settings.master_volume = 4.5),
            ("ducking.level is -1", |settings| settings.ducking.level = -1.0),
            ("ducking.down-ms is 60001", |settings| settings.ducking.down_ms = 60_001),
            ("activation.pre-roll-ms is 1001", |settings| settings.activation.pre_roll_ms = 1001),
            ("capture.background-removal is inf", |settings| {
                settings.capture.background_removal = Some(f32::INFINITY);
            }),
            ("capture.voice-detection.threshold is 2", |settings| {
                settings.capture.voice_detection.threshold = 2.0;
            }),
            ("capture.voice-detection.hysteresis is 3", |settings| {
                settings.capture.voice_detection.hysteresis = 3.0;
            }),
            ("capture.voice-detection.hold-ms is 70000", |settings| {
                settings.capture.voice_detection.hold_ms = 70_000;
            }),
        ];
        assert!(VoiceSettings::default().validate().is_ok());
        for (expected, change) in changes {
            let mut settings = VoiceSettings::default();
            change(&mut settings);
            let error = settings.validate().unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn music_has_no_copies_and_others_have_them_unless_they_are_switched_off() {
        let mut settings = VoiceSettings::default();
        assert_eq!(settings.encoder().redundancy, Redundancy::Fec);
        settings.error_correction = false;
        assert_eq!(settings.encoder().redundancy, Redundancy::None);
        (settings.error_correction, settings.quality) = (true, Quality::Music);
        assert_eq!(settings.encoder().redundancy, Redundancy::None);
    }
}
