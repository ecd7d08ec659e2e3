//! A client of the signalling server, and its links.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::message::SignalLinkId;
use super::server::{AddressSharing, Guest};

/// The state of a client.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) home: IpAddr,
    pub(super) space: String,
    pub(super) sharing: AddressSharing,
    /// Whether it owns the reserved addresses.
    pub(super) is_owner: bool,
    pub(super) address: Option<Vec<u16>>,
    pub(super) links: BTreeMap<SignalLinkId, FarEnd>,
    /// How many of the incoming links come from an address: counting them again for each newcomer would be long work
    /// where many share an address of listeners.
    incoming_from: BTreeMap<IpAddr, usize>,
    pub(super) next_incoming: SignalLinkId,
}

/// The other end of a link.
#[derive(Clone, Copy, Debug)]
pub(super) struct FarEnd {
    pub(super) guest: Guest,
    pub(super) link: SignalLinkId,
    pub(super) home: IpAddr,
}

impl Seat {
    pub(super) fn new(home: IpAddr, (space, sharing): (&str, AddressSharing), is_owner: bool) -> Self {
        Self {
            home,
            space: space.to_owned(),
            sharing,
            is_owner,
            address: None,
            links: BTreeMap::new(),
            incoming_from: BTreeMap::new(),
            next_incoming: SignalLinkId::FIRST_INCOMING,
        }
    }

    /// How many incoming links it has from an address.
    pub(super) fn incoming_from(&self, home: IpAddr) -> usize {
        self.incoming_from.get(&home).copied().unwrap_or(0)
    }

    pub(super) fn insert_link(&mut self, link: SignalLinkId, far: FarEnd) {
        self.take_link(link);
        if link >= SignalLinkId::FIRST_INCOMING {
            *self.incoming_from.entry(far.home).or_default() += 1;
        }
        self.links.insert(link, far);
    }

    pub(super) fn take_link(&mut self, link: SignalLinkId) -> Option<FarEnd> {
        let far = self.links.remove(&link)?;
        if link >= SignalLinkId::FIRST_INCOMING
            && let Some(links) = self.incoming_from.get_mut(&far.home)
        {
            *links -= 1;
            if *links == 0 {
                self.incoming_from.remove(&far.home);
            }
        }
        Some(far)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn incoming_links_are_counted_by_their_address_as_they_come_and_go() {
        let [home, other] = [1, 2].map(|last| IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)));
        let mut seat = Seat::new(home, ("/callapp", AddressSharing::Exclusive), false);
        let from = |home| FarEnd { guest: Guest(7), link: SignalLinkId(1), home };
        let incoming = |number| SignalLinkId(SignalLinkId::FIRST_INCOMING.0 + number);
        seat.insert_link(incoming(0), from(home));
        seat.insert_link(incoming(1), from(home));
        seat.insert_link(incoming(1), from(other));
        seat.insert_link(SignalLinkId(1), from(home));
        assert_eq!((seat.incoming_from(home), seat.incoming_from(other)), (1, 1), "one was replaced");
        for link in [incoming(0), incoming(0), incoming(1), SignalLinkId(1)] {
            seat.take_link(link);
        }
        assert_eq!((seat.incoming_from(home), seat.incoming_from(other)), (0, 0));
        assert!(seat.incoming_from.is_empty(), "no address is kept without a link");
    }
}
