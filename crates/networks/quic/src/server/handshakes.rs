//! Places for strangers who shake hands, and who makes room for whom.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

use tokio::sync::oneshot::{Receiver, Sender, channel};

/// Who shakes hands.
///
/// Any home may have any number of places while there are free ones, such as a crowd behind one address. Once there are
/// none, the home that has the most makes room for one that has fewer; and where all have about as many, whoever has
/// taken longest does after a second, so that nobody keeps others out with strangers who say nothing, however many
/// homes they come from.
#[derive(Debug)]
pub(super) struct Handshakes {
    places: usize,
    /// By their numbers, which count up.
    strangers: BTreeMap<u64, Stranger>,
    /// Each ends when its sender is dropped. Those who have not proved where they are count as one home, and cost
    /// nobody anything in whose name they come.
    by_home: BTreeMap<Option<Home>, BTreeMap<u64, Sender<Infallible>>>,
    last_number: u64,
}

/// Where a stranger has shown to be. All addresses of a network of IPv6 count as one, as a household has 2⁶⁴ of them;
/// it may have hundreds of such networks, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Home(IpAddr);

/// A place that was taken.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) number: u64,
    pub(super) has_to_go: HasToGo,
    /// Whether another one had to go for it.
    pub(super) is_anothers: bool,
}

/// Resolves when a stranger has to make room.
pub(super) type HasToGo = Receiver<Infallible>;

#[derive(Clone, Copy, Debug)]
struct Stranger {
    home: Option<Home>,
    since: Instant,
}

/// How long a stranger keeps its place although its home has no more of them than others. A handshake takes one to
/// three round trips, which is less on nearly every line; whoever wants to keep others out has to take all places anew
/// within that time.
const UNDISTURBED: Duration = Duration::from_secs(1);

impl Handshakes {
    pub(super) fn new(places: usize) -> Self {
        Self { places, strangers: BTreeMap::new(), by_home: BTreeMap::new(), last_number: 0 }
    }

    /// Whether there are so many that strangers have to prove their address first.
    pub(super) fn are_many(&self) -> bool {
        self.strangers.len() >= self.places / 4
    }

    /// A place, unless all are taken and nobody makes room for this home.
    pub(super) fn take(&mut self, now: Instant, home: Option<Home>) -> Option<Taken> {
        let is_anothers = self.strangers.len() >= self.places;
        if is_anothers {
            let gone = self.who_makes_room_for(now, home)?;
            self.give_back(gone);
        }
        let (sender, has_to_go) = channel();
        self.last_number += 1;
        self.strangers.insert(self.last_number, Stranger { home, since: now });
        self.by_home.entry(home).or_default().insert(self.last_number, sender);
        Some(Taken { number: self.last_number, has_to_go, is_anothers })
    }

    /// Gives a place back, unless it is gone already.
    pub(super) fn give_back(&mut self, number: u64) {
        let Some(Stranger { home, .. }) = self.strangers.remove(&number) else { return };
        let Some(of_home) = self.by_home.get_mut(&home) else { return };
        of_home.remove(&number);
        if of_home.is_empty() {
            self.by_home.remove(&home);
        }
    }

    /// The one that has taken longest: whoever means it is soon done. No home loses a place to one that has as many.
    fn who_makes_room_for(&self, now: Instant, home: Option<Home>) -> Option<u64> {
        let own = self.by_home.get(&home).map_or(0, BTreeMap::len);
        let most = self.by_home.values().max_by_key(|of_home| of_home.len())?;
        if most.len() > own + 1 {
            return most.keys().next().copied();
        }
        let may_lose = |other, count| if most.len() > own { count > own } else { other == home };
        let homes = self.by_home.iter().filter(|(other, of_home)| may_lose(**other, of_home.len()));
        let longest_here = homes.filter_map(|(_, of_home)| of_home.keys().next()).min()?;
        let since = self.strangers.get(longest_here)?.since;
        (now.saturating_duration_since(since) >= UNDISTURBED).then_some(*longest_here)
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
    use tokio::sync::oneshot::error::TryRecvError;

    use super::*;

    fn home(address: &str) -> Home {
        Home::of(address.parse().unwrap())
    }

    /// Full of strangers of one home, the longest here first.
    fn full(now: Instant, places: usize, home: Option<Home>) -> (Handshakes, Vec<Taken>) {
        let mut handshakes = Handshakes::new(places);
        let crowd: Vec<Taken> = std::iter::from_fn(|| handshakes.take(now, home)).take(places + 1).collect();
        assert_eq!(crowd.len(), places, "while there are places, anybody gets them, and no longer");
        (handshakes, crowd)
    }

    /// How many have to go, which are the ones that have taken longest.
    fn gone(crowd: &mut [Taken]) -> usize {
        let has_to_go: Vec<bool> =
            crowd.iter_mut().map(|taken| taken.has_to_go.try_recv() == Err(TryRecvError::Closed)).collect();
        let gone = has_to_go.iter().take_while(|has_to_go| **has_to_go).count();
        assert!(!has_to_go[gone..].contains(&true), "the longest here go first: {has_to_go:?}");
        gone
    }

    #[test]
    fn the_home_with_the_most_makes_room_for_others() {
        let now = Instant::now();
        let (mut handshakes, mut crowd) = full(now, 6, Some(home("192.0.2.1")));
        assert!(handshakes.take(now, Some(home("::ffff:192.0.2.1"))).is_none(), "which is the same");
        let others: Vec<Taken> = (1..=4)
            .filter_map(|last| handshakes.take(now, Some(home(&format!("2001:db8::{last}")))))
            .collect();
        assert_eq!(others.len(), 3, "half of them, however many addresses a household has");
        assert!(others.iter().all(|other| other.is_anothers));
        assert_eq!(gone(&mut crowd), 3);
    }

    #[test]
    fn made_up_addresses_make_room_for_who_is_there_for_real() {
        let now = Instant::now();
        let (mut handshakes, mut crowd) = full(now, 4, None);
        let _honest = [
            handshakes.take(now, Some(home("192.0.2.1"))).unwrap(),
            handshakes.take(now, Some(home("192.0.2.2"))).unwrap(),
        ];
        assert_eq!(gone(&mut crowd), 2);
    }

    #[test]
    fn with_a_place_for_each_who_has_taken_longest_makes_room_after_a_second() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut handshakes = Handshakes::new(256);
        let mut networks: Vec<Taken> = (0..256_u32)
            .filter_map(|number| {
                let now = start + number * Duration::from_millis(1);
                handshakes.take(now, Some(home(&format!("2001:db8:0:{number:x}::1"))))
            })
            .collect();
        let [first, other] = ["192.0.2.1", "192.0.2.2"].map(|address| Some(home(address)));
        assert!(handshakes.take(start + Duration::from_millis(999), first).is_none());
        assert_eq!((networks.len(), gone(&mut networks)), (256, 0));
        let first = handshakes.take(start + second, first).unwrap();
        assert_eq!((first.is_anothers, gone(&mut networks)), (true, 1));
        assert!(handshakes.take(start + second, other).is_none(), "the next has come later");
        let _other = handshakes.take(start + 2 * second, other).unwrap();
        assert_eq!(gone(&mut networks), 2);
    }

    #[test]
    fn a_home_that_has_the_most_makes_room_for_its_own_after_a_second() {
        let start = Instant::now();
        let later = start + Duration::from_secs(1);
        let [first, second] = ["192.0.2.1", "192.0.2.2"].map(|address| Some(home(address)));
        let mut handshakes = Handshakes::new(3);
        let mut longest = handshakes.take(start, first).unwrap();
        let mut crowd = [handshakes.take(start, second).unwrap(), handshakes.take(start, second).unwrap()];
        assert!(handshakes.take(start, second).is_none());
        let _third = handshakes.take(later, second).unwrap();
        assert_eq!(gone(&mut crowd), 1, "though the other home's has taken longer");
        let _own = handshakes.take(later, first).unwrap();
        assert_eq!(gone(&mut crowd), 2, "as the other home has more");
        assert_eq!(longest.has_to_go.try_recv(), Err(TryRecvError::Empty));
    }

    #[test]
    fn a_place_is_given_back_once_and_who_has_none_is_forgotten() {
        let now = Instant::now();
        let (mut handshakes, crowd) = full(now, 4, Some(home("192.0.2.1")));
        let other = handshakes.take(now, Some(home("192.0.2.2"))).unwrap();
        for taken in &crowd {
            handshakes.give_back(taken.number);
        }
        assert_eq!((handshakes.strangers.len(), handshakes.by_home.len()), (1, 1));
        handshakes.give_back(other.number);
        assert_eq!((handshakes.strangers.len(), handshakes.by_home.len()), (0, 0));
    }
}
