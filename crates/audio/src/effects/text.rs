//! Chains of effects as text: `radio strength=0.3, cave`.

use std::fmt::{Display, Formatter, Result as Written};
use std::str::FromStr;

use super::chain::EffectChain;
use super::error::EffectError;
use super::presets::effect_presets;
use super::reverb::ReverbSize;
use super::voice_effect::VoiceEffect;
use crate::limits::EFFECTS_MAX;

impl FromStr for EffectChain {
    type Err = EffectError;

    /// White space alone means no effect, as does the word `off`.
    fn from_str(text: &str) -> Result<Self, EffectError> {
        if matches!(text.trim(), "" | "off") {
            return Ok(Self::OFF);
        }
        let count = text.split(',').count();
        if count > EFFECTS_MAX {
            return Err(EffectError::TooManyEffects { effects: count });
        }
        let effects: Result<Vec<VoiceEffect>, EffectError> = text.split(',').map(read_effect).collect();
        Self::new(&effects?)
    }
}

fn read_effect(text: &str) -> Result<VoiceEffect, EffectError> {
    let mut words = text.split_whitespace();
    let name = words.next().unwrap_or_default();
    let preset = effect_presets().find(|(known, _)| *known == name);
    let (name, mut effect) = preset.ok_or_else(|| EffectError::UnknownPreset { name: shortened(name) })?;
    for word in words {
        read_setting(name, &mut effect, word)?;
    }
    Ok(effect)
}

fn read_setting(name: &str, effect: &mut VoiceEffect, word: &str) -> Result<(), EffectError> {
    let mut slots = effect.slots();
    let (setting, value) = word.split_once('=').unwrap_or((word, ""));
    let known: Vec<&'static str> = slots.iter().map(|(known, _)| *known).collect();
    let slot = slots.iter_mut().find(|(known, _)| *known == setting);
    let Some((setting, slot)) = slot else {
        let (effect, setting) = (name.to_owned(), shortened(setting));
        return Err(EffectError::UnknownSetting { effect, setting, known });
    };
    match value.parse::<f32>() {
        Ok(value) if value.is_finite() => **slot = value,
        _ => {
            let example = format!("{setting}={slot}");
            return Err(EffectError::InvalidSetting {
                effect: name.to_owned(),
                text: shortened(word),
                example,
            });
        }
    }
    Ok(())
}

/// Shortens a text of any length for an error message.
fn shortened(text: &str) -> String {
    const CHARS_MAX: usize = 40;
    text.chars().take(CHARS_MAX).collect()
}

impl Display for EffectChain {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        if self.is_off() {
            return f.write_str("off");
        }
        for (i, effect) in self.effects().iter().enumerate() {
            let separator = if i == 0 { "" } else { ", " };
            write!(f, "{separator}{effect}")?;
        }
        Ok(())
    }
}

impl Display for VoiceEffect {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        f.write_str(self.kind())?;
        let mut effect = *self;
        effect.slots().iter().try_for_each(|(setting, value)| write!(f, " {setting}={value}"))
    }
}

impl VoiceEffect {
    /// The preset from which its text starts.
    fn kind(&self) -> &'static str {
        match self {
            Self::Radio(_) => "radio",
            Self::Muffle(_) => "wall",
            Self::Distance(_) => "distance",
            Self::Megaphone(_) => "megaphone",
            Self::PitchShift(_) => "pitch",
            Self::Reverb(settings) => match settings.size {
                ReverbSize::Room => "room",
                ReverbSize::Hall => "hall",
                ReverbSize::Cave => "cave",
            },
        }
    }

    fn slots(&mut self) -> Vec<(&'static str, &mut f32)> {
        match self {
            Self::Radio(settings) => settings.slots().into(),
            Self::Muffle(settings) => settings.slots().into(),
            Self::Distance(settings) => settings.slots().into(),
            Self::Megaphone(settings) => settings.slots().into(),
            Self::PitchShift(settings) => settings.slots().into(),
            Self::Reverb(settings) => settings.slots().into(),
        }
    }
}
