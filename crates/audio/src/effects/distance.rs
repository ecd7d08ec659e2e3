//! A voice from far away: air absorbs the high tones.

use super::biquad::{Cascade, Response};
use super::sensible;
use crate::block::BLOCK_SAMPLES;

/// Two real poles, each at the corner: the slope of air, `f²` in dB, is met by no filter; up to an octave above the
/// corner this one is within 2 dB of it.
const QUALITY: f32 = 0.5;

/// The corner of such a filter over the frequency at which it lets half of the power through, `1 / √(√2 − 1)`.
const CORNER_OVER_HALF_POWER: f32 = 1.553_774;

const HZ_MIN: f32 = 200.0;
const HZ_MAX: f32 = 20_000.0;

/// A voice from far away: a low-pass at the frequency that air of 20 °C and 50 % relative humidity halves in power over
/// the distance (ISO 9613-1). How quiet a voice becomes is up to the [`RollOff`](crate::RollOff).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DistanceSettings {
    /// How far away the voice is, in metres, 0 to 10 000. Below 0, as by default, it is the distance between the places
    /// of speaker and listener, and 0 where one of them is not known.
    pub distance_m: f32,
    /// How many times as much as air the way takes, 0 to 100. By default 10: real air is not heard to take anything
    /// over the distances in most games.
    pub strength: f32,
}

impl DistanceSettings {
    pub(super) const DEFAULT: Self = Self { distance_m: -1.0, strength: 10.0 };

    pub(super) fn slots(&mut self) -> [(&'static str, &mut f32); 2] {
        [("distance-m", &mut self.distance_m), ("strength", &mut self.strength)]
    }

    /// The same with every number within its range; NaN becomes the default.
    pub(super) fn within_range(self) -> Self {
        let default = Self::DEFAULT;
        Self {
            distance_m: sensible(self.distance_m, -1.0, 10_000.0, default.distance_m),
            strength: sensible(self.strength, 0.0, 100.0, default.strength),
        }
    }
}

impl Default for DistanceSettings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The frequency in Hz, 200 to 20 000, that so many metres of air at 20 °C and 50 % relative humidity turn down by
/// 3 dB.
pub fn air_cutoff_hz(distance_m: f32) -> f32 {
    let distance_m = if distance_m.is_nan() { 0.0 } else { distance_m.max(0.0) };
    let (mut low, mut high) = (HZ_MIN, HZ_MAX);
    // Absorption rises with frequency; 20 halvings are finer than a hundredth of a Hz.
    for _ in 0..20 {
        let middle = f32::midpoint(low, high);
        if absorption_db_per_m(middle) * distance_m > 3.0 { high = middle } else { low = middle }
    }
    f32::midpoint(low, high)
}

/// ISO 9613-1, equations 3 to 5, at the reference pressure and 293.15 K, where all ratios are 1; the molar
/// concentration of water vapour at 50 % relative humidity is 1.15 %.
fn absorption_db_per_m(hz: f32) -> f32 {
    const WATER_PERCENT: f32 = 1.15;
    const OXYGEN_HZ: f32 = 24.0 + 4.04e4 * WATER_PERCENT * (0.02 + WATER_PERCENT) / (0.391 + WATER_PERCENT);
    const NITROGEN_HZ: f32 = 9.0 + 280.0 * WATER_PERCENT;
    // 0.01275 exp(−2239.1 / 293.15) and 0.1068 exp(−3352 / 293.15).
    const OXYGEN: f32 = 6.143e-6;
    const NITROGEN: f32 = 1.157e-6;
    let relaxation =
        OXYGEN / (OXYGEN_HZ + hz * hz / OXYGEN_HZ) + NITROGEN / (NITROGEN_HZ + hz * hz / NITROGEN_HZ);
    8.686 * hz * hz * (1.84e-11 + relaxation)
}

#[derive(Debug, Clone)]
pub(super) struct Distance {
    settings: DistanceSettings,
    /// The last way for which a corner was computed.
    way_m: f32,
    corner_hz: f32,
    low_pass: Cascade<1>,
}

impl Distance {
    /// `apart_m` is how far speaker and listener are from each other, if that is known.
    pub(super) fn new(settings: DistanceSettings, apart_m: Option<f32>) -> Self {
        let settings = settings.within_range();
        let way_m = way_m(settings, apart_m);
        let corner_hz = corner_hz(way_m);
        let low_pass = Cascade::new(Response::low_pass, [QUALITY], corner_hz);
        Self { settings, way_m, corner_hz, low_pass }
    }

    pub(super) fn set(&mut self, settings: DistanceSettings) {
        self.settings = settings.within_range();
    }

    pub(super) fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES], apart_m: Option<f32>) {
        let way_m = way_m(self.settings, apart_m);
        if (way_m - self.way_m).abs() > 0.01 * self.way_m {
            (self.way_m, self.corner_hz) = (way_m, corner_hz(way_m));
        }
        self.low_pass.process(block, self.corner_hz);
    }

    pub(super) fn clear(&mut self) {
        self.low_pass.clear();
    }
}

/// How much air there would have to be.
fn way_m(settings: DistanceSettings, apart_m: Option<f32>) -> f32 {
    let far = if settings.distance_m < 0.0 { apart_m.unwrap_or(0.0) } else { settings.distance_m };
    let way = far * settings.strength;
    if way.is_nan() { 0.0 } else { way.clamp(0.0, 1e6) }
}

fn corner_hz(way_m: f32) -> f32 {
    air_cutoff_hz(way_m) * CORNER_OVER_HALF_POWER
}
