//! Errors of effects.

use super::presets::effect_preset_names;
use crate::limits::EFFECTS_MAX;

/// An error in a chain of effects.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EffectError {
    /// There is no preset of this name.
    #[error("unknown effect {name:?}, expected one of {}", listed(effect_preset_names()))]
    UnknownPreset {
        /// The name.
        name: String,
    },
    /// The effect has no such setting.
    #[error("unknown setting {setting:?} of the effect {effect:?}, expected one of {}", known.join(", "))]
    UnknownSetting {
        /// The preset's name.
        effect: String,
        /// The setting's name.
        setting: String,
        /// The settings of the preset.
        known: Vec<&'static str>,
    },
    /// A setting has no number.
    #[error("invalid setting {text:?} of the effect {effect:?}, expected for example {example:?}")]
    InvalidSetting {
        /// The preset's name.
        effect: String,
        /// The invalid text.
        text: String,
        /// A valid example.
        example: String,
    },
    /// The chain is too long.
    #[error("a chain of {effects} effects, expected at most {EFFECTS_MAX}")]
    TooManyEffects {
        /// How many effects it has.
        effects: usize,
    },
}

impl EffectError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownPreset { .. } => "unknown-preset",
            Self::UnknownSetting { .. } => "unknown-setting",
            Self::InvalidSetting { .. } => "invalid-setting",
            Self::TooManyEffects { .. } => "too-many-effects",
        }
    }
}

fn listed(names: impl Iterator<Item = &'static str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
