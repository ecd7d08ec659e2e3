//! The peers of one port: their addresses, which of these are proved, and eviction when the port is full.

mod events;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeBounds;
use std::time::Instant;

use crate::{
    AddressShares, ConnectionCounts, ConnectionSlots, DisconnectReason, Peer, ServerLinkEvent, SlotsFull,
};

use self::events::Events;
use crate::gateway::{MessageChannel, Timers};

pub use self::events::PeerMessages;

/// The peers of one [`ServerEndpoint`](super::ServerEndpoint), each with the network's own state of it, `C`: the
/// network parses datagrams and knows how far a connection is, and the table keeps what is the same in every network.
///
/// ```text
///   admit ──▶ unproved ── prove, take_slot ──▶ has a slot ──▶ end
///                └─ crowded_out ──▶ end         └─ displaced ──▶ end
/// ```
///
/// * A datagram belongs to a peer by its *key*, `K`: the address that it comes from, or whatever else the network's
///   datagrams name a connection by.
/// * Anyone can forge a source address, so a peer is *unproved* until it has shown that it receives there. There is a
///   bounded number of unproved peers: the oldest is [crowded out](Self::crowded_out) by another one. Proved ones share
///   [slots](ConnectionSlots), and [make room](Self::take_slot) by its rules.
/// * Each peer is reported once when it is [admitted](Self::admit), and once when it [ends](Self::end).
/// * A peer has at most one timer, and at most one [turn](Self::give_turn) in the queue.
///
/// When a peer ends, all its state in the table is removed. The table sends nothing: messages belong to the network.
pub struct PeerTable<C, K = SocketAddr> {
    peers: BTreeMap<Peer, Entry<C, K>>,
    by_key: BTreeMap<K, Peer>,
    last: Peer,
    /// Peers without a proved address, the oldest first.
    unproved: BTreeSet<Peer>,
    unproved_max: usize,
    slots: ConnectionSlots<Peer>,
    timers: Timers<Peer>,
    /// Peers that wait for their turn; may contain peers that have ended.
    turns: VecDeque<Peer>,
    events: Events,
    is_shut_down: bool,
    counts: ConnectionCounts,
}

/// How many peers a [`PeerTable`] is for: a part of a server's settings, with defaults of each network's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerTableLimits {
    /// The maximum number of peers that have proved their address, including those that are ending; further ones are
    /// rejected, or make [room](PeerTable::take_slot) for themselves.
    pub connections_max: usize,
    /// The way in which these are shared between address prefixes.
    pub address_shares: AddressShares,
    /// The maximum number of further peers that have not proved their address, which may be spoofed. There is always
    /// room for the newest: the one that has waited longest is [crowded out](PeerTable::crowded_out).
    pub handshakes_max: usize,
}

struct Entry<C, K> {
    key: K,
    ip: IpAddr,
    connection: C,
    has_turn: bool,
    /// Whether its end was reported.
    is_retired: bool,
}

impl<C, K> fmt::Debug for PeerTable<C, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeerTable")
            .field("peers", &self.peers.len())
            .field("unproved", &self.unproved.len())
            .finish_non_exhaustive()
    }
}

impl<C> PeerTable<C> {
    /// Admits a peer that is known by its address, as an unproved one, and reports it with this greeting.
    pub fn admit(
        &mut self,
        remote: SocketAddr,
        connection: C,
        write_greeting: impl FnOnce(&mut Vec<u8>),
    ) -> Peer {
        self.admit_as(remote, remote, connection, write_greeting)
    }
}

impl<C, K: Copy + Ord> PeerTable<C, K> {
    /// A table without peers.
    pub fn new(limits: PeerTableLimits) -> Self {
        Self {
            peers: BTreeMap::new(),
            by_key: BTreeMap::new(),
            last: Peer(0),
            unproved: BTreeSet::new(),
            unproved_max: limits.handshakes_max,
            slots: ConnectionSlots::new(limits.connections_max, limits.address_shares),
            timers: Timers::default(),
            turns: VecDeque::new(),
            events: Events::default(),
            is_shut_down: false,
            counts: ConnectionCounts::default(),
        }
    }

    /// [`admit`](PeerTable::admit) for a peer that is known by another key than its address.
    pub fn admit_as(
        &mut self,
        key: K,
        remote: SocketAddr,
        connection: C,
        write_greeting: impl FnOnce(&mut Vec<u8>),
    ) -> Peer {
        let peer = self.next_peer();
        self.last = peer;
        let ip = remote.ip();
        self.peers.insert(peer, Entry { key, ip, connection, has_turn: false, is_retired: false });
        self.by_key.insert(key, peer);
        self.unproved.insert(peer);
        self.counts.connected += 1;
        let (session, remote) = (String::new(), remote.into());
        self.events.push(ServerLinkEvent::Connected { peer, session, remote }, write_greeting);
        peer
    }

    /// The peer that the next newcomer will be.
    pub fn next_peer(&self) -> Peer {
        Peer(self.last.0 + 1)
    }

    /// Forgets a peer, and reports its end if it was not [retired](Self::retire); returns the network's state of it.
    pub fn end(&mut self, peer: Peer, reason: DisconnectReason) -> Option<C> {
        self.retire(peer, reason);
        let Entry { key, connection, .. } = self.peers.remove(&peer)?;
        // Another peer may have the key by now.
        if self.by_key.get(&key) == Some(&peer) {
            self.by_key.remove(&key);
        }
        self.slots.release(peer);
        self.timers.clear(peer);
        Some(connection)
    }

    /// Reports the end of a peer of which the network still needs something, such as a goodbye to repeat. It keeps its
    /// key, its slot and its timer until it [ends](Self::end).
    pub fn retire(&mut self, peer: Peer, reason: DisconnectReason) {
        let Some(entry) = self.peers.get_mut(&peer).filter(|entry| !entry.is_retired) else { return };
        entry.is_retired = true;
        self.unproved.remove(&peer);
        self.counts.connected -= 1;
        self.events.push(ServerLinkEvent::Disconnected { peer, reason }, |_| {});
    }

    /// The peer that was admitted last with this key.
    pub fn by_key(&self, key: &K) -> Option<Peer> {
        self.by_key.get(key).copied()
    }

    /// The peers with these keys, in the keys' order.
    pub fn with_keys(&self, keys: impl RangeBounds<K>) -> impl Iterator<Item = Peer> {
        self.by_key.range(keys).map(|(_, peer)| *peer)
    }

    /// The network's state of a peer.
    pub fn get(&self, peer: Peer) -> Option<&C> {
        self.peers.get(&peer).map(|entry| &entry.connection)
    }

    /// The network's state of a peer.
    pub fn get_mut(&mut self, peer: Peer) -> Option<&mut C> {
        self.peers.get_mut(&peer).map(|entry| &mut entry.connection)
    }

    /// The network's state of a peer, and where the messages go that it turns out to contain.
    pub fn get_with_messages(&mut self, peer: Peer) -> Option<(&mut C, PeerMessages<'_>)> {
        let entry = self.peers.get_mut(&peer)?;
        Some((&mut entry.connection, self.events.messages_of(peer)))
    }

    /// All peers, in the order of their arrival.
    pub fn iter(&self) -> impl Iterator<Item = (Peer, &C)> {
        self.peers.iter().map(|(peer, entry)| (*peer, &entry.connection))
    }

    /// The number of peers.
    pub fn len(&self) -> usize {
        self.peers.len()
    }

    /// Whether there are no peers.
    pub fn is_empty(&self) -> bool {
        self.peers.is_empty()
    }

    /// Whether a newcomer from this address would have a slot if it proved the address now.
    pub fn has_room_for(&self, now: Instant, ip: IpAddr) -> bool {
        self.slots.has_room_for(now, ip)
    }

    /// The peer to end before another one is admitted: while there are as many unproved ones as there may be, that
    /// which has waited longest. Spoofed addresses prove nothing, so however many there are, real clients have the time
    /// that a proof takes.
    pub fn crowded_out(&self) -> Option<Peer> {
        self.oldest_unproved().filter(|_| self.unproved.len() >= self.unproved_max)
    }

    /// The unproved peer that has waited longest: for a network with a bound of its own on what waits for them.
    pub fn oldest_unproved(&self) -> Option<Peer> {
        self.unproved.first().copied()
    }

    /// A peer has proved its address, and is no longer among those that may be crowded out. Returns whether this is
    /// new.
    pub fn prove(&mut self, peer: Peer) -> bool {
        self.unproved.remove(&peer)
    }

    /// An unproved peer is leaving by itself, and is not to be crowded out any more.
    pub fn spare(&mut self, peer: Peer) {
        self.unproved.remove(&peer);
    }

    /// Whether a peer has to prove its address.
    pub fn is_unproved(&self, peer: Peer) -> bool {
        self.unproved.contains(&peer)
    }

    /// Gives a peer that has proved its address a slot. Returns the peer that has to go because there are none left:
    /// one that makes room for it, or the peer itself.
    pub fn take_slot(&mut self, now: Instant, peer: Peer) -> Option<Peer> {
        let ip = self.peers.get(&peer)?.ip;
        match self.slots.take(now, ip, peer) {
            Ok(None) => None,
            Ok(Some(displaced)) => {
                self.counts.made_room += 1;
                Some(displaced)
            }
            Err(SlotsFull) => {
                self.counts.rejected_full += 1;
                Some(peer)
            }
        }
    }

    /// Notes whether a peer is in a session: peers without one are evicted first.
    pub fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        if self.peers.contains_key(&peer) {
            self.slots.set_joined(now, peer, is_joined);
        }
    }

    /// Notes that no newcomer is to be admitted any more; returns the peers that are to be disconnected.
    pub fn shut_down(&mut self) -> Vec<Peer> {
        self.is_shut_down = true;
        self.peers.keys().copied().collect()
    }

    /// Whether it was shut down.
    pub fn is_shut_down(&self) -> bool {
        self.is_shut_down
    }

    /// Sets or moves the time at which a peer is [due](Self::due).
    pub fn set_timer(&mut self, peer: Peer, at: Instant) {
        if self.peers.contains_key(&peer) {
            self.timers.set(peer, at);
        }
    }

    /// Makes a peer due by then, or earlier if it already is: see [`Timers::set_no_later`].
    pub fn set_timer_no_later(&mut self, peer: Peer, at: Instant) {
        if self.peers.contains_key(&peer) {
            self.timers.set_no_later(peer, at);
        }
    }

    /// Removes the time at which a peer is due.
    pub fn clear_timer(&mut self, peer: Peer) {
        self.timers.clear(peer);
    }

    /// A peer whose time has come, once.
    pub fn due(&mut self, now: Instant) -> Option<Peer> {
        self.timers.pop(now)
    }

    /// When the first peer is due.
    pub fn next_due(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Queues a peer for its turn, such as to send. One that is queued already keeps its place.
    pub fn give_turn(&mut self, peer: Peer) {
        if let Some(entry) = self.peers.get_mut(&peer)
            && !std::mem::replace(&mut entry.has_turn, true)
        {
            self.turns.push_back(peer);
        }
    }

    /// The peer whose turn it is; it may have ended.
    pub fn turn(&self) -> Option<Peer> {
        self.turns.front().copied()
    }

    /// Ends the turn of the peer whose turn it is, and returns that peer.
    pub fn end_turn(&mut self) -> Option<Peer> {
        let peer = self.turns.pop_front()?;
        if let Some(entry) = self.peers.get_mut(&peer) {
            entry.has_turn = false;
        }
        Some(peer)
    }

    /// A message came from a peer; its bytes are written into an empty buffer.
    pub fn push_message(
        &mut self,
        peer: Peer,
        channel: MessageChannel,
        write_message: impl FnOnce(&mut Vec<u8>),
    ) {
        self.events.messages_of(peer).push(channel, write_message);
    }

    /// Drops the messages of a peer that were not reported yet.
    pub fn drop_messages_of(&mut self, peer: Peer) {
        self.events.drop_messages_of(peer);
    }

    /// The next event; its bytes, a greeting or a message, replace what is in the buffer.
    pub fn poll_event(&mut self, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent<MessageChannel>> {
        self.events.pop(bytes)
    }

    /// Whether there is an event to report.
    pub fn has_events(&self) -> bool {
        !self.events.is_empty()
    }

    /// The counters; connected are those whose end was not reported.
    pub fn counts(&self) -> ConnectionCounts {
        self.counts
    }

    /// The counters that only the network can maintain: accepted and refused peers, failed handshakes, protocol
    /// violations, and slow peers. The table itself counts connections and evictions.
    pub fn counts_mut(&mut self) -> &mut ConnectionCounts {
        &mut self.counts
    }
}
