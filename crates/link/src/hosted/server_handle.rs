//! The host's end of a hosted server.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::task::Waker;

use super::server::{Arrival, Wires};
use super::server_outbox::{Ending, HostCounts, Request};
use super::{OVERFLOWED, Received, SESSION_RESET, overloaded, send_failed};
use crate::inbox::Pushed;
use crate::packet_pool::{PacketPool, SharedPacket};
use crate::{Delivery, DisconnectReason, PACKET_BYTES_MAX, Peer, Remote};

/// The host's side of a [hosted](super) server: takes reports of the host's network, and returns requests to it.
///
/// Peers are identified by the host's own numbers, such as a network's player number; a number may be reused after its
/// peer is gone. No call blocks. Dropping it loses every link.
pub struct HostedServerHandle {
    wires: Arc<Wires>,
    peers_max: usize,
    by_number: HashMap<u64, Peer>,
    numbers: HashMap<Peer, u64>,
    last_peer: u64,
    pool: PacketPool,
    /// The packet of the last request, …
    shown: Option<SharedPacket>,
    /// … its receivers, …
    receivers: Vec<Peer>,
    /// … and their numbers.
    receiver_numbers: Vec<u64>,
    /// The reason of the last ending.
    shown_reason: String,
}

impl fmt::Debug for HostedServerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostedServerHandle").field("peers", &self.numbers.len()).finish_non_exhaustive()
    }
}

/// A request of a server to its host.
#[derive(Debug, PartialEq, Eq)]
pub enum ServerRequest<'a> {
    /// A peer was admitted. Only networks whose clients wait for admission need to do something.
    Accept {
        /// The peer.
        peer: u64,
    },
    /// Send this packet to all these peers.
    Send {
        /// Each once.
        peers: &'a [u64],
        /// How it must travel.
        delivery: Delivery,
        /// Its bytes, valid until the next call on the handle.
        packet: &'a [u8],
    },
    /// A peer was not admitted: tell it why, if the network can. It counts as gone from now on.
    Refuse {
        /// The peer.
        peer: u64,
        /// The reason as text.
        reason: &'a str,
    },
    /// A peer's voice link ends: tell it why, if the network can. It counts as gone from now on; whether its link to
    /// the game ends too is up to the game.
    Disconnect {
        /// The peer.
        peer: u64,
        /// The reason as text.
        reason: &'a str,
    },
}

impl HostedServerHandle {
    pub(super) fn new(wires: Arc<Wires>, peers_max: usize) -> Self {
        Self {
            wires,
            peers_max,
            by_number: HashMap::new(),
            numbers: HashMap::new(),
            last_peer: 0,
            pool: PacketPool::default(),
            shown: None,
            receivers: Vec::new(),
            receiver_numbers: Vec::new(),
            shown_reason: String::new(),
        }
    }

    /// The next request, or `None`. Call it until it returns `None`: only then will the waker be called again.
    pub fn poll(&mut self) -> Option<ServerRequest<'_>> {
        loop {
            let receivers = &mut self.receivers;
            match self.wires.outgoing.pop(|outbox| outbox.pop(receivers))? {
                Request::Accept(peer) => {
                    if let Some(&peer) = self.numbers.get(&peer) {
                        return Some(ServerRequest::Accept { peer });
                    }
                }
                Request::Send(delivery, packet) => {
                    let numbers = self.receivers.iter().filter_map(|peer| self.numbers.get(peer));
                    self.receiver_numbers.clear();
                    self.receiver_numbers.extend(numbers);
                    let packet = self.shown.insert(packet);
                    return Some(ServerRequest::Send { peers: &self.receiver_numbers, delivery, packet });
                }
                Request::End(Ending { peer, reason, is_refusal }) => {
                    self.wires.incoming.disconnected(peer, DisconnectReason::ClosedByUs);
                    if let Some(peer) = self.forget(peer) {
                        self.shown_reason = reason;
                        let reason = self.shown_reason.as_str();
                        return Some(if is_refusal {
                            ServerRequest::Refuse { peer, reason }
                        } else {
                            ServerRequest::Disconnect { peer, reason }
                        });
                    }
                }
            }
        }
    }

    /// A peer has come, under the host's own number for it, for a session; an empty name means the only session.
    ///
    /// Peers are then distinguished only by the host's numbers, which may be different each time: all of them share the
    /// limit on password guesses, and none of them can be banned by an address.
    ///
    /// The number is the peer's [identity](crate::PeerIdentity): a player whose link was lost gets its name back from a
    /// peer of the same number. So the network must choose it, not the peer.
    ///
    /// If the number is already in use, its earlier peer is gone. False if the server is full: the peer was not taken.
    pub fn peer_connected(&mut self, peer: u64, session: &str) -> bool {
        self.peer_connected_from(peer, session, "a peer of the game")
    }

    /// The same for a peer of which the host knows more than a number: `remote` is its IP address, with or without a
    /// port, or an identity such as an account. Bans and password attempts are counted by it. An IP address also is the
    /// peer's origin, and its number is then no identity.
    pub fn peer_connected_from(&mut self, peer: u64, session: &str, remote: impl Into<Remote>) -> bool {
        let remote = remote.into();
        self.peer_lost(peer);
        if self.by_number.len() >= self.peers_max {
            self.count(|counts| counts.rejected_full += 1);
            return false;
        }
        self.last_peer += 1;
        let name = Peer(self.last_peer);
        self.by_number.insert(peer, name);
        self.numbers.insert(name, peer);
        self.wires.outgoing.change(|outbox| outbox.add(name));
        let identity = remote.ip().is_none().then_some(peer);
        let about = Arrival { session: session.to_owned(), remote, identity };
        self.wires.incoming.connected(name, about);
        true
    }

    /// The transport's current name for the peer of this number.
    pub fn transport_peer(&self, peer: u64) -> Option<Peer> {
        self.by_number.get(&peer).copied()
    }

    /// A peer has left, or its [`Disconnect`](super::ClientRequest::Disconnect) arrived. The reason may be empty.
    pub fn peer_disconnected(&mut self, peer: u64, words: &str) {
        self.end(peer, || DisconnectReason::closed_by_peer(words.as_bytes()));
    }

    /// A peer's link was lost without a goodbye.
    pub fn peer_lost(&mut self, peer: u64) {
        self.end(peer, || DisconnectReason::TimedOut);
    }

    /// Passes on a packet from a peer. The sender must be the one known to the network, never one named in the packet.
    pub fn receive(&mut self, peer: u64, delivery: Delivery, packet: &[u8]) -> Received {
        let Some(&name) = self.by_number.get(&peer) else {
            return self.drop_received();
        };
        if packet.len() > PACKET_BYTES_MAX {
            return self.drop_received();
        }
        match self.wires.incoming.push(name, delivery, self.pool.copy(packet)) {
            Pushed::Queued | Pushed::QueuedInPlaceOfOldest => Received::Queued,
            Pushed::Unwanted => self.drop_received(),
            Pushed::Full(_) => {
                self.count(|counts| counts.overflowed += 1);
                self.wires.incoming.disconnected(name, overloaded());
                self.wires.outgoing.change(|outbox| outbox.cut(name, OVERFLOWED));
                Received::Overflowed
            }
        }
    }

    /// The network could not deliver a reliable packet to a peer, so later ones would be meaningless: its link ends.
    pub fn send_failed(&mut self, peer: u64) {
        if self.by_number.contains_key(&peer) {
            self.count(|counts| counts.too_slow += 1);
            self.end(peer, send_failed);
        }
    }

    /// The session restarts elsewhere, for example when another player becomes its host: every peer is gone.
    pub fn session_reset(&mut self) {
        let mut peers: Vec<u64> = self.by_number.keys().copied().collect();
        peers.sort_unstable();
        for peer in peers {
            self.peer_disconnected(peer, SESSION_RESET);
        }
    }

    /// Sets a waker, to be called from any thread when [`poll`](Self::poll) has a request.
    pub fn set_waker(&mut self, waker: Waker) {
        self.wires.outgoing.set_waker(waker);
    }

    /// Whether the transport was dropped, so that there is nothing to do once [`poll`](Self::poll) returns `None`.
    pub fn is_finished(&self) -> bool {
        self.wires.outgoing.change(|outbox| outbox.is_closed)
    }

    fn end(&mut self, peer: u64, reason: impl FnOnce() -> DisconnectReason) {
        if let Some(&name) = self.by_number.get(&peer) {
            self.forget(name);
            self.wires.incoming.disconnected(name, reason());
            self.wires.outgoing.change(|outbox| outbox.remove(name));
        }
    }

    /// Its number, if it was known.
    fn forget(&mut self, peer: Peer) -> Option<u64> {
        let number = self.numbers.remove(&peer)?;
        self.by_number.remove(&number);
        Some(number)
    }

    /// Drops and counts a malformed packet.
    pub(super) fn drop_received(&mut self) -> Received {
        self.count(|counts| counts.malformed += 1);
        Received::Dropped
    }

    fn count(&self, count: impl FnOnce(&mut HostCounts)) {
        self.wires.outgoing.change(|outbox| count(&mut outbox.counts));
    }
}

impl Drop for HostedServerHandle {
    fn drop(&mut self) {
        for peer in self.by_number.keys().copied().collect::<Vec<_>>() {
            self.peer_lost(peer);
        }
    }
}
