//! Whether the loudspeaker has been turned up or down: then the echo differs from the prediction by one factor, the
//! same in all bands, and the filter needs no more than that.

use super::bands::BANDS;
use super::mismatch::Found;

/// How much of what was found is kept per block: about 60 ms.
const KEPT: f32 = 0.85;

/// The share of the rest's power that a factor has to explain in a band: all of it if there is nothing else, a half if
/// the echo has come apart from the prediction, as in another room.
const EXPLAINED: f32 = 0.75;

/// Bands in which it has to.
const BANDS_NEEDED: usize = 5;

/// A change of less than this the filter follows by itself, as a share of the amplitude.
const LEAST: f32 = 0.2;

/// How much those bands may differ, as a share of the factor.
const ALIKE: f32 = 0.25;

/// The factor of one change.
const FACTOR: std::ops::RangeInclusive<f32> = 0.15..=10.0;

/// Sums over the last blocks.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    change: f32,
    information: f32,
    rest: f32,
}

/// Looks for a change.
pub(crate) struct Volume {
    bands: [Sums; BANDS],
}

impl Volume {
    pub(crate) fn new() -> Self {
        Self { bands: [Sums::default(); BANDS] }
    }

    /// Takes what was found in a block. If the volume has changed, says by which factor.
    pub(crate) fn observe(&mut self, found: &Found) -> Option<f32> {
        let (mut count, mut weights, mut mean, mut square) = (0, 0.0, 0.0, 0.0);
        for (band, sums) in self.bands.iter_mut().enumerate() {
            let louder = found.louder[band];
            sums.change = KEPT * sums.change + louder.value * louder.information;
            sums.information = KEPT * sums.information + louder.information;
            sums.rest = KEPT * sums.rest + found.rest[band];
            let change = sums.change / sums.information.max(1e-9);
            if change * change * sums.information > EXPLAINED * sums.rest {
                count += 1;
                weights += sums.information;
                mean += sums.change;
                square += sums.change * change;
            }
        }
        if count < BANDS_NEEDED {
            return None;
        }
        let change = mean / weights;
        let factor = 1.0 + change;
        let spread = (square / weights - change * change).max(0.0).sqrt();
        if change.abs() < LEAST || spread > ALIKE * factor || !FACTOR.contains(&factor) {
            return None;
        }
        self.bands = [Sums::default(); BANDS];
        Some(factor)
    }
}
