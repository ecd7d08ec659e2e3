//! Levels one speaker to the loudness of the others, if the listener wants that.

use super::loudness::Loudness;
use crate::level::factor;
use crate::leveller::{Leveller, Pace, QUIETEST_SPEECH_DBFS};
use crate::ramp::towards;

/// As far as a soft voice and a loud one differ, by no more than 3 dB per second of speech.
const PACE: Pace = Pace { least: -18.0, most: 24.0, up: 0.03, down: 0.03 };

/// Blocks that are so much quieter than the speaker's recent speech, 20 dB, are pauses.
const SPEECH_SHARE: f32 = 0.1;

/// The share of the recent speech level kept after a block of quieter speech: half after a second …
const KEPT_IN_SPEECH: f32 = 0.993;

/// … and after a block of a pause: half after 30 seconds, so that a quiet room does not come to count as speech, but a
/// voice that stays much softer does.
const KEPT_IN_PAUSES: f32 = 0.999_77;

/// The largest rise of that level by one louder block: a knock or a key is too short to make a pause of the speech
/// after it.
const RISE: f32 = 1.1;

/// The initial level: softer than any speech.
const LEAST_SPEECH_RMS: f32 = 0.001;

/// A gain that follows the level of a speaker's speech; 1 while it is switched off.
#[derive(Debug)]
pub(super) struct Levelling {
    leveller: Leveller,
    /// The loudest recent blocks of speech, as a root mean square.
    speech_rms: f32,
    gain_db: f32,
}

impl Levelling {
    pub(super) fn new() -> Self {
        Self { leveller: Leveller::new(PACE), speech_rms: LEAST_SPEECH_RMS, gain_db: 0.0 }
    }

    /// Learns from the block that was measured last.
    pub(super) fn hear(&mut self, loudness: &Loudness) {
        let dbfs = loudness.dbfs();
        let rms = factor(dbfs);
        if rms > self.speech_rms * SPEECH_SHARE {
            if dbfs >= QUIETEST_SPEECH_DBFS {
                self.leveller.learn(dbfs);
            }
            self.speech_rms = rms.clamp(self.speech_rms * KEPT_IN_SPEECH, self.speech_rms * RISE);
        } else {
            self.speech_rms *= KEPT_IN_PAUSES;
        }
        self.speech_rms = self.speech_rms.max(LEAST_SPEECH_RMS);
    }

    /// One block passes. Switched on or off, the gain moves at the same slow pace.
    pub(super) fn step(&mut self, is_on: bool) {
        let target = if is_on { self.leveller.gain_db() } else { 0.0 };
        self.gain_db = towards(self.gain_db, target, PACE.up);
    }

    /// The factor at present.
    pub(super) fn gain(&self) -> f32 {
        if self.gain_db == 0.0 { 1.0 } else { factor(self.gain_db) }
    }
}
