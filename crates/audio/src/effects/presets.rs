//! Presets: effects by name.

use super::distance::DistanceSettings;
use super::megaphone::MegaphoneSettings;
use super::muffle::MuffleSettings;
use super::pitch_shift::PitchShiftSettings;
use super::radio::RadioSettings;
use super::reverb::ReverbSettings;
use super::voice_effect::VoiceEffect;

/// The first of a kind has its name.
const PRESETS: [(&str, VoiceEffect); 14] = [
    ("radio", VoiceEffect::Radio(RadioSettings::DEFAULT)),
    ("walkie-talkie", VoiceEffect::Radio(WALKIE_TALKIE)),
    ("wall", VoiceEffect::Muffle(MuffleSettings::WALL)),
    ("helmet", VoiceEffect::Muffle(MuffleSettings::HELMET)),
    ("underwater", VoiceEffect::Muffle(MuffleSettings::UNDERWATER)),
    ("distance", VoiceEffect::Distance(DistanceSettings::DEFAULT)),
    ("megaphone", VoiceEffect::Megaphone(MegaphoneSettings::DEFAULT)),
    ("pitch", VoiceEffect::PitchShift(PitchShiftSettings { semitones: 0.0 })),
    ("deep", VoiceEffect::PitchShift(PitchShiftSettings { semitones: -5.0 })),
    ("high", VoiceEffect::PitchShift(PitchShiftSettings { semitones: 5.0 })),
    ("room", VoiceEffect::Reverb(ReverbSettings::ROOM)),
    ("hall", VoiceEffect::Reverb(ReverbSettings::HALL)),
    ("cave", VoiceEffect::Reverb(ReverbSettings::CAVE)),
    ("tunnel", VoiceEffect::Reverb(ReverbSettings::TUNNEL)),
];

/// A small loudspeaker, driven hard, and a receiver at the edge of its range.
const WALKIE_TALKIE: RadioSettings =
    RadioSettings { strength: 0.55, tail_ms: 250.0, drive_db: 15.0, low_hz: 450.0, high_hz: 2_800.0 };

/// Each preset, and what it is, in the order of their documentation.
pub fn effect_presets() -> impl Iterator<Item = (&'static str, VoiceEffect)> {
    PRESETS.into_iter()
}

/// The names of all presets.
pub fn effect_preset_names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|(name, _)| *name)
}
