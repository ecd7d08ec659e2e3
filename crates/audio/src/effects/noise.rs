//! White noise from a seed.

/// Evenly distributed within ±√3, so that its power is 1.
#[derive(Debug, Clone)]
pub(super) struct WhiteNoise(u32);

impl WhiteNoise {
    pub(super) fn new(seed: u32) -> Self {
        // Neighbouring seeds must sound different (the multiplier of Fibonacci hashing, Knuth, TAOCP 3, §6.4).
        Self(seed.wrapping_mul(2_654_435_769) | 1)
    }

    pub(super) fn next(&mut self) -> f32 {
        // Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8, 2003.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        ((self.0 >> 8) as f32 / 8_388_608.0 - 1.0) * 1.732_050_8
    }
}
