//! The only source of chance, here and in soaks: the same seed throws the same dice on every machine.

use std::time::Duration;

use consonance_link::split_mix::{STEP, mixed};

/// A stream of numbers made from a seed: `SplitMix64` (Steele, Lea, Flood 2014).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The dice of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Independent dice, for a part whose throws must not depend on how often the rest throws.
    #[must_use]
    pub fn split(&mut self) -> Self {
        Self(self.throw())
    }

    /// Any number.
    pub fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mixed(self.0)
    }

    /// 0 … `end` − 1; 0 if `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        // The high half of the product is as good as the remainder and needs no division.
        ((u128::from(self.throw()) * u128::from(end)) >> 64) as u64
    }

    /// True in `per_million` of a million throws.
    pub fn chance(&mut self, per_million: u32) -> bool {
        per_million > 0 && self.below(1_000_000) < u64::from(per_million)
    }

    /// A random duration between these two, which are in milliseconds, to the microsecond.
    pub fn millis(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_micros(from * 1000 + self.below((to - from) * 1000 + 1))
    }

    /// One of the items; `None` if there are none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len() as u64) as usize)
    }

    /// This many random bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.throw() as u8).collect()
    }

    /// The same items in another order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_throws_the_same() {
        let throws = |seed| {
            let mut dice = Dice::new(seed);
            [dice.throw(), dice.throw(), dice.throw()]
        };
        assert_eq!(throws(7), throws(7));
        assert_ne!(throws(7), throws(8));
    }

    #[test]
    fn numbers_stay_below_their_end_and_reach_all_of_them() {
        let mut dice = Dice::new(1);
        let seen: std::collections::BTreeSet<u64> = (0..200).map(|_| dice.below(6)).collect();
        assert!(seen.into_iter().eq(0..6));
        assert_eq!(dice.below(0), 0);
    }

    #[test]
    fn a_chance_of_none_and_of_a_million_are_certain() {
        let mut dice = Dice::new(1);
        assert!((0..1000).all(|_| !dice.chance(0) && dice.chance(1_000_000)));
    }
    #[test]
    fn shuffling_keeps_all_items() {
        let mut items: Vec<u8> = (0..50).collect();
        Dice::new(3).shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
