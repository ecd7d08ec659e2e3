//! A small generator of random numbers: the same seed gives the same numbers on every machine.

use crate::split_mix::{STEP, mixed};

/// The numbers of [`split_mix`](crate::split_mix), one after the other.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The generator of one `purpose` under a seed. Purposes are independent: using one more often does not change the
    /// numbers of the others.
    pub fn new(seed: u64, purpose: &str) -> Self {
        let mut random = Self(seed);
        for byte in purpose.bytes() {
            random.0 = random.next_u64() ^ u64::from(byte);
        }
        random
    }

    /// All 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mixed(self.0)
    }

    /// From 0 up to, but not including, 1: the 53 bits that an `f64` holds.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_and_purposes_have_numbers_of_their_own() {
        let first = |seed, purpose| Random::new(seed, purpose).next_u64();
        assert_eq!(first(1, "loss"), first(1, "loss"));
        assert_ne!(first(1, "loss"), first(2, "loss"));
        assert_ne!(first(1, "loss"), first(1, "jitter"));
    }

    #[test]
    fn unit_numbers_fill_their_range_evenly() {
        let mut random = Random::new(7, "test");
        let mut tenths = [0; 10];
        for _ in 0..100_000 {
            tenths[(random.unit() * 10.0) as usize] += 1;
        }
        assert!(tenths.iter().all(|count| (9_600..10_400).contains(count)), "{tenths:?}");
    }
}
