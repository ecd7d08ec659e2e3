//! Voice effects, applied between the decoder and the loudspeaker.
//!
//! ```text
//! decoded block ─▶ EffectRack: one processor per effect of the EffectChain ─▶ volume ─▶ place
//!                                                                               └─▶ Reverb, one per zone
//! ```
//!
//! An [`EffectChain`] is a value that describes effects; an [`EffectRack`] is what runs them for one voice. All
//! processors have one shape: settings with units and ranges, `set`, and `process` for one mono block in place. Only
//! the [`Reverb`] is shared by many voices, has two outputs and adds to them.

mod biquad;
mod chain;
mod compressor;
mod distance;
mod error;
mod megaphone;
mod muffle;
mod noise;
mod pitch_shift;
mod presets;
mod rack;
mod radio;
mod reverb;
mod saturation;
mod text;
mod voice_effect;

pub use chain::EffectChain;
pub use distance::{DistanceSettings, air_cutoff_hz};
pub use error::EffectError;
pub use megaphone::MegaphoneSettings;
pub use muffle::MuffleSettings;
pub use pitch_shift::{PITCH_SHIFT_LATENCY_SAMPLES, PitchShiftSettings};
pub use presets::{effect_preset_names, effect_presets};
pub use rack::EffectRack;
pub use radio::RadioSettings;
pub use reverb::{Reverb, ReverbSettings, ReverbSize};
pub use voice_effect::VoiceEffect;

/// A setting within its range; one that is not a number becomes the default.
fn sensible(value: f32, least: f32, most: f32, default: f32) -> f32 {
    if value.is_nan() { default } else { value.clamp(least, most) }
}
