//! The key in the address.

use std::hash::{BuildHasher, RandomState};

/// 128 random bits from the operating system, through the keys that the standard library generates for its hash maps.
pub(super) fn new() -> String {
    let (one, other) = (RandomState::new(), RandomState::new());
    format!("{:016x}{:016x}", one.hash_one(1), other.hash_one(2))
}

/// Compares in constant time.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let difference = one.bytes().zip(other.bytes()).fold(0, |sum, (one, other)| sum | (one ^ other));
    one.len() == other.len() && difference == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_another_and_has_128_bits() {
        let (one, other) = (new(), new());
        assert_ne!(one, other);
        assert_eq!(one.len(), 32);
        assert!(is_same(&one, &one.clone()) && !is_same(&one, &other) && !is_same(&one, &one[1..]));
        assert!(!is_same(&one, ""));
    }
}
