//! Unguessable numbers, from a seed.

use ring::hmac;

/// A sequence of numbers, each as unpredictable as the seed however many of the others an attacker has seen: for
/// secrets that only a receiver of our datagrams can know.
#[derive(Debug)]
pub struct SecretNumbers {
    key: hmac::Key,
    drawn: u64,
}

impl SecretNumbers {
    /// The numbers of this seed, which must be secret: take it from the system's source of random numbers.
    pub fn new(seed: &[u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, seed), drawn: 0 }
    }

    /// The next one: all 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.drawn += 1;
        let tag = hmac::sign(&self.key, &self.drawn.to_le_bytes());
        tag.as_ref().first_chunk().copied().map_or(0, u64::from_le_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_and_another_seed_others() {
        let first = |seed| {
            let mut numbers = SecretNumbers::new(&[seed; 32]);
            [(); 100].map(|()| numbers.draw())
        };
        assert_eq!(first(1), first(1));
        assert!(first(1).iter().all(|number| !first(2).contains(number)));
    }
}
