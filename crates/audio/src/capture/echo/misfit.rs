//! The share of the prediction in the error signal. That share is echo, however loud it is, from the first blocks
//! after the loudspeaker was turned up or down or the delay stepped, and long before the change is identified.

use super::bands::{self, BANDS};
use super::mismatch::{Common, Found};

/// How much of what was found is kept per block: about 40 ms.
const KEPT: f32 = 0.75;

/// Blocks whose values are independent under [`KEPT`], if windows overlap by half.
const INDEPENDENT: f32 = 4.5;

/// Standard deviations that count as chance, over some blocks and in a single one.
const BY_CHANCE: f32 = 5.0;
const AT_ONCE_BY_CHANCE: f32 = 3.0;

/// How much more there is if the echo comes by another way: then the prediction is left once, and what came instead,
/// which has nothing in common with it, another time; in some bands it is far louder.
const MISSED: f32 = 6.0;
const MISSED_OVER_A_VOICE: f32 = 2.0;

/// The share that counts over a voice, which hides an echo and is harmed by what suppresses it.
const OVER_A_VOICE: f32 = 0.25;

/// Below this power a band is silent.
const SILENCE: f32 = 1e-3;

/// Follows the share.
#[derive(Debug, Default)]
pub(crate) struct Misfit {
    bands: [Common; BANDS],
}

impl Misfit {
    /// Takes what was found in a block. Says how loud the rest is at least, as a share of the predicted echo's power.
    ///
    /// A single block is enough if the near end was silent a moment ago: what rises out of silence and is like the
    /// prediction is an echo.
    pub(crate) fn observe(&mut self, found: &Found, was_silent: bool, is_voice: bool) -> f32 {
        for (sums, now) in self.bands.iter_mut().zip(&found.bands) {
            sums.push(now, KEPT);
        }
        let lately =
            least(&self.bands, INDEPENDENT, BY_CHANCE, if is_voice { MISSED_OVER_A_VOICE } else { MISSED });
        if was_silent {
            lately.max(least(&found.bands, 1.0, AT_ONCE_BY_CHANCE, MISSED))
        } else if is_voice {
            OVER_A_VOICE * lately
        } else {
            lately
        }
    }
}

/// The share that is surely in what was left, of so many independent blocks.
fn least(bands: &[Common; BANDS], independent: f32, by_chance: f32, missed: f32) -> f32 {
    let (mut product, mut power, mut variance) = (0.0, 0.0, 0.0);
    for (band, sums) in bands.iter().enumerate() {
        // Each band is weighted by how little else it contains.
        let weight = 1.0 / (sums.left.max(sums.predicted) + SILENCE);
        product += weight * sums.product;
        power += weight * sums.predicted;
        let values = 2.0 * independent * bands::bins(band).len() as f32;
        variance += weight * weight * sums.predicted * sums.left / values;
    }
    let power = power.max(1e-6);
    let change = product / power;
    let surely = (change.abs() - by_chance * variance.sqrt() / power).max(0.0);
    surely * surely * if change < 0.0 { missed } else { 1.0 }
}
