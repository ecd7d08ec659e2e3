//! Settings of a mixer: at its construction, and while it runs.

use crate::jitter::JitterSettings;
use crate::limits::{DEFAULT_MAX_DECODED, DEFAULT_MAX_SPEAKERS, VOLUME_MAX};

/// Settings of a mixer at its construction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MixerSettings {
    /// The most speakers at the same time.
    pub max_speakers: usize,
    /// Speakers that are decoded at the same time: the loudest at the listener's ear. 0 counts as 1.
    pub max_decoded: usize,
    /// How their jitter buffers weigh delay against quality.
    pub jitter: JitterSettings,
}

impl Default for MixerSettings {
    fn default() -> Self {
        Self {
            max_speakers: DEFAULT_MAX_SPEAKERS,
            max_decoded: DEFAULT_MAX_DECODED,
            jitter: JitterSettings::default(),
        }
    }
}

/// How all speakers are turned down while the listener speaks. The defaults are those of the original.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case", default, deny_unknown_fields)
)]
pub struct DuckingSettings {
    /// The level while ducked, as an amplitude factor from 0 to 1; other values are clamped to that range, NaN becomes
    /// the default, 0.5.
    pub level: f32,
    /// The time to turn down, in ms, at least one block of 10 ms. 300 by default.
    pub down_ms: u32,
    /// The time to return, in ms, at least one block. 500 by default.
    pub up_ms: u32,
}

impl DuckingSettings {
    const DEFAULT_LEVEL: f32 = 0.5;

    pub(super) fn sensible_level(&self) -> f32 {
        if self.level.is_nan() { Self::DEFAULT_LEVEL } else { self.level.clamp(0.0, 1.0) }
    }
}

impl Default for DuckingSettings {
    fn default() -> Self {
        Self { level: Self::DEFAULT_LEVEL, down_ms: 300, up_ms: 500 }
    }
}

/// A volume clamped to its range, 0 to 4; `None` if it is not a number.
pub(super) fn sensible_volume(volume: f32) -> Option<f32> {
    (!volume.is_nan()).then(|| volume.clamp(0.0, VOLUME_MAX))
}
