//! An estimate of the echo left after the linear filter, and whether the filter still fits the room.

use super::bands::{self, BANDS};
use super::distortion::Distortion;
use super::linear_filter::{LINEAR_BINS, Row};
use super::staleness::Staleness;
use crate::capture::spectrum::Spectrum;

/// How much of the powers is kept per block: about 100 ms.
const POWER_SMOOTHING: f32 = 0.9;

/// How fast the ratio falls, and how fast it rises, slowly because the near end makes it look larger than it
/// is: a little, or by more than 6 dB.
const FALL: f32 = 0.2;
const RISE: f32 = 1.005;
const RISE_FAR_ABOVE: f32 = 1.002;

/// The range of the ratio: no small loudspeaker reaches less than −35 dB.
const RATIO: std::ops::RangeInclusive<f32> = 3e-4..=4.0;

/// The ratio after an alarm, until the change is known: everything may be echo, unless a voice is detected.
const ALARMED: f32 = 1.0;
const ALARMED_OVER_A_VOICE: f32 = 0.2;

/// How much of the predicted echo is held per block, as power: the windows' edges and the room's last answer.
const HOLD: f32 = 0.75;

/// Predicted power in a band below which there is no echo to speak of.
const ACTIVE: f32 = 1e-4;

/// Estimates the residual echo, and raises the alarm when the filter has become stale.
pub(crate) struct Residual {
    /// Residual echo's power as a share of the predicted echo's.
    ratio: [f32; BANDS],
    ratio_before_alarm: [f32; BANDS],
    left: [f32; BANDS],
    predicted: [f32; BANDS],
    /// The lower bound of the ratio, in all bands.
    least: f32,
    /// Predicted power, held for a while.
    held: Row,
    distortion: Distortion,
    staleness: Staleness,
}

impl Residual {
    pub(crate) fn new() -> Self {
        Self {
            ratio: [1.0; BANDS],
            ratio_before_alarm: [1.0; BANDS],
            left: [0.0; BANDS],
            predicted: [0.0; BANDS],
            least: 0.0,
            held: [0.0; LINEAR_BINS],
            distortion: Distortion::new(),
            staleness: Staleness::new(),
        }
    }

    /// The residual echo is at least this share of the predicted one's power.
    pub(crate) fn set_least(&mut self, least: f32) {
        self.least = least;
    }

    /// Looks at one block. If the filter seems not to fit any more, says how much of each bin still does.
    pub(crate) fn observe(&mut self, left: &Spectrum, predicted: &Spectrum, is_voice: bool) -> Option<Row> {
        for bin in 0..LINEAR_BINS {
            self.held[bin] = predicted.power(bin).max(HOLD * self.held[bin]);
        }
        self.staleness.begin_block();
        for band in 0..BANDS {
            let power = |spectrum: &Spectrum| bands::bins(band).map(|bin| spectrum.power(bin)).sum::<f32>();
            let (left_power, predicted_power) = (power(left), power(predicted));
            self.left[band] += (1.0 - POWER_SMOOTHING) * (left_power - self.left[band]);
            self.predicted[band] += (1.0 - POWER_SMOOTHING) * (predicted_power - self.predicted[band]);
            self.staleness.observe(band, left, predicted, left_power.max(predicted_power));
            if self.predicted[band] > ACTIVE {
                follow(&mut self.ratio[band], self.left[band] / self.predicted[band]);
            }
        }
        self.distortion.observe(&self.left, &self.predicted);
        let holds = self.staleness.alarm()?;
        self.ratio_before_alarm = self.ratio;
        self.ratio = [if is_voice { ALARMED_OVER_A_VOICE } else { ALARMED }; BANDS];
        Some(holds)
    }

    /// The alarm was false: the filter fits as well as before.
    pub(crate) fn all_clear(&mut self) {
        for (ratio, before) in self.ratio.iter_mut().zip(self.ratio_before_alarm) {
            *ratio = ratio.min(before);
        }
    }

    /// Residual echo's power in a bin of a band.
    pub(crate) fn power(&self, bin: usize, band: usize) -> f32 {
        (self.ratio[band].max(self.least) * self.held[bin]).max(self.distortion.power(band))
    }

    /// Predicted echo over residual echo, as power, over all bands.
    pub(crate) fn enhancement(&self) -> f32 {
        let predicted: f32 = self.predicted.iter().sum();
        let residual: f32 = self.predicted.iter().zip(self.ratio).map(|(power, ratio)| power * ratio).sum();
        predicted.max(f32::MIN_POSITIVE) / residual.max(f32::MIN_POSITIVE)
    }
}

/// Follows the least that is left.
fn follow(ratio: &mut f32, now: f32) {
    *ratio = if now < *ratio {
        *ratio + FALL * (now - *ratio)
    } else if now < 4.0 * *ratio {
        *ratio * RISE
    } else {
        *ratio * RISE_FAR_ABOVE
    };
    *ratio = ratio.clamp(*RATIO.start(), *RATIO.end());
}
