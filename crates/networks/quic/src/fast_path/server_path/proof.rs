//! Tokens that only a receiver at an address can know.

use ring::hmac;

use crate::fast_path::probe::Token;

/// HMAC-SHA256 of a growing number, cut to eight bytes: the same from the same seed, and unguessable without it.
#[derive(Debug)]
pub(super) struct Tokens {
    key: hmac::Key,
    next: u64,
}

impl Tokens {
    pub(super) fn new(seed: &[u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, seed), next: 0 }
    }

    pub(super) fn next(&mut self) -> Token {
        let tag = hmac::sign(&self.key, &self.next.to_be_bytes());
        self.next += 1;
        std::array::from_fn(|index| tag.as_ref()[index])
    }
}
