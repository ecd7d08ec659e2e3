//! Tracking of the drift between the loudspeaker's and the microphone's clock: a second-order loop (Gardner,
//! "Phaselock Techniques") that keeps the lateness found by [`Mismatch`](super::mismatch::Mismatch) at zero.

use super::mismatch::Measured;

/// Information, in 1/samples², of which a half is believed.
const HALF_BELIEVED: f32 = 3.0;

/// Shares of a block's lateness that correct the delay, and the drift.
const TO_DELAY: f32 = 0.1;
const TO_DRIFT: f32 = 0.002;

/// The most that clocks drift, in samples per block: 1000 ppm.
const MOST: f32 = 0.48;

/// More lateness than this in one block is an error.
const MOST_AT_ONCE: f32 = 1.0;

/// The loop.
pub(crate) struct Drift {
    per_block: f32,
}

impl Drift {
    pub(crate) const fn new() -> Self {
        Self { per_block: 0.0 }
    }

    /// Takes the findings of a block; returns by how many more samples the next block must be delayed.
    pub(crate) fn observe(&mut self, lateness: Measured) -> f64 {
        let information = lateness.information;
        let late = lateness.value.clamp(-MOST_AT_ONCE, MOST_AT_ONCE);
        let believed = information / (information + HALF_BELIEVED) * late;
        if !believed.is_finite() {
            return 0.0;
        }
        self.per_block = (self.per_block + TO_DRIFT * believed).clamp(-MOST, MOST);
        f64::from(self.per_block + TO_DELAY * believed)
    }
}
