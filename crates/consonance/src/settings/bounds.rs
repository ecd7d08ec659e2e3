//! The ranges of all numbers in a player's settings: settings as a whole are rejected if out of range, single values
//! are clamped.

use std::ops::RangeInclusive;

use consonance_audio::limits::{PRE_ROLL_MS_MAX, VOLUME_MAX};
use consonance_audio::{ActivationSettings, CaptureSettings, DuckingSettings};

pub(super) const VOLUME: RangeInclusive<f32> = 0.0..=VOLUME_MAX;
/// Shares and probabilities.
pub(super) const SHARE: RangeInclusive<f32> = 0.0..=1.0;
/// Fades longer than a minute are useless.
pub(super) const DUCKING_MS_MAX: u32 = 60_000;
/// The longest hold time of the voice detector, in milliseconds.
pub(super) const HOLD_MS_MAX: u32 = 60_000;

/// A volume clamped to its range; `None` for NaN.
pub(crate) fn volume(volume: f32) -> Option<f32> {
    (!volume.is_nan()).then(|| volume.clamp(*VOLUME.start(), *VOLUME.end()))
}

/// Clamps to valid values.
pub(crate) fn ducking(settings: DuckingSettings) -> DuckingSettings {
    DuckingSettings {
        level: share(settings.level, DuckingSettings::default().level),
        down_ms: settings.down_ms.min(DUCKING_MS_MAX),
        up_ms: settings.up_ms.min(DUCKING_MS_MAX),
    }
}

/// Clamps to valid values.
pub(crate) fn activation(settings: ActivationSettings) -> ActivationSettings {
    ActivationSettings { pre_roll_ms: settings.pre_roll_ms.min(PRE_ROLL_MS_MAX), ..settings }
}

/// Clamps to valid values.
pub(crate) fn capture(mut settings: CaptureSettings) -> CaptureSettings {
    let suited = CaptureSettings::default().voice_detection;
    settings.background_removal = settings.background_removal.map(|removed| share(removed, 0.0));
    let detection = &mut settings.voice_detection;
    detection.threshold = share(detection.threshold, suited.threshold);
    detection.hysteresis = share(detection.hysteresis, suited.hysteresis);
    detection.hold_ms = detection.hold_ms.min(HOLD_MS_MAX);
    settings
}

/// `otherwise` is for NaN.
fn share(value: f32, otherwise: f32) -> f32 {
    if value.is_nan() { otherwise } else { value.clamp(*SHARE.start(), *SHARE.end()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::VoiceSettings;

    #[test]
    fn whatever_is_brought_into_its_range_is_valid() {
        for number in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -1.0, 7.5] {
            let mut absurd = VoiceSettings::default();
            (absurd.ducking.level, absurd.ducking.down_ms, absurd.ducking.up_ms) =
                (number, u32::MAX, u32::MAX);
            absurd.activation.pre_roll_ms = u32::MAX;
            absurd.capture.background_removal = Some(number);
            let detection = &mut absurd.capture.voice_detection;
            (detection.threshold, detection.hysteresis, detection.hold_ms) = (number, number, u32::MAX);
            assert!(absurd.validate().is_err());
            let VoiceSettings { ducking: ducked, activation: activated, capture: captured, .. } = absurd;
            let brought = VoiceSettings {
                ducking: ducking(ducked),
                activation: activation(activated),
                capture: capture(captured),
                master_volume: volume(number).unwrap_or(1.0),
                ..VoiceSettings::default()
            };
            assert!(brought.validate().is_ok(), "{brought:?}");
        }
    }

    #[test]
    fn what_is_in_its_range_stays() {
        let settings = VoiceSettings::default();
        assert_eq!(ducking(settings.ducking), settings.ducking);
        assert_eq!(activation(settings.activation), settings.activation);
        assert_eq!(capture(settings.capture), settings.capture);
    }
}
