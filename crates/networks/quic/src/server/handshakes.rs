//! Places for strangers who shake hands, and how each learns that it has to make room.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::IpAddr;
use std::time::Instant;

use consonance_transport::HandshakeSlots;
use tokio::sync::oneshot::{Receiver, Sender, channel};

/// Who shakes hands. Those who have not proved where they are cost nobody anything in whose name they come.
#[derive(Debug)]
pub(super) struct Handshakes {
    places: HandshakeSlots<u64>,
    /// By their numbers, which count up.
    strangers: BTreeMap<u64, Stranger>,
    last_number: u64,
}

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

#[derive(Debug)]
struct Stranger {
    /// Where it has shown to be.
    address: Option<IpAddr>,
    /// Its handshake ends when this is dropped.
    _goes_with: Sender<Infallible>,
}

impl Handshakes {
    pub(super) fn new(places: usize) -> Self {
        Self { places: HandshakeSlots::new(places), strangers: BTreeMap::new(), last_number: 0 }
    }

    /// A place, unless all are taken and nobody makes room for this address.
    pub(super) fn take(&mut self, now: Instant, address: Option<IpAddr>) -> Option<Taken> {
        let number = self.last_number + 1;
        let gone = self.places.take(now, address, number).ok()?;
        if let Some(gone) = gone {
            self.strangers.remove(&gone);
        }
        let (goes_with, has_to_go) = channel();
        self.last_number = number;
        self.strangers.insert(number, Stranger { address, _goes_with: goes_with });
        Some(Taken { number, has_to_go, is_anothers: gone.is_some() })
    }

    /// Gives a place back, unless it is gone already.
    pub(super) fn give_back(&mut self, number: u64) {
        if let Some(Stranger { address, .. }) = self.strangers.remove(&number) {
            self.places.release(address, number);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot::error::TryRecvError;

    use super::*;

    fn home(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    /// Full of strangers of one home, the longest here first.
    fn full(now: Instant, places: usize, home: Option<IpAddr>) -> (Handshakes, Vec<Taken>) {
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
    fn a_place_is_given_back_once_and_who_has_none_is_forgotten() {
        let now = Instant::now();
        let (mut handshakes, crowd) = full(now, 4, Some(home("192.0.2.1")));
        let other = handshakes.take(now, Some(home("192.0.2.2"))).unwrap();
        for taken in &crowd {
            handshakes.give_back(taken.number);
        }
        assert_eq!((handshakes.strangers.len(), handshakes.places.taken()), (1, 1));
        handshakes.give_back(other.number);
        assert_eq!((handshakes.strangers.len(), handshakes.places.taken()), (0, 0));
    }
}
