//! Detects near-end speech within the last second. A voice is rarely clearly louder than everything that might be
//! echo, but it is so again and again; new sounds of the far end are not.

/// How much of the near end's presence is kept per block: about 100 ms.
const SMOOTHING: f32 = 0.85;

/// How much of its highest value is kept per block, about 0.8 s, and how much of it is talk for sure: 1 divided by it.
const HELD: f32 = 0.988;
const SLOPE: f32 = 4.0;

/// Follows it.
#[derive(Debug)]
pub(crate) struct Talking {
    mean: f32,
    held: f32,
}

impl Talking {
    pub(crate) const fn new() -> Self {
        Self { mean: 1.0, held: 1.0 }
    }

    /// Takes how much of a block is the near end, 0 to 1, whatever might be echo left out.
    pub(crate) fn observe(&mut self, near: f32) {
        self.mean = near + SMOOTHING * (self.mean - near);
        self.held = self.mean.max(HELD * self.held);
    }

    /// How surely the near end is silent, 0 to 1.
    pub(crate) fn silent(&self) -> f32 {
        1.0 - (SLOPE * self.held).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_near_end_talks_through_short_pauses_and_not_after_a_single_loud_block() {
        let mut talking = Talking::new();
        let mut after = |near: f32, blocks: usize| {
            (0..blocks).for_each(|_| talking.observe(near));
            talking.silent()
        };
        assert!(after(0.0, 500) > 0.9, "silence");
        assert!(after(1.0, 1) > 0.3, "a click");
        assert!(after(1.0, 20) < 0.01, "a syllable");
        assert!(after(0.0, 50) < 0.01, "a pause");
        assert!(after(0.0, 300) > 0.9, "silence again");
    }
}
