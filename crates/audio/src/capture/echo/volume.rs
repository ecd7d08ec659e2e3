//! Detects changes of the loudspeaker's volume: then the echo differs from the prediction by one factor, the same in
//! all bands, by which the filter is multiplied.

use super::bands::BANDS;
use super::mismatch::{Common, Found};

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

/// Looks for a change.
pub(crate) struct Volume {
    /// The last blocks, all alike: at once without a near end.
    alike: Sums,
    /// The last blocks, those for more in which there is less of a voice.
    weighted: Sums,
}

impl Volume {
    pub(crate) fn new() -> Self {
        Self { alike: Sums::default(), weighted: Sums::default() }
    }

    /// Takes the findings of a block. If the volume has changed, returns the factor.
    pub(crate) fn observe(&mut self, found: &Found) -> Option<f32> {
        self.alike.push(&found.bands);
        self.weighted.push(&found.bands.map(|common| common.weighted()));
        let factor = self.alike.factor().or_else(|| self.weighted.factor())?;
        *self = Self::new();
        Some(factor)
    }
}

/// Sums over the last blocks.
#[derive(Default)]
struct Sums([Common; BANDS]);

impl Sums {
    fn push(&mut self, bands: &[Common; BANDS]) {
        for (sums, now) in self.0.iter_mut().zip(bands) {
            sums.push(now, KEPT);
        }
    }

    /// By which factor the echo is louder than predicted, if that explains the rest.
    fn factor(&self) -> Option<f32> {
        let explained = self.0.iter().filter(|sums| sums.louder() * sums.product > EXPLAINED * sums.left);
        let (mut count, mut weights, mut sum, mut square) = (0, 0.0, 0.0, 0.0);
        for sums in explained {
            let (change, weight) = (sums.louder(), sums.predicted / sums.left);
            count += 1;
            weights += weight;
            sum += weight * change;
            square += weight * change * change;
        }
        if count < BANDS_NEEDED {
            return None;
        }
        let change = sum / weights;
        let factor = 1.0 + change;
        let spread = (square / weights - change * change).max(0.0).sqrt();
        let is_change = change.abs() >= LEAST && spread <= ALIKE * factor && FACTOR.contains(&factor);
        is_change.then_some(factor)
    }
}
