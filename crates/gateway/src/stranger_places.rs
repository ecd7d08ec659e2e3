//! How many strangers there may be at once, and who makes room for whom.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv6Addr};

/// Places for those who have connected and not done their part of the handshake yet.
///
/// Anybody may have any number of them while there are free ones, such as a crowd behind one address or a proxy. Once
/// there are none, the address that has the most makes room for one that has fewer: nobody keeps others out with
/// strangers who say nothing. Of IPv6, a network of 64 bits counts as one address, as one household has all of them.
#[derive(Debug)]
pub struct StrangerPlaces<Stranger> {
    places: usize,
    taken: usize,
    by_home: BTreeMap<IpAddr, BTreeSet<Stranger>>,
}

/// There is no place for this stranger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPlaceLeft;

impl<Stranger: Copy + Ord> StrangerPlaces<Stranger> {
    /// So many places.
    pub fn new(places: usize) -> Self {
        Self { places, taken: 0, by_home: BTreeMap::new() }
    }

    /// Takes a place for a stranger from this address, who has to be greater than all that came before: the one that
    /// had to go for it, if any.
    ///
    /// # Errors
    /// All places are taken, and nobody has more of them than this address.
    pub fn take(&mut self, address: IpAddr, stranger: Stranger) -> Result<Option<Stranger>, NoPlaceLeft> {
        let home = home_of(address);
        let gone = if self.taken < self.places { None } else { Some(self.make_room_for(home)?) };
        self.taken += 1;
        self.by_home.entry(home).or_default().insert(stranger);
        Ok(gone)
    }

    /// Gives a stranger's place back, unless it is gone already.
    pub fn give_back(&mut self, address: IpAddr, stranger: Stranger) {
        self.remove(home_of(address), stranger);
    }

    /// The one that has waited longest goes: whoever means it is soon done.
    fn make_room_for(&mut self, home: IpAddr) -> Result<Stranger, NoPlaceLeft> {
        let own = self.by_home.get(&home).map_or(0, BTreeSet::len);
        let most = self.by_home.iter().max_by_key(|(_, strangers)| strangers.len());
        let (&crowd, strangers) =
            most.filter(|(_, strangers)| strangers.len() > own + 1).ok_or(NoPlaceLeft)?;
        let oldest = *strangers.first().ok_or(NoPlaceLeft)?;
        self.remove(crowd, oldest);
        Ok(oldest)
    }

    fn remove(&mut self, home: IpAddr, stranger: Stranger) {
        let Some(strangers) = self.by_home.get_mut(&home) else { return };
        if strangers.remove(&stranger) {
            self.taken -= 1;
        }
        if strangers.is_empty() {
            self.by_home.remove(&home);
        }
    }
}

fn home_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CROWD: [u8; 4] = [192, 0, 2, 1];

    /// Full of strangers of one address, the first being 1.
    fn full(places: u32) -> StrangerPlaces<u32> {
        let mut full = StrangerPlaces::new(places as usize);
        for stranger in 1..=places {
            assert_eq!(
                full.take(CROWD.into(), stranger),
                Ok(None),
                "while there are places, anybody gets them"
            );
        }
        full
    }

    #[test]
    fn who_has_the_most_makes_room_for_who_has_fewer_the_oldest_first() {
        let mut places = full(6);
        let mut take = |address: &str, stranger| places.take(address.parse().unwrap(), stranger);
        assert_eq!(take("192.0.2.1", 7), Err(NoPlaceLeft));
        assert_eq!(take("::ffff:192.0.2.1", 7), Err(NoPlaceLeft), "which is the same");
        assert_eq!(take("2001:db8::1", 8), Ok(Some(1)));
        assert_eq!(take("2001:db8::2", 9), Ok(Some(2)));
        assert_eq!(take("2001:db8::3", 10), Ok(Some(3)));
        assert_eq!(take("2001:db8::4", 11), Err(NoPlaceLeft), "half of them, however many its addresses are");
        assert_eq!(take("192.0.2.2", 12), Ok(Some(8)), "who is found last of several goes first");
        assert_eq!(take("192.0.2.3", 13), Ok(Some(4)));
    }

    #[test]
    fn with_a_place_for_each_nobody_makes_room() {
        let mut places = StrangerPlaces::new(3);
        for stranger in 1..=3_u8 {
            assert_eq!(places.take([192, 0, 2, stranger].into(), stranger), Ok(None));
        }
        assert_eq!(places.take([192, 0, 2, 4].into(), 4), Err(NoPlaceLeft));
        assert_eq!(StrangerPlaces::new(0).take(CROWD.into(), 1), Err(NoPlaceLeft));
    }

    #[test]
    fn a_place_is_given_back_once_and_who_has_none_is_forgotten() {
        let mut places = full(4);
        assert_eq!(places.take([192, 0, 2, 2].into(), 5), Ok(Some(1)));
        for stranger in [1, 2, 2, 3, 4] {
            places.give_back(CROWD.into(), stranger);
        }
        assert_eq!((places.taken, places.by_home.len()), (1, 1));
        places.give_back([192, 0, 2, 2].into(), 5);
        assert_eq!((places.taken, places.by_home.len()), (0, 0));
    }
}
