//! One voice effect, as a value.

use super::distance::DistanceSettings;
use super::megaphone::MegaphoneSettings;
use super::muffle::MuffleSettings;
use super::pitch_shift::PitchShiftSettings;
use super::radio::RadioSettings;
use super::reverb::ReverbSettings;

/// One effect with its settings. Numbers are clamped to their ranges, NaN becomes the default.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum VoiceEffect {
    /// A radio.
    Radio(RadioSettings),
    /// An obstacle, such as a wall.
    Muffle(MuffleSettings),
    /// Distance through air.
    Distance(DistanceSettings),
    /// A megaphone.
    Megaphone(MegaphoneSettings),
    /// A pitch shift.
    PitchShift(PitchShiftSettings),
    /// The reverberation of a room. Wherever it is in a chain, it is applied last, in stereo, after the volume; if a
    /// chain has several, the first counts.
    Reverb(ReverbSettings),
}

impl VoiceEffect {
    pub(super) fn within_range(self) -> Self {
        match self {
            Self::Radio(settings) => Self::Radio(settings.within_range()),
            Self::Muffle(settings) => Self::Muffle(settings.within_range()),
            Self::Distance(settings) => Self::Distance(settings.within_range()),
            Self::Megaphone(settings) => Self::Megaphone(settings.within_range()),
            Self::PitchShift(settings) => Self::PitchShift(settings.within_range()),
            Self::Reverb(settings) => Self::Reverb(settings.within_range()),
        }
    }
}
