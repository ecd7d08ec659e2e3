//! The limit on simultaneous handshakes, and the choice of the one that gives up its slot for another.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::server::address_prefix;

/// Slots for pending handshakes: connections that have not completed their part of the handshake yet.
///
/// While there are free slots, one address may have any number of them, such as many players behind one NAT or a proxy.
/// Once all are taken, the [address prefix](address_prefix) with the most pending handshakes gives up its oldest for a
/// prefix with fewer. If all prefixes have about as many, the oldest handshake is given up once it is a second old, so
/// that silent connections cannot keep others out, however many addresses they come from. An IPv6 /64 counts as one
/// address, because one household has all of its addresses, and may have hundreds of such networks.
#[derive(Debug)]
pub struct HandshakeSlots<Id> {
    slots_max: usize,
    taken: usize,
    /// Handshakes with their start times. Those without a proved address share the prefix `None`.
    by_prefix: BTreeMap<Option<IpAddr>, BTreeMap<Id, Instant>>,
}

/// All slots are taken, and no pending handshake can be given up yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoHandshakeSlot;

impl<Id: Copy + Ord> HandshakeSlots<Id> {
    /// Makes this many slots, all of them free.
    pub fn new(slots_max: usize) -> Self {
        Self { slots_max, taken: 0, by_prefix: BTreeMap::new() }
    }

    /// The number of slots taken.
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// Takes a slot for a handshake from this address, and returns the handshake that was given up for it, if any.
    /// Each `id` must be greater than all before. Handshakes without a proved address, and so without an address here,
    /// count as one prefix.
    ///
    /// # Errors
    /// All slots are taken, and no handshake is given up for this address.
    pub fn take(
        &mut self,
        now: Instant,
        address: Option<IpAddr>,
        id: Id,
    ) -> Result<Option<Id>, NoHandshakeSlot> {
        let prefix = address.map(address_prefix);
        let evicted = if self.taken < self.slots_max { None } else { Some(self.evict_for(now, prefix)?) };
        self.taken += 1;
        self.by_prefix.entry(prefix).or_default().insert(id, now);
        Ok(evicted)
    }

    /// Releases the slot of a handshake, unless it was released or given up before.
    pub fn release(&mut self, address: Option<IpAddr>, id: Id) {
        self.remove(address.map(address_prefix), id);
    }

    fn evict_for(&mut self, now: Instant, prefix: Option<IpAddr>) -> Result<Id, NoHandshakeSlot> {
        let (of_prefix, evicted) = self.evictable_for(now, prefix).ok_or(NoHandshakeSlot)?;
        self.remove(of_prefix, evicted);
        Ok(evicted)
    }

    /// The oldest handshake, since an honest one is short. A prefix never loses a slot to one that has as many.
    fn evictable_for(&self, now: Instant, prefix: Option<IpAddr>) -> Option<(Option<IpAddr>, Id)> {
        let own = self.by_prefix.get(&prefix).map_or(0, BTreeMap::len);
        let (&largest, most) = self.by_prefix.iter().max_by_key(|(_, pending)| pending.len())?;
        if most.len() > own + 1 {
            return most.keys().next().map(|&oldest| (largest, oldest));
        }
        let may_lose =
            |other: &Option<IpAddr>, count| if most.len() > own { count > own } else { *other == prefix };
        let candidates = self.by_prefix.iter().filter(|(other, pending)| may_lose(other, pending.len()));
        let oldest_of_each =
            candidates.filter_map(|(&prefix, pending)| Some((prefix, pending.iter().next()?)));
        let (prefix, (&oldest, &since)) = oldest_of_each.min_by_key(|(_, (id, _))| **id)?;
        (now.saturating_duration_since(since) >= UNDISTURBED).then_some((prefix, oldest))
    }

    fn remove(&mut self, prefix: Option<IpAddr>, id: Id) {
        let Some(pending) = self.by_prefix.get_mut(&prefix) else { return };
        if pending.remove(&id).is_some() {
            self.taken -= 1;
        }
        if pending.is_empty() {
            self.by_prefix.remove(&prefix);
        }
    }
}

/// How long a handshake keeps its slot although its prefix has no more of them than others. A handshake takes one to
/// three round trips, which is less on nearly every line; to keep others out, an attacker has to take all slots again
/// within that time.
const UNDISTURBED: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    const CROWD: [u8; 4] = [192, 0, 2, 1];

    /// All slots are taken by handshakes from one address, the first being 1.
    fn full(now: Instant, slots: u32) -> HandshakeSlots<u32> {
        let mut full = HandshakeSlots::new(slots as usize);
        for id in 1..=slots {
            assert_eq!(full.take(now, Some(CROWD.into()), id), Ok(None), "any address gets the free slots");
        }
        full
    }

    #[test]
    fn the_prefix_with_the_most_handshakes_gives_up_its_oldest_for_one_with_fewer() {
        let now = Instant::now();
        let mut slots = full(now, 6);
        let mut take = |address: &str, id| slots.take(now, Some(address.parse().unwrap()), id);
        assert_eq!(take("192.0.2.1", 7), Err(NoHandshakeSlot));
        assert_eq!(take("::ffff:192.0.2.1", 7), Err(NoHandshakeSlot), "the same address");
        assert_eq!(take("2001:db8::1", 8), Ok(Some(1)));
        assert_eq!(take("2001:db8::2", 9), Ok(Some(2)));
        assert_eq!(take("2001:db8::3", 10), Ok(Some(3)));
        assert_eq!(
            take("2001:db8::4", 11),
            Err(NoHandshakeSlot),
            "half of the slots, however many addresses the prefix has"
        );
        assert_eq!(take("192.0.2.2", 12), Ok(Some(8)), "of several with as many, the last prefix");
        assert_eq!(take("192.0.2.3", 13), Ok(Some(4)));
    }

    #[test]
    fn handshakes_without_a_proved_address_are_given_up_for_those_with_one() {
        let now = Instant::now();
        let mut slots = HandshakeSlots::new(4);
        for id in 1..=4 {
            assert_eq!(slots.take(now, None, id), Ok(None));
        }
        assert_eq!(slots.take(now, None, 5), Err(NoHandshakeSlot));
        assert_eq!(slots.take(now, Some([192, 0, 2, 1].into()), 6), Ok(Some(1)));
        assert_eq!(slots.take(now, Some([192, 0, 2, 2].into()), 7), Ok(Some(2)));
    }

    #[test]
    fn with_one_slot_each_the_oldest_handshake_is_given_up_after_a_second() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut slots = HandshakeSlots::new(256);
        let network = |number: u16| Some(IpAddr::from([0x2001, 0xdb8, 0, number, 0, 0, 0, 1]));
        for number in 0..256_u16 {
            let now = start + u32::from(number) * Duration::from_millis(1);
            assert_eq!(slots.take(now, network(number), number), Ok(None));
        }
        let newcomer = |last| Some(IpAddr::from([192, 0, 2, last]));
        let too_early = start + Duration::from_millis(999);
        assert_eq!(slots.take(too_early, newcomer(1), 256), Err(NoHandshakeSlot));
        assert_eq!(slots.take(start + second, newcomer(1), 257), Ok(Some(0)));
        assert_eq!(
            slots.take(start + second, newcomer(2), 258),
            Err(NoHandshakeSlot),
            "the next one began later"
        );
        assert_eq!(slots.take(start + 2 * second, newcomer(2), 259), Ok(Some(1)));
        assert_eq!(HandshakeSlots::new(0).take(start, Some(CROWD.into()), 1), Err(NoHandshakeSlot));
    }

    #[test]
    fn the_prefix_with_the_most_slots_gives_up_its_own_oldest_after_a_second() {
        let start = Instant::now();
        let later = start + Duration::from_secs(1);
        let mut slots = HandshakeSlots::new(3);
        let [first, second] = [1, 2].map(|last| Some(IpAddr::from([192, 0, 2, last])));
        assert_eq!(slots.take(start, first, 1), Ok(None));
        assert_eq!(slots.take(start, second, 2), Ok(None));
        assert_eq!(slots.take(start, second, 3), Ok(None));
        assert_eq!(slots.take(start, second, 4), Err(NoHandshakeSlot));
        assert_eq!(slots.take(later, second, 5), Ok(Some(2)), "although the other prefix has an older one");
        assert_eq!(slots.take(later, first, 6), Ok(Some(3)), "the other prefix has more");
        assert_eq!(slots.take(later, first, 7), Ok(Some(1)));
    }

    #[test]
    fn a_slot_is_released_once_and_a_prefix_without_slots_is_forgotten() {
        let now = Instant::now();
        let mut slots = full(now, 4);
        assert_eq!(slots.take(now, Some([192, 0, 2, 2].into()), 5), Ok(Some(1)));
        for id in [1, 2, 2, 3, 4] {
            slots.release(Some(CROWD.into()), id);
        }
        assert_eq!((slots.taken, slots.by_prefix.len()), (1, 1));
        slots.release(Some([192, 0, 2, 2].into()), 5);
        assert_eq!((slots.taken, slots.by_prefix.len()), (0, 0));
    }
}
