//! How much of the prediction is in what it left. That share is echo, however loud it is, from the first blocks after
//! the loudspeaker was turned up or down or the delay stepped, and long before anything is known about the change.

use super::bands::{self, BANDS};
use super::mismatch::{Common, Found};

/// How much of what was found is kept per block: about 40 ms.
const KEPT: f32 = 0.75;

/// Blocks whose values are independent under [`KEPT`], if windows overlap by half.
const INDEPENDENT: f32 = 4.5;

/// Standard deviations that count as chance.
const BY_CHANCE: f32 = 5.0;

/// Below this power a band is silent.
const SILENCE: f32 = 1e-3;

/// Follows the share.
#[derive(Debug, Default)]
pub(crate) struct Misfit {
    bands: [Common; BANDS],
}

impl Misfit {
    /// Takes what was found in a block. Says how loud the rest is at least, as a share of the predicted echo's power.
    pub(crate) fn observe(&mut self, found: &Found) -> f32 {
        let (mut product, mut power, mut variance) = (0.0, 0.0, 0.0);
        for (band, (sums, now)) in self.bands.iter_mut().zip(&found.bands).enumerate() {
            sums.push(now, KEPT);
            // Each band counts by how little else there is in it.
            let weight = 1.0 / (sums.left.max(sums.predicted) + SILENCE);
            product += weight * sums.product;
            power += weight * sums.predicted;
            let values = 2.0 * INDEPENDENT * bands::bins(band).len() as f32;
            variance += weight * weight * sums.predicted * sums.left / values;
        }
        let power = power.max(1e-6);
        let change = product / power;
        let surely = (change.abs() - BY_CHANCE * variance.sqrt() / power).max(0.0);
        // What comes by another way has nothing in common with the prediction, which is then left once, and what
        // came instead another time.
        surely * surely * if change < 0.0 { 2.0 } else { 1.0 }
    }
}
