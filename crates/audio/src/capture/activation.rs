//! Activation of blocks: always, while a key is pressed, or while speech is detected.
//!
//! A voice detector reports speech 20 to 150 ms after it began, which would cut off the first syllable. So the gate
//! always holds the last 200 ms, the pre-roll, and begins with them. The output is then late by that much, and
//! catches up by leaving out pauses and periods of the voice (see `catch_up.rs`).
//!
//! Where every block is wanted and speech is reported as well, the report is late by the pre-roll only during pauses:
//! after each utterance a little more silence passes, so that the next one can be reported in time.

use super::BlockAnalysis;
use super::catch_up::Line;
use crate::block::{BLOCK_SAMPLES, SAMPLE_RATE_HZ};

/// When a player is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum ActivationMode {
    /// Always.
    Open,
    /// While a key is held; speech from before it was pressed is not sent.
    PushToTalk,
    /// While speech is detected.
    #[default]
    Voice,
}

impl ActivationMode {
    /// Returns the blocks that this mode wants from an [`Activation`]. `key_held` is for
    /// [`PushToTalk`](Self::PushToTalk).
    pub fn demand(self, key_held: bool) -> Demand {
        Demand {
            everything: self == Self::Open || (self == Self::PushToTalk && key_held),
            speech: self == Self::Voice,
            tail_ms: 0,
        }
    }
}

/// The blocks wanted from an [`Activation`]; `everything` and `speech` are independent of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Demand {
    /// Every block.
    pub everything: bool,
    /// The blocks of speech, with their pre-roll, marked as speech.
    pub speech: bool,
    /// How much sound after speech is wanted too, in milliseconds: for a fade-out.
    pub tail_ms: u32,
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
    /// [`PRE_ROLL_MS_MAX`](crate::limits::PRE_ROLL_MS_MAX). Only for [`ActivationMode::Voice`].
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
    /// Speech that is wanted.
    Speech,
    /// No speech, or no demand for it; but the block is wanted all the same.
    Sound,
    /// Nothing is to be sent; the block is silence.
    Silence,
}

/// The gate between the capture chain and the encoder. Never allocates after it was made.
#[derive(Debug)]
pub struct Activation {
    settings: ActivationSettings,
    line: Line,
    /// Wanted samples at the front of the line.
    unspoken: usize,
    /// Samples at the front of the line that are speech or its pre-roll.
    speech: usize,
    /// Blocks after the end of speech that are still wanted.
    tail_blocks: u32,
    /// Silence passes instead of the line's content.
    is_waiting: bool,
}

impl Activation {
    /// A closed gate.
    pub fn new(settings: ActivationSettings) -> Self {
        Self { settings, line: Line::new(), unspoken: 0, speech: 0, tail_blocks: 0, is_waiting: false }
    }

    /// The settings in force.
    pub fn settings(&self) -> &ActivationSettings {
        &self.settings
    }

    /// Changes the settings, also in the middle of an utterance.
    pub fn set_settings(&mut self, settings: ActivationSettings) {
        self.settings = settings;
    }

    /// Takes the next block of the chain and puts in its place the block that is to be sent, if one is: as the mode of
    /// the settings says. `key_held` is for [`ActivationMode::PushToTalk`].
    pub fn process(
        &mut self,
        block: &mut [f32; BLOCK_SAMPLES],
        heard: &BlockAnalysis,
        key_held: bool,
    ) -> Spoken {
        self.process_for(self.settings.mode.demand(key_held), block, heard)
    }

    /// The same by an explicit demand, whatever the mode of the settings.
    pub fn process_for(
        &mut self,
        demand: Demand,
        block: &mut [f32; BLOCK_SAMPLES],
        heard: &BlockAnalysis,
    ) -> Spoken {
        let pre_roll = if demand.speech { self.pre_roll_samples() } else { 0 };
        if self.unspoken == 0 {
            self.line.shorten_to(pre_roll);
        }
        self.line.push(block);
        if self.wants_newest(demand, heard) {
            self.unspoken = self.line.samples();
        }
        if self.unspoken < BLOCK_SAMPLES {
            self.close();
            self.line.shorten_to(pre_roll);
            block.fill(0.0);
            return Spoken::Silence;
        }
        if self.speech >= BLOCK_SAMPLES {
            self.take(block, true);
            return Spoken::Speech;
        }
        let keeps_pre_roll = demand.everything && demand.speech;
        if keeps_pre_roll && self.line.samples() < pre_roll + BLOCK_SAMPLES {
            self.wait(block);
        } else {
            self.take(block, !keeps_pre_roll);
        }
        Spoken::Sound
    }

    /// Takes the next block of the chain while nothing may be sent, and puts silence in its place. Nothing of it, nor
    /// of what waited before it, is ever sent.
    pub fn withhold(&mut self, block: &mut [f32; BLOCK_SAMPLES]) {
        self.close();
        self.line.shorten_to(0);
        block.fill(0.0);
    }

    /// The delay of the output relative to the chain's output, in samples at 48 kHz.
    pub fn late_samples(&self) -> usize {
        self.unspoken
    }

    /// Whether the newest block is wanted, and so everything before it in the line.
    fn wants_newest(&mut self, demand: Demand, heard: &BlockAnalysis) -> bool {
        let is_speech = demand.speech && heard.is_speech;
        let has_tail = !is_speech && self.tail_blocks > 0;
        if is_speech {
            self.speech = self.line.samples();
            self.tail_blocks = demand.tail_ms.div_ceil(BLOCK_MS);
        } else if has_tail {
            self.tail_blocks -= 1;
        }
        demand.everything || is_speech || has_tail
    }

    /// Takes a block out of the line, and more than that if it may catch up.
    fn take(&mut self, block: &mut [f32; BLOCK_SAMPLES], may_catch_up: bool) {
        let usable = if may_catch_up { self.unspoken } else { BLOCK_SAMPLES };
        let removed = self.line.pull(block, usable);
        self.unspoken -= removed;
        self.speech = self.speech.saturating_sub(removed);
        if std::mem::take(&mut self.is_waiting) {
            fade(block, |share| share);
        }
    }

    /// Lets a block of silence pass and leaves the line as it is. Where it begins and ends, what is next in the line is
    /// faded out and in.
    fn wait(&mut self, block: &mut [f32; BLOCK_SAMPLES]) {
        if std::mem::replace(&mut self.is_waiting, true) {
            block.fill(0.0);
        } else {
            self.line.peek(block);
            fade(block, |share| 1.0 - share);
        }
    }

    fn close(&mut self) {
        (self.unspoken, self.speech, self.tail_blocks, self.is_waiting) = (0, 0, 0, false);
    }

    fn pre_roll_samples(&self) -> usize {
        let ms = self.settings.pre_roll_ms.min(crate::limits::PRE_ROLL_MS_MAX);
        (u64::from(ms) * u64::from(SAMPLE_RATE_HZ) / 1_000) as usize
    }
}

fn fade(block: &mut [f32; BLOCK_SAMPLES], gain: impl Fn(f32) -> f32) {
    for (i, sample) in block.iter_mut().enumerate() {
        *sample *= gain((i as f32 + 0.5) / BLOCK_SAMPLES as f32);
    }
}

/// The length of a block.
const BLOCK_MS: u32 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(is_speech: bool) -> BlockAnalysis {
        BlockAnalysis { speech_probability: 0.0, is_speech, level_dbfs: -20.0 }
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
            assert_eq!(gate.process(&mut sound, &heard(false), false), Spoken::Sound);
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
        assert_eq!(gate.process(&mut sound, &heard(true), true), Spoken::Sound);
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
            // Noise cannot be shortened inaudibly, so nothing is left out.
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

    /// The output for blocks `from..until`; `is_speech` tells in which of them speech is detected.
    fn run(
        gate: &mut Activation,
        demand: Demand,
        from: usize,
        until: usize,
        is_speech: impl Fn(usize) -> bool,
    ) -> Vec<(Spoken, [f32; BLOCK_SAMPLES])> {
        let one = |n| {
            let mut sound = block(n);
            (gate.process_for(demand, &mut sound, &heard(is_speech(n))), sound)
        };
        (from..until).map(one).collect()
    }

    const SPEECH: Demand = Demand { everything: false, speech: true, tail_ms: 0 };
    const BOTH: Demand = Demand { everything: true, ..SPEECH };

    #[test]
    fn a_tail_is_what_follows_speech_and_is_told_apart_from_it() {
        let mut gate = Activation::new(ActivationSettings { pre_roll_ms: 0, ..Default::default() });
        let demand = Demand { tail_ms: 145, ..SPEECH };
        let out = run(&mut gate, demand, 0, 60, |n| (10..20).contains(&n));
        for (n, (spoken, sound)) in out.iter().enumerate() {
            let expected = match n {
                10..20 => Spoken::Speech,
                20..35 => Spoken::Sound,
                _ => Spoken::Silence,
            };
            assert_eq!(*spoken, expected, "block {n}");
            assert!(expected == Spoken::Silence || same(sound, &block(n)));
        }
    }

    #[test]
    fn with_everything_wanted_speech_is_reported_before_the_first_syllable() {
        let mut gate = Activation::new(ActivationSettings::default());
        let out = run(&mut gate, BOTH, 0, 101, |n| n == 100);
        assert!(out.iter().take(100).all(|(spoken, _)| *spoken == Spoken::Sound));
        let (spoken, sound) = &out[100];
        assert_eq!(*spoken, Spoken::Speech);
        assert!((sound[0] - block(80)[0]).abs() < 0.01, "20 blocks earlier");
    }

    #[test]
    fn with_everything_wanted_nothing_is_lost_when_speech_is_wanted_too() {
        let mut gate = Activation::new(ActivationSettings::default());
        let everything = Demand { everything: true, ..Demand::default() };
        let first = run(&mut gate, everything, 0, 10, |_| false);
        assert!(first.iter().enumerate().all(|(n, (_, sound))| same(sound, &block(n))));
        let second = run(&mut gate, BOTH, 10, 100, |_| false);
        // Twenty blocks of silence, and then everything that was spoken meanwhile.
        let late = |n: usize| same(&second[n].1, &block(10 + n - 20));
        assert!((21..90).all(late));
        let edges = [&second[0].1[..1], &second[20].1[BLOCK_SAMPLES - 1..]];
        assert!((edges[0][0] - block(10)[0]).abs() < 0.01 && (edges[1][0] - block(10)[479]).abs() < 0.01);
    }

    #[test]
    fn a_conversation_catches_up_although_everything_is_wanted() {
        let mut gate = Activation::new(ActivationSettings::default());
        let silent = |_| [0.0; BLOCK_SAMPLES];
        for n in 0..300 {
            let mut sound = silent(n);
            gate.process_for(BOTH, &mut sound, &heard(n >= 100));
        }
        assert!(gate.late_samples() < BLOCK_SAMPLES, "{}", gate.late_samples());
    }
}
