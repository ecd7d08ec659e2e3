//! How many connections a signalling server accepts at once, and which of them make room for others.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::time::Instant;

use consonance_link::gateway::tcp::TcpId;
use consonance_link::{HandshakeSlots, NoHandshakeSlot, address_prefix};

/// Slots for pending connections, which have not listened or been linked yet, and for guests, which have.
///
/// A handshake costs nothing and proves nothing: a connection that does no more makes room like a silent one.
/// The owner of reserved addresses has a place of its own, and for its handshake those of this machine are reserved.
#[derive(Debug)]
pub(super) struct Places {
    elsewhere: HandshakeSlots<TcpId>,
    /// For pending connections of this machine.
    here: HandshakeSlots<TcpId>,
    all: HashMap<TcpId, Place>,
    guests: usize,
    guests_by_home: BTreeMap<IpAddr, usize>,
    limits: PlaceLimits,
}

/// How many places there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlaceLimits {
    pub(super) handshakes_max: usize,
    pub(super) guests_max: usize,
    pub(super) guests_per_address_max: usize,
    /// Slots are kept for pending connections of this machine.
    pub(super) has_owner: bool,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    from: IpAddr,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Pending,
    PendingHere,
    Guest,
    Owner,
}

impl PlaceLimits {
    /// How many connections there are at most, those included that have come in the same moment and will have no place.
    pub(super) fn connections_max(&self) -> usize {
        self.guests_max.saturating_add(self.handshakes_max).saturating_add(HERE_MAX + SPARE)
    }
}

impl Places {
    pub(super) fn new(limits: PlaceLimits) -> Self {
        Self {
            elsewhere: HandshakeSlots::new(limits.handshakes_max),
            here: HandshakeSlots::new(if limits.has_owner { HERE_MAX } else { 0 }),
            all: HashMap::new(),
            guests: 0,
            guests_by_home: BTreeMap::new(),
            limits,
        }
    }

    /// A connection was opened, whose name is greater than all before: returns the one that was given up for it, if
    /// any.
    pub(super) fn take(
        &mut self,
        now: Instant,
        id: TcpId,
        from: IpAddr,
        is_here: bool,
    ) -> Result<Option<TcpId>, NoHandshakeSlot> {
        let kept = if is_here { self.here.take(now, Some(from), id) } else { Err(NoHandshakeSlot) };
        let (kind, gone) = match kept {
            Ok(gone) => (Kind::PendingHere, gone),
            Err(NoHandshakeSlot) => (Kind::Pending, self.elsewhere.take(now, Some(from), id)?),
        };
        if let Some(gone) = gone {
            self.all.remove(&gone);
        }
        self.all.insert(id, Place { from, kind });
        Ok(gone)
    }

    pub(super) fn is_pending(&self, id: TcpId) -> bool {
        self.all.get(&id).is_some_and(|place| matches!(place.kind, Kind::Pending | Kind::PendingHere))
    }

    /// Whether there is a slot for one more guest from the address of this connection.
    pub(super) fn has_room_for(&self, id: TcpId) -> bool {
        let of_home =
            |place: &Place| self.guests_by_home.get(&address_prefix(place.from)).copied().unwrap_or(0);
        self.guests < self.limits.guests_max
            && self.all.get(&id).is_some_and(|place| of_home(place) < self.limits.guests_per_address_max)
    }

    /// A pending connection has listened or been linked.
    pub(super) fn become_guest(&mut self, id: TcpId) {
        if let Some(place) = self.move_to(id, Kind::Guest) {
            self.guests += 1;
            *self.guests_by_home.entry(address_prefix(place.from)).or_default() += 1;
        }
    }

    /// A pending connection has shown that it is the owner of the reserved addresses.
    pub(super) fn become_owner(&mut self, id: TcpId) {
        self.move_to(id, Kind::Owner);
    }

    /// The connection is gone.
    pub(super) fn give_back(&mut self, id: TcpId) {
        let Some(place) = self.all.remove(&id) else { return };
        self.leave(id, place);
    }

    /// Changes the kind of a place, and returns its former value.
    fn move_to(&mut self, id: TcpId, kind: Kind) -> Option<Place> {
        let place = self.all.get_mut(&id)?;
        let before = *place;
        place.kind = kind;
        self.leave(id, before);
        Some(before)
    }

    fn leave(&mut self, id: TcpId, place: Place) {
        match place.kind {
            Kind::Pending => self.elsewhere.release(Some(place.from), id),
            Kind::PendingHere => self.here.release(Some(place.from), id),
            Kind::Owner => {}
            Kind::Guest => {
                self.guests -= 1;
                let home = address_prefix(place.from);
                if let Some(guests) = self.guests_by_home.get_mut(&home) {
                    *guests -= 1;
                    if *guests == 0 {
                        self.guests_by_home.remove(&home);
                    }
                }
            }
        }
    }
}

/// How many pending connections of this machine have slots of their own, where there is an owner of addresses.
const HERE_MAX: usize = 16;

/// Connections that have come in one moment, before it is known which have a slot, and those of the owner.
const SPARE: usize = 128;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const LIMITS: PlaceLimits =
        PlaceLimits { handshakes_max: 4, guests_max: 6, guests_per_address_max: 3, has_owner: true };

    fn home(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    #[test]
    fn a_connection_that_asked_for_nothing_makes_room_and_a_guest_does_not() {
        let start = Instant::now();
        let mut places = Places::new(LIMITS);
        for id in 1..=5 {
            let came = places.take(start, TcpId(id), home(id as u8), false);
            assert_eq!(came, if id == 5 { Err(NoHandshakeSlot) } else { Ok(None) });
        }
        places.become_guest(TcpId(1));
        assert_eq!(places.take(start, TcpId(6), home(6), false), Ok(None));
        let later = start + Duration::from_secs(1);
        assert_eq!(places.take(later, TcpId(7), home(7), false), Ok(Some(TcpId(2))));
        assert!(!places.is_pending(TcpId(1)) && !places.is_pending(TcpId(2)) && places.is_pending(TcpId(7)));
    }

    #[test]
    fn guests_are_bounded_together_and_at_each_address() {
        let now = Instant::now();
        let mut places = Places::new(LIMITS);
        let joins = |places: &mut Places, id: u64, from: &str| {
            assert_eq!(places.take(now, TcpId(id), from.parse().unwrap(), false), Ok(None));
            let has_room = places.has_room_for(TcpId(id));
            if has_room {
                places.become_guest(TcpId(id));
            } else {
                places.give_back(TcpId(id));
            }
            has_room
        };
        let crowd = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4"];
        let came = [1, 2, 3, 4].map(|id| joins(&mut places, id, crowd[id as usize - 1]));
        assert_eq!(came, [true, true, true, false], "all of them are in one network");
        let others = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
        let came = [5, 6, 7, 8].map(|id| joins(&mut places, id, others[id as usize - 5]));
        assert_eq!(came, [true, true, true, false], "there are six places");
        places.give_back(TcpId(1));
        assert!(joins(&mut places, 9, crowd[3]));
        for id in 1..10 {
            places.give_back(TcpId(id));
        }
        assert!(places.all.is_empty() && places.guests == 0 && places.guests_by_home.is_empty());
    }

    #[test]
    fn the_owner_of_addresses_gets_its_slot_from_this_machine_whatever_else_connects() {
        let now = Instant::now();
        let mut places = Places::new(LIMITS);
        for id in 1..=4 {
            places.take(now, TcpId(id), home(1), false).unwrap();
            places.become_guest(TcpId(id));
        }
        for id in 5..=12 {
            let _ = places.take(now, TcpId(id), home(id as u8), false);
        }
        let here = IpAddr::from([127, 0, 0, 1]);
        assert_eq!(places.take(now, TcpId(13), here, true), Ok(None));
        places.become_owner(TcpId(13));
        assert!(!places.is_pending(TcpId(13)));
        let pending = (14..100).filter(|id| places.take(now, TcpId(*id), here, true) == Ok(None)).count();
        assert_eq!(pending, HERE_MAX, "the owner's slot is not among them");
    }

    #[test]
    fn where_there_is_no_owner_no_places_are_kept() {
        let mut places = Places::new(PlaceLimits { has_owner: false, handshakes_max: 0, ..LIMITS });
        assert_eq!(places.take(Instant::now(), TcpId(1), home(1), true), Err(NoHandshakeSlot));
    }
}
