//! A noise gate: attenuates one speaker between words, if the listener wants that, for speakers whose program does
//! not suppress noise.

use crate::level::factor;
use crate::ramp::towards;

/// How much softer what is between the words becomes, in dB. Not silent: a line that seems dead is worse than noise.
const CLOSED_DB: f32 = -24.0;

/// The gate opens for blocks that are so much above the noise, in dB, and stays open down to the second figure.
const OPENS_ABOVE_DB: f32 = 9.0;
const CLOSES_BELOW_DB: f32 = 6.0;

/// After the last such block it stays open for 200 ms, so that no word loses its end …
const HOLD_BLOCKS: u32 = 20;

/// … and closes within 120 ms.
const CLOSING_DB: f32 = 2.0;

/// How fast the noise is taken to be louder, in dB per block: 3 dB per second, so that a long vowel is not noise …
const NOISE_UP: f32 = 0.03;

/// … and ten times as fast in the first second, when nothing is known of it.
const FIRST_NOISE_UP: f32 = 0.3;
const FIRST_BLOCKS: u32 = 100;

/// The initial estimate of the noise level.
const FIRST_NOISE_DBFS: f32 = -60.0;

/// The highest noise level: sound that is always louder is not noise.
const MOST_NOISE_DBFS: f32 = -40.0;

/// How much of the level is kept per block, since a minimum of single blocks is below the noise.
const SMOOTHING: f32 = 0.7;

/// A gain that is 1 in words, and follows what is between them otherwise; 1 while it is switched off.
#[derive(Debug)]
pub(super) struct NoiseGate {
    is_on: bool,
    smooth_dbfs: f32,
    noise_dbfs: f32,
    blocks: u32,
    open_blocks: u32,
    gain_db: f32,
}

impl NoiseGate {
    pub(super) fn new() -> Self {
        Self {
            is_on: false,
            smooth_dbfs: FIRST_NOISE_DBFS,
            noise_dbfs: FIRST_NOISE_DBFS,
            blocks: 0,
            open_blocks: 0,
            gain_db: 0.0,
        }
    }

    pub(super) fn switch(&mut self, is_on: bool) {
        self.is_on = is_on;
    }

    /// One block of this level passes.
    pub(super) fn hear(&mut self, dbfs: f32) {
        self.blocks = self.blocks.saturating_add(1);
        self.smooth_dbfs += (1.0 - SMOOTHING) * (dbfs - self.smooth_dbfs);
        let up = if self.blocks < FIRST_BLOCKS { FIRST_NOISE_UP } else { NOISE_UP };
        self.noise_dbfs = self.smooth_dbfs.min(self.noise_dbfs + up).min(MOST_NOISE_DBFS);
        let is_open = self.open_blocks > 0;
        let enough = if is_open { CLOSES_BELOW_DB } else { OPENS_ABOVE_DB };
        if dbfs > self.noise_dbfs + enough {
            self.open_blocks = HOLD_BLOCKS + 1;
        } else {
            self.open_blocks = self.open_blocks.saturating_sub(1);
        }
        let closes = self.is_on && self.open_blocks == 0;
        self.gain_db = if closes { towards(self.gain_db, CLOSED_DB, CLOSING_DB) } else { 0.0 };
    }

    /// The factor at present.
    pub(super) fn gain(&self) -> f32 {
        if self.gain_db == 0.0 { 1.0 } else { factor(self.gain_db) }
    }
}
