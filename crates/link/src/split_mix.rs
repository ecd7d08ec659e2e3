//! `SplitMix64`: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
//!
//! For numbers that must differ, but need not be secret.

/// The distance between successive states of a generator, wrapping around.
pub const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// The number for a state; different states have different numbers.
pub fn mixed(state: u64) -> u64 {
    let mixed = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_reference() {
        // The reference implementation, https://prng.di.unimi.it/splitmix64.c, with the seed 1234567.
        let numbers = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        for (count, number) in (1..).zip(numbers) {
            assert_eq!(mixed(STEP.wrapping_mul(count).wrapping_add(1_234_567)), number);
        }
    }
}
