//! The limit on connections, and the choice of the one that makes room for another.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::{Duration, Instant};

use consonance_settings::settings;

use crate::AddressPrefix;

/// The connections of one listener, shared between the address prefixes that they come from.
///
/// Any prefix may have any number of them while there are free slots. Once there are none, a newcomer gets in if a
/// connection makes room for it, which is, in this order:
///
/// 1. The oldest *pending* connection, one that has not joined a session, of the prefix that has the most connections
///    among those with pending ones, if that has more than its [share](AddressShares::share_percent), and at least two
///    more than the newcomer's prefix.
/// 2. The oldest pending connection that has been here for [5 s](PENDING_UNDISTURBED), of the newcomer's own prefix or
///    of one that has more.
/// 3. The connection that has joined last, of the prefix that has the most of all, if that has more than its share, and
///    at least two more than the newcomer's prefix.
/// 4. The oldest pending connection of the prefix with the most among those with pending ones, if it has at least two
///    more than the newcomer's prefix.
///
/// So connections that have joined lose nothing to a prefix that has as many, and nothing at all within their share:
/// the players behind one carrier's address or at one LAN party stay, up to that many, and beyond it those that joined
/// first. One prefix cannot keep others out, however many connections it makes and joins with.
///
/// A slot may be [taken](Self::take) only once an address has proved itself: anyone can forge a source address.
/// Each call takes time that grows with the logarithm of the number of connections.
#[derive(Debug)]
pub struct ConnectionSlots<Id> {
    slots_max: usize,
    shares: AddressShares,
    held: BTreeMap<Id, Slot>,
    prefixes: BTreeMap<AddressPrefix, Prefix<Id>>,
    /// All prefixes, by their number of connections.
    by_size: BTreeSet<(usize, AddressPrefix)>,
    /// The prefixes that have pending connections.
    by_size_with_pending: BTreeSet<(usize, AddressPrefix)>,
    /// All pending connections, the oldest first.
    pending: BTreeSet<(Instant, Id)>,
    /// Connections that joined before they took their slot.
    joined_without_slot: BTreeSet<Id>,
}

settings! {
    /// The size of an address prefix, and the share of connections that one prefix keeps.
    #[derive(Copy, Debug, PartialEq, Eq)]
    pub struct AddressShares {
        /// Bits of the IPv6 prefix that counts as one address. An attacker may have a whole /48.
        ///
        /// A /48 is the largest network that one household or one customer of a hosting provider is given (RFC 6177).
        /// 1 to 128 are possible. An IPv4 address is always its own prefix.
        pub ipv6_prefix_bits: u8 = 48, 32..=64;
        /// The percentage of a full listener's connections that one address keeps. Raise it where many players share an
        /// address.
        ///
        /// With the default, keeping others out takes ten prefixes.
        pub share_percent: u8 = 10, 1..=100;
    }
}

/// All slots are taken, and no connection makes room for the newcomer's prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no free connections")]
pub struct SlotsFull;

/// The reason sent to a connection that makes room for another one.
pub const MADE_ROOM: &str = "the server is full, and has too many connections from your address";

/// The reason sent to a newcomer when there is no free slot.
pub const SERVER_FULL: &str = "the server is full";

/// How long a pending connection keeps its slot although its prefix has no more than others: the time for joining over
/// a slow line, including a request to a joining hook.
pub const PENDING_UNDISTURBED: Duration = Duration::from_secs(5);

/// How many of the oldest pending connections are considered for making room.
const OLDEST_LOOKED_AT: usize = 16;

#[derive(Debug)]
struct Slot {
    prefix: AddressPrefix,
    /// When it took the slot, or last joined or left a session.
    since: Instant,
    is_joined: bool,
}

#[derive(Debug)]
struct Prefix<Id> {
    pending: BTreeSet<(Instant, Id)>,
    joined: BTreeSet<(Instant, Id)>,
}

impl<Id> Prefix<Id> {
    fn size(&self) -> usize {
        self.pending.len() + self.joined.len()
    }
}

impl<Id: Copy + Ord> ConnectionSlots<Id> {
    /// Makes this many slots, all of them free.
    pub fn new(slots_max: usize, shares: AddressShares) -> Self {
        Self {
            slots_max,
            shares,
            held: BTreeMap::new(),
            prefixes: BTreeMap::new(),
            by_size: BTreeSet::new(),
            by_size_with_pending: BTreeSet::new(),
            pending: BTreeSet::new(),
            joined_without_slot: BTreeSet::new(),
        }
    }

    /// How many slots are taken.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether no slot is taken.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Whether [`take`](Self::take) would succeed now. Changes nothing, so it may be called for an address that has not
    /// proved itself.
    pub fn has_room_for(&self, now: Instant, address: IpAddr) -> bool {
        self.held.len() < self.slots_max || self.displaced_by(now, self.prefix_of(address)).is_some()
    }

    /// Takes a slot for a pending connection from this address; returns the connection that must be ended for it, if
    /// any, whose slot is already gone. Has no effect if it has a slot.
    ///
    /// # Errors
    /// All slots are taken, and no connection makes room for this address.
    pub fn take(&mut self, now: Instant, address: IpAddr, id: Id) -> Result<Option<Id>, SlotsFull> {
        if self.held.contains_key(&id) {
            return Ok(None);
        }
        let prefix = self.prefix_of(address);
        let displaced = if self.held.len() < self.slots_max {
            None
        } else {
            Some(self.displaced_by(now, prefix).ok_or(SlotsFull)?)
        };
        if let Some(displaced) = displaced {
            self.release(displaced);
        }
        let is_joined = self.joined_without_slot.remove(&id);
        self.insert(id, Slot { prefix, since: now, is_joined });
        Ok(displaced)
    }

    /// A connection has joined a session, or has left it and is pending again. One without a slot yet will have it as
    /// joined from the beginning, unless it is [released](Self::release) before.
    pub fn set_joined(&mut self, now: Instant, id: Id, is_joined: bool) {
        match self.held.get(&id) {
            Some(slot) if slot.is_joined == is_joined => {}
            Some(slot) => {
                let prefix = slot.prefix;
                self.remove(id);
                self.insert(id, Slot { prefix, since: now, is_joined });
            }
            None if is_joined => {
                self.joined_without_slot.insert(id);
            }
            None => {
                self.joined_without_slot.remove(&id);
            }
        }
    }

    /// A connection has ended. Has no effect if it has no slot.
    pub fn release(&mut self, id: Id) {
        self.joined_without_slot.remove(&id);
        self.remove(id);
    }

    fn prefix_of(&self, address: IpAddr) -> AddressPrefix {
        AddressPrefix::of(address, self.shares.ipv6_prefix_bits)
    }

    /// How many connections of one prefix are protected.
    fn share(&self) -> usize {
        self.slots_max.saturating_mul(usize::from(self.shares.share_percent)).div_ceil(100)
    }

    fn size_of(&self, prefix: AddressPrefix) -> usize {
        self.prefixes.get(&prefix).map_or(0, Prefix::size)
    }

    /// The connection that makes room for one from this prefix, in the order of the type's documentation.
    fn displaced_by(&self, now: Instant, newcomer: AddressPrefix) -> Option<Id> {
        let own = self.size_of(newcomer);
        let is_beyond = |size: usize| size > self.share() && size > own + 1;
        let crowd_with_pending = self.by_size_with_pending.last().copied();
        let oldest_of_crowd = || self.oldest_pending_of(crowd_with_pending?.1);
        if crowd_with_pending.is_some_and(|(size, _)| is_beyond(size)) {
            return oldest_of_crowd();
        }
        if let Some(stale) = self.stale_pending(now, newcomer, own) {
            return Some(stale);
        }
        let &(most, crowd) = self.by_size.last()?;
        if is_beyond(most)
            && let Some((_, newest)) = self.prefixes.get(&crowd)?.joined.last()
        {
            return Some(*newest);
        }
        if crowd_with_pending.is_some_and(|(size, _)| size > own + 1) { oldest_of_crowd() } else { None }
    }

    /// A pending connection whose time is up, of a prefix that may lose it to the newcomer's.
    fn stale_pending(&self, now: Instant, newcomer: AddressPrefix, own: usize) -> Option<Id> {
        let is_stale = |since: Instant| now.saturating_duration_since(since) >= PENDING_UNDISTURBED;
        let may_lose = |id: &Id| {
            let prefix = self.held.get(id).map(|slot| slot.prefix);
            prefix.is_some_and(|prefix| prefix == newcomer || self.size_of(prefix) > own)
        };
        let oldest = self.pending.iter().take(OLDEST_LOOKED_AT).take_while(|(since, _)| is_stale(*since));
        if let Some((_, id)) = oldest.into_iter().find(|(_, id)| may_lose(id)) {
            return Some(*id);
        }
        // All of the oldest may belong to smaller prefixes than the newcomer's.
        let largest = self.by_size_with_pending.last().filter(|(size, _)| *size > own);
        let candidates = [largest.map(|(_, prefix)| *prefix), Some(newcomer)];
        let mut candidates =
            candidates.into_iter().flatten().filter_map(|prefix| self.oldest_pending_of(prefix));
        candidates.find(|id| self.held.get(id).is_some_and(|slot| is_stale(slot.since)))
    }

    fn oldest_pending_of(&self, prefix: AddressPrefix) -> Option<Id> {
        self.prefixes.get(&prefix)?.pending.first().map(|(_, id)| *id)
    }

    fn insert(&mut self, id: Id, slot: Slot) {
        let (prefix, since, is_joined) = (slot.prefix, slot.since, slot.is_joined);
        self.change(prefix, |connections| {
            let set = if is_joined { &mut connections.joined } else { &mut connections.pending };
            set.insert((since, id));
        });
        if !is_joined {
            self.pending.insert((since, id));
        }
        self.held.insert(id, slot);
    }

    fn remove(&mut self, id: Id) {
        let Some(Slot { prefix, since, .. }) = self.held.remove(&id) else { return };
        self.pending.remove(&(since, id));
        self.change(prefix, |connections| {
            connections.pending.remove(&(since, id));
            connections.joined.remove(&(since, id));
        });
    }

    /// Changes the connections of a prefix, and updates the indices.
    fn change(&mut self, prefix: AddressPrefix, change: impl FnOnce(&mut Prefix<Id>)) {
        let connections = self
            .prefixes
            .entry(prefix)
            .or_insert_with(|| Prefix { pending: BTreeSet::new(), joined: BTreeSet::new() });
        self.by_size.remove(&(connections.size(), prefix));
        self.by_size_with_pending.remove(&(connections.size(), prefix));
        change(connections);
        let size = connections.size();
        let has_pending = !connections.pending.is_empty();
        if size == 0 {
            self.prefixes.remove(&prefix);
            return;
        }
        self.by_size.insert((size, prefix));
        if has_pending {
            self.by_size_with_pending.insert((size, prefix));
        }
    }
}

#[cfg(test)]
mod tests;
