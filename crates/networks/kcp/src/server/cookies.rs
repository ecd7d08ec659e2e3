//! Cookies that nobody guesses, from a seed.

use ring::hmac;

#[derive(Debug)]
pub(super) struct Cookies {
    key: hmac::Key,
    given: u64,
}

impl Cookies {
    pub(super) fn new(seed: &[u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, seed), given: 0 }
    }

    /// A cookie that is not 0, which stands for none.
    pub(super) fn next(&mut self) -> u32 {
        loop {
            self.given += 1;
            let tag = hmac::sign(&self.key, &self.given.to_le_bytes());
            let cookie = tag.as_ref().first_chunk().copied().map_or(0, u32::from_le_bytes);
            if cookie != 0 {
                return cookie;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_cookies_and_another_seed_others() {
        let first = |seed| {
            let mut cookies = Cookies::new(&[seed; 32]);
            [(); 100].map(|()| cookies.next())
        };
        assert_eq!(first(1), first(1));
        assert!(first(1).iter().all(|cookie| *cookie != 0 && !first(2).contains(cookie)));
    }
}
