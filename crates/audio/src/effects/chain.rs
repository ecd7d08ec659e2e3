//! A chain of voice effects, as a value.

use super::error::EffectError;
use super::radio::RadioSettings;
use super::reverb::ReverbSettings;
use super::voice_effect::VoiceEffect;
use crate::limits::EFFECTS_MAX;

/// Effects applied to a voice in order, at most [`EFFECTS_MAX`]; an empty chain is off, and costs nothing.
///
/// A chain is made from effects, or parsed from a text: names of [presets](super::effect_preset_names), separated by
/// commas, each with the settings that differ from the preset's. It is formatted the same way.
///
/// ```
/// use consonance_audio::{EffectChain, RadioSettings, VoiceEffect};
///
/// let chain: EffectChain = "radio strength=0.3, cave level=0.5".parse()?;
/// assert_eq!(chain.effects().len(), 2);
/// let weak = VoiceEffect::Radio(RadioSettings { strength: 0.3, ..RadioSettings::default() });
/// assert_eq!(chain.effects()[0], weak);
/// assert_eq!(chain.to_string().parse(), Ok(chain));
/// # Ok::<(), consonance_audio::EffectError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EffectChain {
    effects: [VoiceEffect; EFFECTS_MAX],
    count: usize,
}

impl EffectChain {
    /// No effect.
    pub const OFF: Self =
        Self { effects: [VoiceEffect::Radio(RadioSettings::DEFAULT); EFFECTS_MAX], count: 0 };

    /// A chain of effects, in this order.
    ///
    /// # Errors
    /// [`EffectError::TooManyEffects`] if there are more than [`EFFECTS_MAX`].
    pub fn new(effects: &[VoiceEffect]) -> Result<Self, EffectError> {
        let mut chain = Self::OFF;
        let Some(places) = chain.effects.get_mut(..effects.len()) else {
            return Err(EffectError::TooManyEffects { effects: effects.len() });
        };
        for (place, effect) in places.iter_mut().zip(effects) {
            *place = effect.within_range();
        }
        chain.count = effects.len();
        Ok(chain)
    }

    /// The effects in their order.
    pub fn effects(&self) -> &[VoiceEffect] {
        &self.effects[..self.count]
    }

    /// Whether the chain is empty.
    pub fn is_off(&self) -> bool {
        self.count == 0
    }

    /// Returns this chain followed by the other one; effects beyond [`EFFECTS_MAX`] are left out.
    #[must_use]
    pub fn followed_by(&self, other: &Self) -> Self {
        let mut both = *self;
        for (place, effect) in both.effects[self.count..].iter_mut().zip(other.effects()) {
            *place = *effect;
            both.count += 1;
        }
        both
    }

    /// The reverberation, if there is one.
    pub(crate) fn reverb(&self) -> Option<ReverbSettings> {
        self.effects().iter().find_map(|effect| match effect {
            VoiceEffect::Reverb(settings) => Some(*settings),
            _ => None,
        })
    }

    /// Whether there are effects other than reverberation.
    pub(crate) fn has_inserts(&self) -> bool {
        self.inserts().next().is_some()
    }

    /// The effects that change the voice itself.
    pub(super) fn inserts(&self) -> impl Iterator<Item = &VoiceEffect> {
        self.effects().iter().filter(|effect| !matches!(effect, VoiceEffect::Reverb(_)))
    }
}

impl Default for EffectChain {
    fn default() -> Self {
        Self::OFF
    }
}
