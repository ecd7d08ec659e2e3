//! An upper bound on the echo's level: no louder than the microphone signal while the loudspeaker played.
//!
//! Without this the filter would learn, in its first second, a loud echo from a loud voice.

use super::bands::{self, BANDS};
use super::linear_filter::{LINEAR_BINS, Row};
use super::render_history::PARTITIONS;
use crate::capture::spectrum::Spectrum;

/// How much of the powers is kept per block: about 250 ms.
const SMOOTHING: f32 = 0.96;

/// Blocks over which the loudspeaker's power is taken at its least, 320 ms: the echo may still be on its way.
const WAY_BLOCKS: usize = 32;

/// How fast the bound rises per block, 2 dB per second: the loudspeaker can be turned up.
const RISE: f32 = 1.005;

/// How much louder than the bound the filter may expect the echo to be, as power: it is a least value of
/// something that fluctuates.
const MARGIN: f32 = 5.0;

/// The echo is never more than this much louder than what is played, as power.
const LOUDEST: f32 = 4.0;

/// Below this power in a band the loudspeaker is silent.
const SILENCE: f32 = 1e-2;

/// Follows, per band, the microphone's power over the loudspeaker's at its least.
pub(crate) struct LoudnessBound {
    microphone: [f32; BANDS],
    played: [f32; BANDS],
    lately: [[f32; BANDS]; WAY_BLOCKS],
    next: usize,
    ratio: [f32; BANDS],
}

impl LoudnessBound {
    pub(crate) fn new() -> Self {
        Self {
            microphone: [0.0; BANDS],
            played: [0.0; BANDS],
            lately: [[0.0; BANDS]; WAY_BLOCKS],
            next: 0,
            ratio: [1.0; BANDS],
        }
    }

    /// Looks at one block of both.
    pub(crate) fn observe(&mut self, microphone: &Spectrum, played: &Spectrum) {
        for band in 0..BANDS {
            let power = |spectrum: &Spectrum| bands::bins(band).map(|bin| spectrum.power(bin)).sum::<f32>();
            self.microphone[band] += (1.0 - SMOOTHING) * (power(microphone) - self.microphone[band]);
            self.played[band] += (1.0 - SMOOTHING) * (power(played) - self.played[band]);
            self.lately[self.next][band] = self.played[band];
            let least = self.lately.iter().map(|all| all[band]).fold(f32::MAX, f32::min);
            if least > SILENCE {
                let now = (self.microphone[band] / least).max(1e-6);
                self.ratio[band] = (self.ratio[band] * RISE).min(now).min(LOUDEST);
            }
        }
        self.next = (self.next + 1) % WAY_BLOCKS;
    }

    /// The echo's power at most as a share of what is played: the median of the bands.
    pub(crate) fn typical(&self) -> f32 {
        let mut ratios = self.ratio;
        ratios.sort_unstable_by(f32::total_cmp);
        ratios[BANDS / 2]
    }

    /// How unsure of a partition the filter may be, per bin: it does not know in which one the energy is.
    pub(crate) fn most_unsure(&self) -> Row {
        let mut row = [0.0; LINEAR_BINS];
        for (band, ratio) in self.ratio.iter().enumerate() {
            row[bands::bins(band)].fill(MARGIN * ratio / PARTITIONS as f32);
        }
        row
    }
}
