//! Cookies that only a receiver of our datagrams can know, derived from a seed.

use consonance_link::gateway::udp::SecretNumbers;

#[derive(Debug)]
pub(super) struct Cookies(SecretNumbers);

impl Cookies {
    pub(super) fn new(seed: &[u8; 32]) -> Self {
        Self(SecretNumbers::new(seed))
    }

    /// The next cookie; never 0, which stands for none.
    pub(super) fn next(&mut self) -> u32 {
        loop {
            let cookie = self.0.draw() as u32;
            if cookie != 0 {
                return cookie;
            }
        }
    }

    /// The start of the clock of a connection whose datagrams carry no cookie.
    pub(super) fn clock_ms(&mut self) -> u32 {
        self.0.draw() as u32
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
