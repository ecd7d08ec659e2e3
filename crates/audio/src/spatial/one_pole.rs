//! A one-pole filter, which splits sound at one frequency.

use crate::block::SAMPLE_RATE_HZ;

/// Below this what is left in a filter is inaudible by 300 dB, and arithmetic on what follows is slow on many
/// processors, so it is taken for silence.
pub(super) const RESIDUE: f32 = 1e-15;

/// A first-order filter with 6 dB per octave, by the trapezoidal rule: the low part and the rest always add up to
/// the input exactly.
#[derive(Debug, Clone, Copy)]
pub(super) struct OnePole {
    /// tan(π f / fs) over one plus that.
    share: f32,
    state: f32,
}

impl OnePole {
    pub(super) fn new(corner_hz: f32) -> Self {
        let warped = (std::f32::consts::PI * corner_hz / SAMPLE_RATE_HZ as f32).tan();
        Self { share: warped / (1.0 + warped), state: 0.0 }
    }

    /// The part of the next sample that lies below the corner frequency.
    pub(super) fn low(&mut self, sample: f32) -> f32 {
        let change = (sample - self.state) * self.share;
        let low = self.state + change;
        self.state = low + change;
        low
    }

    /// Forgets what it heard.
    pub(super) fn clear(&mut self) {
        self.state = 0.0;
    }

    /// To be called between blocks.
    pub(super) fn settle(&mut self) {
        if self.state.abs() < RESIDUE {
            self.state = 0.0;
        }
    }
}
