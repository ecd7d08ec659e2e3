//! Places for strangers who shake hands, and what one home may have of them.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

/// How many shake hands, in all and from each home.
///
/// Once half of the places are taken, nobody may have more than a quarter of them: one home alone leaves the other half
/// to others. Before that anybody may have as many as it likes, such as a crowd behind one address.
#[derive(Debug)]
pub(super) struct Handshakes {
    places: usize,
    taken: usize,
    by_home: BTreeMap<Home, usize>,
}

/// Where a stranger has shown to be. All addresses of a household count as one: it has 2⁶⁴ of IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Home(IpAddr);

/// There is no place for this stranger.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMany;

impl Handshakes {
    pub(super) fn new(places: usize) -> Self {
        Self { places, taken: 0, by_home: BTreeMap::new() }
    }

    /// Whether there are so many that strangers have to prove their address first.
    pub(super) fn are_many(&self) -> bool {
        self.taken >= self.share()
    }

    /// Takes a place. An address that is not proved has no home: what others do in its name costs it nothing.
    pub(super) fn take(&mut self, home: Option<Home>) -> Result<(), TooMany> {
        let is_full = self.taken >= self.places;
        let is_scarce = self.taken >= self.places / 2;
        let of_home = home.and_then(|home| self.by_home.get(&home)).copied().unwrap_or(0);
        if is_full || (is_scarce && of_home >= self.share().max(1)) {
            return Err(TooMany);
        }
        self.taken += 1;
        if let Some(home) = home {
            *self.by_home.entry(home).or_default() += 1;
        }
        Ok(())
    }

    /// Gives a place back that was taken for this home.
    pub(super) fn give_back(&mut self, home: Option<Home>) {
        self.taken = self.taken.saturating_sub(1);
        let Some(home) = home else { return };
        if let Some(count) = self.by_home.get_mut(&home) {
            *count -= 1;
            if *count == 0 {
                self.by_home.remove(&home);
            }
        }
    }

    fn share(&self) -> usize {
        self.places / 4
    }
}

impl Home {
    pub(super) fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
            address @ IpAddr::V4(_) => address,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(address: &str) -> Home {
        Home::of(address.parse().unwrap())
    }

    /// How many places this home gets at once.
    fn take_all(handshakes: &mut Handshakes, address: &str) -> usize {
        std::iter::from_fn(|| handshakes.take(Some(home(address))).ok()).count()
    }

    #[test]
    fn one_home_leaves_half_of_the_places_and_each_further_one_gets_a_quarter_at_most() {
        let mut handshakes = Handshakes::new(256);
        assert_eq!(take_all(&mut handshakes, "192.0.2.1"), 128);
        assert_eq!(take_all(&mut handshakes, "2001:db8::1"), 64);
        assert_eq!(take_all(&mut handshakes, "2001:db8::2"), 0, "which lives in the same home");
        assert_eq!(take_all(&mut handshakes, "::ffff:192.0.2.1"), 0, "which is the same");
        assert_eq!(take_all(&mut handshakes, "2001:db8:0:1::1"), 64);
        assert_eq!(take_all(&mut handshakes, "192.0.2.2"), 0, "more than there are");
    }

    #[test]
    fn what_is_given_back_may_be_taken_again_and_homes_without_places_are_forgotten() {
        let mut handshakes = Handshakes::new(8);
        for _ in 0..3 {
            assert_eq!(take_all(&mut handshakes, "192.0.2.1"), 4);
            (0..4).for_each(|_| handshakes.give_back(Some(home("192.0.2.1"))));
        }
        assert_eq!((handshakes.taken, handshakes.by_home.len()), (0, 0));
    }

    #[test]
    fn what_is_done_in_the_name_of_an_address_costs_it_none_of_its_share() {
        let mut handshakes = Handshakes::new(8);
        while !handshakes.are_many() {
            assert_eq!(handshakes.take(None), Ok(()));
        }
        assert_eq!(take_all(&mut handshakes, "192.0.2.1"), 2, "half are taken");
        assert_eq!(take_all(&mut handshakes, "192.0.2.2"), 2);
    }

    #[test]
    fn a_place_that_is_the_only_one_is_had_by_whoever_comes_first() {
        let mut handshakes = Handshakes::new(1);
        assert_eq!(take_all(&mut handshakes, "192.0.2.1"), 1);
        assert_eq!(take_all(&mut handshakes, "192.0.2.2"), 0);
    }
}
