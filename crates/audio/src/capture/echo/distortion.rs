//! Echo from a loudspeaker's distortion, which no linear filter predicts.
//!
//! It comes and goes with the predicted echo, in which it differs from a voice: as long as the levels of the rest and
//! of the prediction rise and fall together, the rest is echo, however loud it is, and its usual ratio to the
//! prediction is learnt.

use super::bands::{self, BANDS};

/// How much of the statistics of the levels is kept per block: about two seconds.
const KEPT: f32 = 0.995;

/// Correlation of the levels from which on the rest may be echo, and from which on it is.
const MAY_BE: f32 = 0.5;
const IS: f32 = 0.8;

/// Power of a band below which it is silent.
const SILENCE: f32 = 1e-4;

/// Blocks without a predicted echo after which nothing is learnt.
const PAUSE_BLOCKS: u32 = 50;

/// Harmonics are also where nothing was played: this share of the whole echo's power counts in each band.
const ELSEWHERE: f32 = 0.02;

/// By how much the ratio rises or falls per block, as exponents: it stays where one block in five is louder.
const RISE: f32 = 0.08;
const FALL: f32 = 0.02;

/// The ratio is at most this.
const MOST: f32 = 4.0;

/// The share of a block in the echo's usual power.
const NEW: f32 = 0.01;

/// How fast the least power rises per block, half a decibel per second, and how far above it there may be only noise.
const FLOOR_RISE: f32 = 1.001;
const NOISE: f32 = 3.0;

/// Learns it.
pub(crate) struct Distortion {
    levels: Levels,
    /// The rest's usual power as a share of the drive.
    ratio: [f32; BANDS],
    /// The source of the distortion, per bin of each band: the predicted echo, raised to the second power because a
    /// loudspeaker distorts loud sound more.
    drive: [f32; BANDS],
    /// The echo's usual power, all bands together.
    usual: f32,
    /// The least power of each band in the rest: noise.
    floor: [f32; BANDS],
    blocks_without: u32,
}

impl Distortion {
    pub(crate) const fn new() -> Self {
        Self {
            levels: Levels::NONE,
            ratio: [0.0; BANDS],
            drive: [0.0; BANDS],
            usual: 0.0,
            floor: [f32::MAX; BANDS],
            blocks_without: PAUSE_BLOCKS,
        }
    }

    /// Takes the power of each band in the rest and in the predicted echo.
    pub(crate) fn observe(&mut self, left: &[f32; BANDS], predicted: &[f32; BANDS]) {
        let total = predicted.iter().sum::<f32>();
        let everywhere = ELSEWHERE * total / bands::bins(BANDS - 1).end as f32;
        let is_active = total > SILENCE * BANDS as f32;
        if is_active {
            self.usual += NEW * (total - self.usual);
        }
        let louder = (total / self.usual.max(SILENCE)).clamp(0.1, 10.0);
        for (band, (drive, power)) in self.drive.iter_mut().zip(predicted).enumerate() {
            *drive = louder * (power / bands::bins(band).len() as f32 + everywhere);
        }
        self.blocks_without = if is_active { 0 } else { self.blocks_without + 1 };
        if self.blocks_without > PAUSE_BLOCKS {
            return;
        }
        self.levels.observe(level(predicted), level(left));
        let surely = self.surely();
        for (band, ratio) in self.ratio.iter_mut().enumerate() {
            let floor = &mut self.floor[band];
            *floor = (*floor * FLOOR_RISE).min(left[band]);
            let now = (left[band] - NOISE * *floor).max(0.0)
                / (self.drive[band] * bands::bins(band).len() as f32 + SILENCE);
            *ratio = ratio.clamp(1e-5, MOST) * (surely * if now > *ratio { RISE } else { -FALL }).exp();
        }
    }

    /// Power of the distortion in a bin of a band.
    pub(crate) fn power(&self, band: usize) -> f32 {
        self.surely() * self.ratio[band] * self.drive[band]
    }

    /// How sure it is that the rest is echo, 0 to 1.
    fn surely(&self) -> f32 {
        ((self.levels.correlation() - MAY_BE) / (IS - MAY_BE)).clamp(0.0, 1.0)
    }
}

/// Mean level of the bands, a logarithm.
fn level(powers: &[f32; BANDS]) -> f32 {
    powers.iter().map(|power| (power + SILENCE).ln()).sum::<f32>() / BANDS as f32
}

/// Moments of two levels, the first and second of each and the mixed one.
struct Levels {
    weight: f32,
    means: [f32; 2],
    squares: [f32; 2],
    product: f32,
}

impl Levels {
    const NONE: Self = Self { weight: 0.0, means: [0.0; 2], squares: [0.0; 2], product: 0.0 };

    fn observe(&mut self, first: f32, second: f32) {
        self.weight = KEPT * self.weight + 1.0;
        let share = 1.0 / self.weight;
        for (n, level) in [first, second].into_iter().enumerate() {
            self.means[n] += share * (level - self.means[n]);
            self.squares[n] += share * (level * level - self.squares[n]);
        }
        self.product += share * (first * second - self.product);
    }

    fn correlation(&self) -> f32 {
        /// A second's level moves by this much at least, squared; otherwise it says nothing.
        const LEAST_VARIANCE: f32 = 0.1;
        let variance = |n: usize| (self.squares[n] - self.means[n] * self.means[n]).max(LEAST_VARIANCE);
        (self.product - self.means[0] * self.means[1]) / (variance(0) * variance(1)).sqrt()
    }
}
