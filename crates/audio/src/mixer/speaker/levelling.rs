//! Brings one speaker to the loudness of the others, if the listener wants that.

use super::loudness::Loudness;
use crate::level::factor;
use crate::leveller::{Leveller, Pace};
use crate::ramp::towards;

/// As far as 12 dB, by no more than 3 dB per second of speech.
const PACE: Pace = Pace { least: -12.0, most: 12.0, up: 0.03, down: 0.03 };

/// Blocks that are so much quieter than the speaker was of late, 20 dB, are pauses.
const SPEECH_SHARE: f32 = 0.1;

/// A gain that follows the level of a speaker's speech; 1 while it is switched off.
#[derive(Debug)]
pub(super) struct Levelling {
    leveller: Leveller,
    gain_db: f32,
}

impl Levelling {
    pub(super) fn new() -> Self {
        Self { leveller: Leveller::new(PACE), gain_db: 0.0 }
    }

    /// Learns from the block that was measured last.
    pub(super) fn hear(&mut self, loudness: &Loudness) {
        let dbfs = loudness.dbfs();
        if factor(dbfs) > loudness.of_late_rms() * SPEECH_SHARE {
            self.leveller.learn(dbfs);
        }
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
