//! Which blocks are spoken: always, while a key is held, or while somebody speaks.
//!
//! A voice detector hears that somebody speaks 20 to 150 ms after it began, so that the first syllable would be
//! lost. So the gate always holds the last 200 ms, the pre-roll, and begins with them. Afterwards it is late by
//! as much, and catches up by leaving out pauses and periods of the voice (see `catch_up.rs`).

use super::Heard;
use super::catch_up::Line;
use crate::block::{BLOCK_SAMPLES, SAMPLE_RATE_HZ};

/// When a player is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum ActivationMode {
    /// Always.
    Open,
    /// While a key is held; what was said before it was pressed stays here.
    PushToTalk,
    /// While somebody speaks.
    #[default]
    Voice,
}

/// Settings of an [`Activation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case", default, deny_unknown_fields)
)]
pub struct ActivationSettings {
    /// When a player is heard.
    pub mode: ActivationMode,
    /// How much from before speech was noticed is spoken too, in milliseconds; at most
    /// [`MAX_PRE_ROLL_MS`](crate::limits::MAX_PRE_ROLL_MS). Only for [`ActivationMode::Voice`].
    pub pre_roll_ms: u32,
}

impl Default for ActivationSettings {
    fn default() -> Self {
        Self { mode: ActivationMode::Voice, pre_roll_ms: 200 }
    }
}

/// Whether a block is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoken {
    /// The block is part of an utterance.
    Speech,
    /// Nothing is to be sent; the block is silence.
    Silence,
}

/// The gate between the capture chain and the encoder. Never allocates after it was made.
#[derive(Debug)]
pub struct Activation {
    settings: ActivationSettings,
    line: Line,
    /// Samples at the front of the line that belong to an utterance.
    unspoken: usize,
}

impl Activation {
    /// A closed gate.
    pub fn new(settings: ActivationSettings) -> Self {
        Self { settings, line: Line::new(), unspoken: 0 }
    }

    /// The settings in force.
    pub fn settings(&self) -> &ActivationSettings {
        &self.settings
    }

    /// Changes the settings, also in the middle of an utterance.
    pub fn set_settings(&mut self, settings: ActivationSettings) {
        self.settings = settings;
        if self.unspoken == 0 {
            self.line.shorten_to(self.pre_roll_samples());
        }
    }

    /// Takes the next block of the chain and puts in its place the block that is to be sent, if one is.
    /// `key_held` is for [`ActivationMode::PushToTalk`].
    pub fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES], heard: &Heard, key_held: bool) -> Spoken {
        let wanted = match self.settings.mode {
            ActivationMode::Open => true,
            ActivationMode::PushToTalk => key_held,
            ActivationMode::Voice => heard.is_speech,
        };
        self.line.push(block);
        if wanted {
            self.unspoken = self.line.samples();
        }
        if self.unspoken < BLOCK_SAMPLES {
            self.unspoken = 0;
            self.line.shorten_to(self.pre_roll_samples());
            block.fill(0.0);
            return Spoken::Silence;
        }
        let removed = self.line.pull(block, self.unspoken);
        self.unspoken -= removed;
        Spoken::Speech
    }

    /// Takes the next block of the chain while nothing may be sent, and puts silence in its place. Nothing of it, nor of
    /// what waited before it, is ever sent.
    pub fn withhold(&mut self, block: &mut [f32; BLOCK_SAMPLES]) {
        self.unspoken = 0;
        self.line.shorten_to(0);
        block.fill(0.0);
    }

    /// By how much what is sent is later than what the chain gives, at 48 kHz.
    pub fn late_samples(&self) -> usize {
        self.unspoken
    }

    fn pre_roll_samples(&self) -> usize {
        match self.settings.mode {
            ActivationMode::Open | ActivationMode::PushToTalk => 0,
            ActivationMode::Voice => {
                let ms = self.settings.pre_roll_ms.min(crate::limits::MAX_PRE_ROLL_MS);
                (u64::from(ms) * u64::from(SAMPLE_RATE_HZ) / 1_000) as usize
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(is_speech: bool) -> Heard {
        Heard { speech_probability: 0.0, is_speech, level_dbfs: -20.0 }
    }

    /// Block number `n` of a sound in which every sample is another.
    fn block(n: usize) -> [f32; BLOCK_SAMPLES] {
        std::array::from_fn(|i| ((n * BLOCK_SAMPLES + i) as f32 * 0.7).sin())
    }

    fn same(a: &[f32], b: &[f32]) -> bool {
        a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
    }

    #[test]
    fn an_open_microphone_passes_every_block_at_once() {
        let mut gate =
            Activation::new(ActivationSettings { mode: ActivationMode::Open, ..Default::default() });
        for n in 0..10 {
            let mut sound = block(n);
            assert_eq!(gate.process(&mut sound, &heard(false), false), Spoken::Speech);
            assert!(same(&sound, &block(n)));
        }
    }

    #[test]
    fn what_was_said_before_the_key_was_pressed_stays_here() {
        let mode = ActivationMode::PushToTalk;
        let mut gate = Activation::new(ActivationSettings { mode, ..Default::default() });
        for n in 0..10 {
            let mut sound = block(n);
            assert_eq!(gate.process(&mut sound, &heard(true), false), Spoken::Silence);
            assert!(same(&sound, &[0.0; BLOCK_SAMPLES]));
        }
        let mut sound = block(10);
        assert_eq!(gate.process(&mut sound, &heard(true), true), Spoken::Speech);
        assert!(same(&sound, &block(10)));
        assert_eq!(gate.process(&mut block(11), &heard(true), false), Spoken::Silence);
    }

    #[test]
    fn an_utterance_begins_with_the_pre_roll() {
        let mut gate = Activation::new(ActivationSettings::default());
        for n in 0..50 {
            assert_eq!(gate.process(&mut block(n), &heard(false), false), Spoken::Silence);
        }
        let mut sound = block(50);
        assert_eq!(gate.process(&mut sound, &heard(true), false), Spoken::Speech);
        let first = &block(30)[..100];
        assert_eq!(&sound[..100], first, "20 blocks earlier");
    }

    #[test]
    fn what_was_withheld_is_never_sent() {
        let mut gate = Activation::new(ActivationSettings::default());
        for n in 0..50 {
            gate.process(&mut block(n), &heard(n > 45), false);
        }
        for n in 50..60 {
            let mut sound = block(n);
            gate.withhold(&mut sound);
            assert!(same(&sound, &[0.0; BLOCK_SAMPLES]));
        }
        let mut sound = block(60);
        assert_eq!(gate.process(&mut sound, &heard(true), false), Spoken::Speech);
        assert!(same(&sound, &block(60)), "no pre-roll from before");
    }

    #[test]
    fn the_end_is_spoken_too() {
        let mut gate = Activation::new(ActivationSettings { pre_roll_ms: 1_000, ..Default::default() });
        let mut noise = 1_u32;
        let mut spoken = 0;
        for n in 0..400 {
            // Noise cannot be shortened without being noticed.
            let mut sound = std::array::from_fn(|_| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                noise as f32 / u32::MAX as f32 - 0.5
            });
            let speech = (200..210).contains(&n);
            spoken += usize::from(gate.process(&mut sound, &heard(speech), false) == Spoken::Speech);
        }
        assert_eq!(spoken, 110, "100 before and 10");
        assert_eq!(gate.late_samples(), 0);
    }
}
