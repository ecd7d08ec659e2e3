//! Random numbers for ids and seeds.

use std::hash::{BuildHasher, Hasher, RandomState};

/// From the operating system, by way of the keys that the standard library draws for its hash maps; their hash is
/// keyed with 128 secret bits.
pub(crate) fn random_u64() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A key of 256 bits from the same source.
pub(crate) fn random_key() -> [u8; 32] {
    let keyed = RandomState::new();
    let mut key = [0; 32];
    for (number, bytes) in (0_u64..).zip(key.chunks_exact_mut(8)) {
        bytes.copy_from_slice(&keyed.hash_one(number).to_le_bytes());
    }
    key
}
