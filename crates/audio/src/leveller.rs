//! Slow levelling of speech: the microphone's before it is sent, and other players' when they are played.

use crate::level;

/// The level that speech is brought to, as a root mean square over its blocks.
const TARGET_DBFS: f32 = -20.0;

/// Speech whose loudest blocks are below this level is crosstalk, or none.
pub(crate) const QUIETEST_SPEECH_DBFS: f32 = -55.0;

/// Blocks of speech over which its level is taken: sentences differ by more than the 2 dB that are not to be heard.
const LONG_BLOCKS: u32 = 600;

/// Blocks of speech that tell that it has become louder or softer for good …
const SHORT_BLOCKS: u32 = 50;

/// … by at least so much, in dB: more than one word differs from the next.
const JUMP_DB: f32 = 10.0;

/// Blocks of speech before the gain begins to change: one word is not a measure.
const FIRST_BLOCKS: u32 = 30;

/// How far a gain may go, in dB, and how fast, in dB per block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) least: f32,
    pub(crate) most: f32,
    pub(crate) up: f32,
    pub(crate) down: f32,
}

/// A gain that follows the level of speech.
#[derive(Debug)]
pub(crate) struct Leveller {
    pace: Pace,
    level: SpeechLevel,
    gain_db: f32,
}

impl Leveller {
    pub(crate) fn new(pace: Pace) -> Self {
        Self { pace, level: SpeechLevel::default(), gain_db: 0.0 }
    }

    /// The gain at present, in dB.
    pub(crate) fn gain_db(&self) -> f32 {
        self.gain_db
    }

    /// Sets the gain to what it would come to at once.
    #[cfg(test)]
    pub(crate) fn jump(&mut self, gain_db: f32) {
        self.gain_db = gain_db;
    }

    /// Takes the level of one block of speech, before the gain, and moves on.
    pub(crate) fn learn(&mut self, dbfs: f32) {
        self.level.learn(dbfs);
        if self.level.blocks >= FIRST_BLOCKS {
            self.approach(TARGET_DBFS - self.level.dbfs());
        }
    }

    /// Brings the gain down towards `most_db` for a block, if it is above, by `down` at most.
    pub(crate) fn hold_below(&mut self, most_db: f32, down: f32) {
        if self.gain_db > most_db {
            self.gain_db = most_db.max(self.gain_db - down).max(self.pace.least);
        }
    }

    fn approach(&mut self, wanted_db: f32) {
        let change = (wanted_db - self.gain_db).clamp(-self.pace.down, self.pace.up);
        self.gain_db = (self.gain_db + change).clamp(self.pace.least, self.pace.most);
    }
}

/// The level of speech: over several seconds of it, or since it changed.
#[derive(Debug, Default)]
struct SpeechLevel {
    power: f32,
    blocks: u32,
    short_power: f32,
}

impl SpeechLevel {
    fn learn(&mut self, dbfs: f32) {
        let power = level::factor(dbfs).powi(2);
        self.blocks = self.blocks.saturating_add(1);
        // At first all blocks have equal weight.
        self.power += (power - self.power) / self.blocks.min(LONG_BLOCKS) as f32;
        self.short_power += (power - self.short_power) / self.blocks.min(SHORT_BLOCKS) as f32;
        if (decibels(self.short_power) - self.dbfs()).abs() > JUMP_DB {
            (self.power, self.blocks) = (self.short_power, SHORT_BLOCKS);
        }
    }

    fn dbfs(&self) -> f32 {
        decibels(self.power)
    }
}

fn decibels(power: f32) -> f32 {
    10.0 * power.max(f32::MIN_POSITIVE).log10()
}
