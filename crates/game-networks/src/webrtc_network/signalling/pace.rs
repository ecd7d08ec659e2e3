//! How many messages clients may send: each of them, and all at one address together.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::time::{Duration, Instant};

use consonance_link::gateway::Allowance;

use super::server::Guest;

/// A negotiating client sends everything at once, and then nothing: so there may be many messages, and as many again
/// only after [`PERIOD`].
#[derive(Debug)]
pub(super) struct Pace {
    each: u32,
    together: u32,
    guests: HashMap<Guest, Allowance>,
    homes: BTreeMap<IpAddr, Home>,
}

/// All clients at one address. Its allowance outlives them, so that reconnecting does not renew it.
#[derive(Debug)]
struct Home {
    messages: Allowance,
    last: Instant,
}

impl Pace {
    pub(super) fn new(each: u32, together: u32) -> Self {
        Self { each, together, guests: HashMap::new(), homes: BTreeMap::new() }
    }

    /// Whether a client may send one more message.
    pub(super) fn take(&mut self, now: Instant, guest: Guest, home: IpAddr) -> bool {
        self.make_room_for(home);
        let home = self
            .homes
            .entry(home)
            .or_insert_with(|| Home { messages: Allowance::within(now, self.together, PERIOD), last: now });
        home.last = now;
        let own = self.guests.entry(guest).or_insert_with(|| Allowance::within(now, self.each, PERIOD));
        own.take(now) && home.messages.take(now)
    }

    /// A client is gone.
    pub(super) fn forget(&mut self, guest: Guest) {
        self.guests.remove(&guest);
    }

    /// The address that was silent for longest is forgotten.
    fn make_room_for(&mut self, home: IpAddr) {
        if self.homes.len() < HOMES_MAX || self.homes.contains_key(&home) {
            return;
        }
        let silent = self.homes.iter().min_by_key(|(_, home)| home.last).map(|(&home, _)| home);
        if let Some(silent) = silent {
            self.homes.remove(&silent);
        }
    }
}

/// How long it takes until as many messages are allowed again as at first.
const PERIOD: Duration = Duration::from_secs(40);

/// The most addresses that are remembered.
const HOMES_MAX: usize = 4096;

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn a_client_may_say_much_at_once_and_as_much_again_only_after_a_while() {
        let start = Instant::now();
        let mut pace = Pace::new(100, 1000);
        let mut taken = |guest, after: u64| {
            let now = start + Duration::from_secs(after);
            (0..1000).filter(|_| pace.take(now, Guest(guest), HOME)).count()
        };
        assert_eq!(taken(1, 0), 100);
        assert_eq!(taken(2, 0), 100, "others have their own");
        assert_eq!(taken(1, 10), 25);
        assert_eq!(taken(1, 100), 100);
    }

    #[test]
    fn all_connections_of_one_address_share_an_allowance() {
        let start = Instant::now();
        let mut pace = Pace::new(100, 250);
        let mut taken = |guest, home: [u8; 4]| {
            let count = (0..100).filter(|_| pace.take(start, Guest(guest), home.into())).count();
            pace.forget(Guest(guest));
            count
        };
        let here = [192, 0, 2, 1];
        assert_eq!([1, 2, 3, 4].map(|guest| taken(guest, here)), [100, 100, 50, 0]);
        assert_eq!(taken(5, [192, 0, 2, 2]), 100, "another address is not bounded by that");
    }

    #[test]
    fn the_addresses_that_are_remembered_are_bounded() {
        let start = Instant::now();
        let mut pace = Pace::new(1, 1);
        let home = |number: usize| IpAddr::from(Ipv4Addr::from(number as u32));
        for number in 0..=HOMES_MAX {
            let now = start + Duration::from_micros(number as u64);
            assert!(pace.take(now, Guest(number as u64), home(number)));
        }
        assert_eq!(pace.homes.len(), HOMES_MAX);
        assert!(!pace.homes.contains_key(&home(0)), "the one that was silent for longest is forgotten");
    }
}
