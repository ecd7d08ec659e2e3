//! White noise from a seed.

/// A shift-register generator (Marsaglia, "Xorshift RNGs", 2003).
pub(super) struct Noise(u32);

impl Noise {
    /// Seeds next to each other give noises that have nothing in common.
    pub(super) const fn new(seed: u32) -> Self {
        let mixed = seed.wrapping_mul(0x9e37_79b9) ^ 0x2545_f491;
        Self(if mixed == 0 { 1 } else { mixed })
    }

    /// Between −1 and 1.
    pub(super) fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 as f32 / 2_147_483_648.0 - 1.0
    }
}
