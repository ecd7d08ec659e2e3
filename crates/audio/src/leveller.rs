//! Brings speech to one level, slowly: the microphone's before it is sent, and other players' when they are heard.

use crate::level;

/// The level that speech is brought to, as a root mean square over its blocks.
const TARGET_DBFS: f32 = -23.0;

/// Speech below this level is crosstalk, or none.
const QUIETEST_SPEECH_DBFS: f32 = -55.0;

/// How much of the level of speech is kept per block of speech: about one second.
const LEVEL_SMOOTHING: f32 = 0.99;

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
    speech_power: f32,
    speech_blocks: u32,
    gain_db: f32,
}

impl Leveller {
    pub(crate) fn new(pace: Pace) -> Self {
        Self { pace, speech_power: 0.0, speech_blocks: 0, gain_db: 0.0 }
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

    /// Takes the level of one block of speech, before the gain.
    pub(crate) fn learn(&mut self, dbfs: f32) {
        if dbfs < QUIETEST_SPEECH_DBFS {
            return;
        }
        self.speech_blocks = self.speech_blocks.saturating_add(1);
        // At first all blocks count the same.
        let kept = LEVEL_SMOOTHING.min(1.0 - 1.0 / self.speech_blocks as f32);
        self.speech_power = kept * self.speech_power + (1.0 - kept) * level::factor(dbfs).powi(2);
        if self.speech_blocks < FIRST_BLOCKS {
            return;
        }
        let wanted = TARGET_DBFS - 10.0 * self.speech_power.log10();
        let change = (wanted - self.gain_db).clamp(-self.pace.down, self.pace.up);
        self.gain_db = (self.gain_db + change).clamp(self.pace.least, self.pace.most);
    }
}
