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

/// What the host does for a [hosted](super) server: it tells what its network reported and asks what is to be done.
///
/// Peers have the host's own numbers, such as a network's player number; they may come back after they were gone.
/// Nothing blocks. Dropping it loses every link.
pub struct HostedServerHandle {
    wires: Arc<Wires>,
    peers_max: usize,
    by_number: HashMap<u64, Peer>,
    numbers: HashMap<Peer, u64>,
    last_peer: u64,
    pool: PacketPool,
    /// The packet that the last request showed, …
    shown: Option<SharedPacket>,
    /// … its receivers, …
    receivers: Vec<Peer>,
    /// … and their numbers.
    receiver_numbers: Vec<u64>,
    /// The words of the last ending.
    shown_reason: String,
}

impl fmt::Debug for HostedServerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostedServerHandle").field("peers", &self.numbers.len()).finish_non_exhaustive()
    }
}

/// What a server wants from its host.
#[derive(Debug, PartialEq, Eq)]
pub enum ServerRequest<'a> {
    /// A peer was admitted. Only networks that let their clients wait for it need to do something.
    Accept {
        /// Which one.
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
        /// Which one.
        peer: u64,
        /// Words for it.
        reason: &'a str,
    },
    /// A peer's link to the voice ends: tell it why, if the network can. It counts as gone from now on; whether its
    /// link to the game ends too is the game's affair.
    Disconnect {
        /// Which one.
        peer: u64,
        /// Words for it.
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

    /// The next thing to do, or `None`. Call it until it says `None`: only then will the waker be called again.
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

    /// A peer is there, under the host's own number for it, for a session; an empty name means the only session.
    ///
    /// The game's peers are told apart by nothing but the host's numbers then, which may be others each time: all of
    /// them share what may be guessed at passwords, and none of them can be banned by an address.
    ///
    /// The number is the peer's [identity](crate::PeerIdentity): a player whose link was lost has its name
    /// back from a peer of the same number. So it must be the network's choice and not the peer's.
    ///
    /// A number that is in use already means that its earlier peer is gone. False if the server is full: the peer was
    /// not taken.
    pub fn peer_connected(&mut self, peer: u64, session: &str) -> bool {
        self.peer_connected_from(peer, session, "a peer of the game")
    }

    /// The same, of a peer of which the host knows more than a number: `remote` is its IP address, with a port or
    /// without, or an identity such as an account. Bans and password attempts are counted by it. An IP address also is
    /// where the peer comes from, and its number is no identity then.
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

    /// How the transport calls the peer that has this number now.
    pub fn transport_peer(&self, peer: u64) -> Option<Peer> {
        self.by_number.get(&peer).copied()
    }

    /// A peer has left, or its [`Disconnect`](super::ClientRequest::Disconnect) arrived. The words may be empty.
    pub fn peer_disconnected(&mut self, peer: u64, words: &str) {
        self.end(peer, || DisconnectReason::closed_by_peer(words.as_bytes()));
    }

    /// A peer's link was lost without a word.
    pub fn peer_lost(&mut self, peer: u64) {
        self.end(peer, || DisconnectReason::TimedOut);
    }

    /// A packet came from a peer. The sender must be the one that the network knows, never one named in the packet.
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

    /// The network could not deliver a reliable packet to a peer, so nothing after it makes sense: its link ends.
    pub fn send_failed(&mut self, peer: u64) {
        if self.by_number.contains_key(&peer) {
            self.count(|counts| counts.too_slow += 1);
            self.end(peer, send_failed);
        }
    }

    /// The session starts again elsewhere, as when another player becomes its host: every peer is gone.
    pub fn session_reset(&mut self) {
        let mut peers: Vec<u64> = self.by_number.keys().copied().collect();
        peers.sort_unstable();
        for peer in peers {
            self.peer_disconnected(peer, SESSION_RESET);
        }
    }

    /// Asks to be woken, from any thread, when [`poll`](Self::poll) has something.
    pub fn set_waker(&mut self, waker: Waker) {
        self.wires.outgoing.set_waker(waker);
    }

    /// Whether the transport was dropped, so that there is nothing to do once [`poll`](Self::poll) says `None`.
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

    /// Counts what came and was nothing.
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
