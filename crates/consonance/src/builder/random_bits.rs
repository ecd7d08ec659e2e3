//! Random bits for names and seeds.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

/// Random bits: the standard library seeds its hash maps again each time.
pub(super) fn random_u64() -> u64 {
    RandomState::new().build_hasher().finish()
}
