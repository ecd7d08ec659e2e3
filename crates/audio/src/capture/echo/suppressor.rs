//! Attenuates, bin by bin, sound that is more residual echo than voice.

use super::bands::{self, BANDS};
use super::linear_filter::LINEAR_BINS;
use super::mismatch::Found;
use super::residual::Residual;
use super::talking::Talking;
use super::unlearnt::Unlearnt;
use crate::capture::settings::EchoLevel;
use crate::capture::spectrum::{BINS, Spectrum};

/// Bands for the detection of near-end speech: 400 Hz to 5 kHz.
const JUDGED_BANDS: std::ops::Range<usize> = 3..18;

/// Bins whose mean gain is that of everything above 8 kHz.
const TOP_BINS: std::ops::Range<usize> = 90..LINEAR_BINS;

/// Thresholds of near-end speech, and the attenuation while there is none.
struct Tuning {
    /// How much louder, as power, the error signal must be than the residual echo to count as near-end speech.
    near_threshold: f32,
    /// How much near end is all near end: 1 divided by it, as a share of the judged bands.
    near_slope: f32,
    /// How much quieter everything gets while only the far end speaks.
    far_end_gain: f32,
}

const LOW: Tuning = Tuning { near_threshold: 4.0, near_slope: 3.0, far_end_gain: 0.1 };
const MODERATE: Tuning = Tuning { near_threshold: 8.0, near_slope: 3.0, far_end_gain: 0.1 };
const HIGH: Tuning = Tuning { near_threshold: 8.0, near_slope: 2.0, far_end_gain: 0.03 };

/// Residual echo is taken for this many times stronger than it is estimated: with far-end speech alone, and with
/// near-end speech.
const OVERESTIMATE_FAR: f32 = 16.0;
const OVERESTIMATE_NEAR: f32 = 2.0;

/// The least gain of a bin, before [`Tuning::far_end_gain`].
const LEAST_GAIN: f32 = 0.01;

/// Share of the last block in the estimate of voice over echo (Ephraim and Malah's decision-directed approach, 1984).
const LAST_SHARE: f32 = 0.6;

/// How much of the near end's presence is kept per block, when it comes, and when it goes after a click and after
/// speech.
const NEAR_ATTACK: f32 = 0.5;
const CLICK_RELEASE: f32 = 0.5;
const NEAR_RELEASE: f32 = 0.9;

/// The near end was silent a moment ago if less than this was near end, so many blocks ago at most.
const SILENT: f32 = 0.2;
const MOMENT_BLOCKS: u32 = 8;

/// Blocks that only a voice lasts, 400 ms.
const VOICE_BLOCKS: u32 = 40;

/// How much of what tells speech from clicks is kept per block: about 100 ms.
const LASTING: f32 = 0.9;

/// The gains.
pub(crate) struct Suppressor {
    tuning: &'static Tuning,
    /// How much of what is heard is the near end, 0 to 1.
    near: f32,
    /// The same, over a longer time.
    lasting: f32,
    talking: Talking,
    /// Blocks since the near end was silent.
    since_silent: u32,
    /// Power of the voice that was let through.
    clean: [f32; LINEAR_BINS],
}

impl Suppressor {
    pub(crate) fn new(level: EchoLevel) -> Self {
        Self {
            tuning: tuning(level),
            near: 1.0,
            lasting: 1.0,
            talking: Talking::new(),
            since_silent: 0,
            clean: [0.0; LINEAR_BINS],
        }
    }

    pub(crate) fn set_level(&mut self, level: EchoLevel) {
        self.tuning = tuning(level);
    }

    /// Writes the gain of each bin, at most 1; `found` is of the same block.
    pub(crate) fn gains(
        &mut self,
        left: &Spectrum,
        found: &Found,
        residual: &Residual,
        unlearnt: &Unlearnt,
        gains: &mut [f32; BINS],
    ) {
        let echo = |bin, band, share| residual.power(bin, band).max(share * unlearnt.power(bin));
        self.talking.observe(self.near_end(found, |bin, band| echo(bin, band, 1.0)));
        let silent = self.talking.silent();
        let now = self.near_end(found, |bin, band| echo(bin, band, silent));
        self.lasting = now + LASTING * (self.lasting - now);
        let release = CLICK_RELEASE + (NEAR_RELEASE - CLICK_RELEASE) * (2.0 * self.lasting).min(1.0);
        let kept = if now > self.near { NEAR_ATTACK } else { release };
        self.near = now + kept * (self.near - now);
        self.since_silent = if self.near < SILENT { 0 } else { self.since_silent.saturating_add(1) };
        let overestimate = OVERESTIMATE_FAR * (OVERESTIMATE_NEAR / OVERESTIMATE_FAR).powf(self.near);
        let everything = self.tuning.far_end_gain.powf(1.0 - self.near);
        let share = silent * (1.0 - self.near);
        for band in 0..BANDS {
            for bin in bands::bins(band) {
                let echo = overestimate * echo(bin, band, share) + f32::EPSILON * f32::EPSILON;
                let power = left.power(bin);
                let over =
                    LAST_SHARE * self.clean[bin] / echo + (1.0 - LAST_SHARE) * (power / echo - 1.0).max(0.0);
                let gain = if over.is_finite() { over / (1.0 + over) } else { 1.0 };
                let gain = gain.max(LEAST_GAIN);
                self.clean[bin] = gain * gain * power;
                gains[bin] = gain * everything;
            }
        }
        let top = gains[TOP_BINS].iter().sum::<f32>() / TOP_BINS.len() as f32;
        gains[LINEAR_BINS..].fill(top);
    }

    /// Whether the near end was silent a moment ago.
    pub(crate) fn was_silent(&self) -> bool {
        self.since_silent < MOMENT_BLOCKS
    }

    /// Whether the near end has been heard for so long without a pause.
    pub(crate) fn is_voice(&self) -> bool {
        self.since_silent >= VOICE_BLOCKS
    }

    /// How much of this block is the near end: how many bands are clearly louder than the residual echo.
    fn near_end(&self, found: &Found, residual: impl Fn(usize, usize) -> f32) -> f32 {
        /// Below this power a band is silent.
        const SILENCE: f32 = 1e-6;
        let evidence: f32 = JUDGED_BANDS
            .map(|band| {
                let echo: f32 = bands::bins(band).map(|bin| residual(bin, band)).sum();
                let over = (found.bands[band].left + SILENCE) / (self.tuning.near_threshold * echo + SILENCE);
                over.log10().clamp(0.0, 1.0)
            })
            .sum();
        (self.tuning.near_slope * evidence / JUDGED_BANDS.len() as f32).min(1.0)
    }
}

fn tuning(level: EchoLevel) -> &'static Tuning {
    match level {
        EchoLevel::Low => &LOW,
        EchoLevel::Moderate => &MODERATE,
        EchoLevel::High => &HIGH,
    }
}
