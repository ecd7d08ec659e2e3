//! White noise from a seed.

/// A shift-register generator (Marsaglia, "Xorshift RNGs", 2003).
#[derive(Debug, Clone)]
pub struct WhiteNoise(u32);

impl WhiteNoise {
    /// Adjacent seeds give uncorrelated noise.
    pub const fn new(seed: u32) -> Self {
        Self::from_state(seed.wrapping_mul(0x9e37_79b9) ^ 0x2545_f491)
    }

    /// The generator with a given state; 0, which would give only zeros, is replaced by 1.
    pub const fn from_state(state: u32) -> Self {
        Self(if state == 0 { 1 } else { state })
    }

    /// The next sample, between −1 and 1.
    pub fn sample(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 as f32 / 2_147_483_648.0 - 1.0
    }
}
