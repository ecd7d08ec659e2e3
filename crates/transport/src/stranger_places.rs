//! How many strangers there may be at once, and who makes room for whom.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::server::home_of;

/// Places for those who have connected and not done their part of the handshake yet.
///
/// Anybody may have any number of them while there are free ones, such as a crowd behind one address or a proxy. Once
/// there are none, the address that has the most makes room for one that has fewer; and where all have about as many,
/// whoever has waited longest does after a second, so that nobody keeps others out with strangers who say nothing,
/// however many addresses they come from. Of IPv6, a network of 64 bits counts as one address, as one household has all
/// of them, and may have hundreds of such networks.
#[derive(Debug)]
pub struct StrangerPlaces<Stranger> {
    places: usize,
    taken: usize,
    /// With the time at which each came. Those who have not shown where they are count as one home.
    by_home: BTreeMap<Option<IpAddr>, BTreeMap<Stranger, Instant>>,
}

/// There is no place for this stranger, for the time being.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPlaceLeft;

impl<Stranger: Copy + Ord> StrangerPlaces<Stranger> {
    /// So many places.
    pub fn new(places: usize) -> Self {
        Self { places, taken: 0, by_home: BTreeMap::new() }
    }

    /// How many are taken.
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// Takes a place for a stranger from this address, who has to be greater than all that came before: the one that
    /// had to go for it, if any. All who have not shown where they are, and so have no address, count as one home.
    ///
    /// # Errors
    /// All places are taken, and nobody makes room for this address.
    pub fn take(
        &mut self,
        now: Instant,
        address: Option<IpAddr>,
        stranger: Stranger,
    ) -> Result<Option<Stranger>, NoPlaceLeft> {
        let home = address.map(home_of);
        let gone = if self.taken < self.places { None } else { Some(self.make_room_for(now, home)?) };
        self.taken += 1;
        self.by_home.entry(home).or_default().insert(stranger, now);
        Ok(gone)
    }

    /// Gives a stranger's place back, unless it is gone already.
    pub fn give_back(&mut self, address: Option<IpAddr>, stranger: Stranger) {
        self.remove(address.map(home_of), stranger);
    }

    fn make_room_for(&mut self, now: Instant, home: Option<IpAddr>) -> Result<Stranger, NoPlaceLeft> {
        let (gone_home, gone) = self.who_makes_room_for(now, home).ok_or(NoPlaceLeft)?;
        self.remove(gone_home, gone);
        Ok(gone)
    }

    /// The one that has waited longest goes: whoever means it is soon done. No home loses a place to one that has as
    /// many.
    fn who_makes_room_for(&self, now: Instant, home: Option<IpAddr>) -> Option<(Option<IpAddr>, Stranger)> {
        let own = self.by_home.get(&home).map_or(0, BTreeMap::len);
        let (&crowd, most) = self.by_home.iter().max_by_key(|(_, strangers)| strangers.len())?;
        if most.len() > own + 1 {
            return most.keys().next().map(|&longest_here| (crowd, longest_here));
        }
        let may_lose =
            |other: &Option<IpAddr>, count| if most.len() > own { count > own } else { *other == home };
        let homes = self.by_home.iter().filter(|(other, strangers)| may_lose(other, strangers.len()));
        let longest_of_each = homes.filter_map(|(&home, strangers)| Some((home, strangers.iter().next()?)));
        let (home, (&longest_here, &since)) = longest_of_each.min_by_key(|(_, (stranger, _))| **stranger)?;
        (now.saturating_duration_since(since) >= UNDISTURBED).then_some((home, longest_here))
    }

    fn remove(&mut self, home: Option<IpAddr>, stranger: Stranger) {
        let Some(strangers) = self.by_home.get_mut(&home) else { return };
        if strangers.remove(&stranger).is_some() {
            self.taken -= 1;
        }
        if strangers.is_empty() {
            self.by_home.remove(&home);
        }
    }
}

/// How long a stranger keeps its place although its home has no more of them than others. A handshake takes one to
/// three round trips, which is less on nearly every line; whoever wants to keep others out has to take all places again
/// within that time.
const UNDISTURBED: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    const CROWD: [u8; 4] = [192, 0, 2, 1];

    /// Full of strangers of one address, the first being 1.
    fn full(now: Instant, places: u32) -> StrangerPlaces<u32> {
        let mut full = StrangerPlaces::new(places as usize);
        for stranger in 1..=places {
            assert_eq!(
                full.take(now, Some(CROWD.into()), stranger),
                Ok(None),
                "while there are places, anybody gets them"
            );
        }
        full
    }

    #[test]
    fn who_has_the_most_makes_room_for_who_has_fewer_the_oldest_first() {
        let now = Instant::now();
        let mut places = full(now, 6);
        let mut take = |address: &str, stranger| places.take(now, Some(address.parse().unwrap()), stranger);
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
    fn made_up_addresses_make_room_for_who_is_there_for_real() {
        let now = Instant::now();
        let mut places = StrangerPlaces::new(4);
        for stranger in 1..=4 {
            assert_eq!(places.take(now, None, stranger), Ok(None));
        }
        assert_eq!(places.take(now, None, 5), Err(NoPlaceLeft));
        assert_eq!(places.take(now, Some([192, 0, 2, 1].into()), 6), Ok(Some(1)));
        assert_eq!(places.take(now, Some([192, 0, 2, 2].into()), 7), Ok(Some(2)));
    }

    #[test]
    fn with_a_place_for_each_who_has_waited_longest_makes_room_after_a_second() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut places = StrangerPlaces::new(256);
        let network = |number: u16| Some(IpAddr::from([0x2001, 0xdb8, 0, number, 0, 0, 0, 1]));
        for number in 0..256_u16 {
            let now = start + u32::from(number) * Duration::from_millis(1);
            assert_eq!(places.take(now, network(number), number), Ok(None));
        }
        let newcomer = |last| Some(IpAddr::from([192, 0, 2, last]));
        let too_early = start + Duration::from_millis(999);
        assert_eq!(places.take(too_early, newcomer(1), 256), Err(NoPlaceLeft));
        assert_eq!(places.take(start + second, newcomer(1), 257), Ok(Some(0)));
        assert_eq!(
            places.take(start + second, newcomer(2), 258),
            Err(NoPlaceLeft),
            "the next has come later"
        );
        assert_eq!(places.take(start + 2 * second, newcomer(2), 259), Ok(Some(1)));
        assert_eq!(StrangerPlaces::new(0).take(start, Some(CROWD.into()), 1), Err(NoPlaceLeft));
    }

    #[test]
    fn a_home_that_has_the_most_makes_room_for_its_own_after_a_second() {
        let start = Instant::now();
        let later = start + Duration::from_secs(1);
        let mut places = StrangerPlaces::new(3);
        let [first, second] = [1, 2].map(|last| Some(IpAddr::from([192, 0, 2, last])));
        assert_eq!(places.take(start, first, 1), Ok(None));
        assert_eq!(places.take(start, second, 2), Ok(None));
        assert_eq!(places.take(start, second, 3), Ok(None));
        assert_eq!(places.take(start, second, 4), Err(NoPlaceLeft));
        assert_eq!(
            places.take(later, second, 5),
            Ok(Some(2)),
            "though the other home's has waited for longer"
        );
        assert_eq!(places.take(later, first, 6), Ok(Some(3)), "as the other home has more");
        assert_eq!(places.take(later, first, 7), Ok(Some(1)));
    }

    #[test]
    fn a_place_is_given_back_once_and_who_has_none_is_forgotten() {
        let now = Instant::now();
        let mut places = full(now, 4);
        assert_eq!(places.take(now, Some([192, 0, 2, 2].into()), 5), Ok(Some(1)));
        for stranger in [1, 2, 2, 3, 4] {
            places.give_back(Some(CROWD.into()), stranger);
        }
        assert_eq!((places.taken, places.by_home.len()), (1, 1));
        places.give_back(Some([192, 0, 2, 2].into()), 5);
        assert_eq!((places.taken, places.by_home.len()), (0, 0));
    }
}
