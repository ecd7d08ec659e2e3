//! The server of a network inside one process.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Waker;
use std::time::Instant;

use super::bounds::{LIMITS, overloaded};
use super::{LinkToClient, Listener};
use crate::inbox::{Popped, Pushed};
use crate::packet_pool::{PacketPool, SharedPacket};
use crate::{
    CapabilityRequest, Delivery, DisconnectReason, EndCode, EndReason, NetworkStatistics, PacketLimits, Peer,
    PeerAccount, Remote, ServerLinkEvent, ServerNetwork,
};

/// A server on a [`MemoryNetwork`](super::MemoryNetwork). Dropping it loses every link without a goodbye.
pub struct MemoryServer {
    listener: Arc<Listener>,
    links: BTreeMap<Peer, LinkToClient>,
    /// Reported as connected by the last poll: admitted unless the next call rejects it.
    newcomer: Option<Peer>,
    is_shut_down: bool,
    pool: PacketPool,
    statistics: NetworkStatistics,
}

impl fmt::Debug for MemoryServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryServer").field("links", &self.links.len()).finish_non_exhaustive()
    }
}

impl MemoryServer {
    pub(super) fn new(listener: Arc<Listener>) -> Self {
        Self {
            listener,
            links: BTreeMap::new(),
            newcomer: None,
            is_shut_down: false,
            pool: PacketPool::default(),
            statistics: NetworkStatistics::default(),
        }
    }

    fn accept_newcomer(&mut self) {
        if let Some(link) = self.newcomer.take().and_then(|peer| self.links.get(&peer)) {
            link.accept();
        }
    }

    /// Ends one link, with a reason for each end.
    fn end(&mut self, peer: Peer, here: DisconnectReason, there: DisconnectReason) {
        if let Some(link) = self.links.remove(&peer) {
            link.end(there);
            self.listener.mailbox.mute(peer);
            self.listener.mailbox.disconnected(peer, here);
        }
    }

    /// Sends to one peer; false if it must be disconnected because its queue is full.
    fn send_to(&mut self, peer: Peer, delivery: Delivery, packet: SharedPacket) -> bool {
        let bytes = packet.len();
        let statistics = &mut self.statistics.links;
        match self.links.get(&peer).map_or(Pushed::Unwanted, |link| link.push(delivery, packet)) {
            Pushed::Queued => statistics.sent.count(delivery, 1, bytes),
            Pushed::QueuedInPlaceOfOldest => {
                statistics.sent.count(delivery, 1, bytes);
                statistics.dropped.outgoing_full += 1;
            }
            Pushed::Full(_) => return false,
            Pushed::Unwanted => statistics.dropped.not_connected += 1,
        }
        true
    }
}

impl ServerNetwork for MemoryServer {
    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        self.reject(now, peer, &EndReason::decode(reason.as_bytes()));
    }

    fn carries_end_reasons(&self) -> bool {
        true
    }

    fn shutdown(&mut self, now: Instant) {
        self.is_shut_down = true;
        let peers: Vec<Peer> = self.links.keys().copied().collect();
        for peer in peers {
            self.reject(now, peer, &EndCode::ShuttingDown.into());
        }
    }

    fn probe(&mut self, now: Instant, peer: Peer) -> Option<Instant> {
        // Both ends are in this process: a link in the table is up at the peer too.
        self.links.contains_key(&peer).then_some(now)
    }

    fn set_waker(&mut self, waker: Waker) {
        self.listener.mailbox.set_waker(waker);
    }

    fn wakes(&self) -> bool {
        true
    }

    fn network(&self) -> &'static str {
        "memory"
    }

    fn statistics(&self) -> NetworkStatistics {
        let mut statistics = self.statistics;
        statistics.links.dropped.incoming_full = self.listener.mailbox.dropped();
        statistics.connections.connected = self.links.len() as u64;
        statistics
    }

    fn provide(&self, _now: Instant, request: &mut CapabilityRequest<'_>) {
        request
            .provide_of_peer(|peer| self.links.get(&peer)?.account.clone().map(PeerAccount))
            .provide_of_peer(|peer| self.links.get(&peer)?.third_party.as_deref().cloned());
    }

    fn poll_event(&mut self, _now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        self.accept_newcomer();
        loop {
            match self.listener.mailbox.pop()? {
                Popped::Connected { peer, about } if self.is_shut_down => {
                    about.link.end(DisconnectReason::Refused { reason: EndCode::ShuttingDown.into() });
                    self.listener.mailbox.forget(peer);
                    self.statistics.connections.rejected_full += 1;
                }
                Popped::Connected { peer, about } => {
                    self.links.insert(peer, about.link);
                    self.newcomer = Some(peer);
                    self.statistics.connections.accepted += 1;
                    let remote = Remote::Named("this process".into());
                    return Some(ServerLinkEvent::Connected { peer, session: about.session, remote });
                }
                Popped::Packet { peer, delivery, packet, .. } => {
                    self.statistics.links.received.count(delivery, 1, packet.len());
                    packet.copy_to(bytes);
                    return Some(ServerLinkEvent::Packet { peer, channel: delivery });
                }
                Popped::Disconnected { peer, reason } => {
                    self.links.remove(&peer);
                    return Some(ServerLinkEvent::Disconnected { peer, reason });
                }
            }
        }
    }

    fn send(&mut self, _now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        self.accept_newcomer();
        if !LIMITS.allow(delivery, packet.len()) {
            self.statistics.links.dropped.too_large += 1;
            return;
        }
        let packet = self.pool.copy(packet);
        for &peer in peers {
            if !self.send_to(peer, delivery, packet.clone()) {
                self.statistics.connections.too_slow += 1;
                self.end(peer, overloaded(), overloaded());
            }
        }
    }

    fn reject(&mut self, _now: Instant, peer: Peer, reason: &EndReason) {
        let reason = reason.clone();
        let there = if self.newcomer == Some(peer) {
            self.newcomer = None;
            DisconnectReason::Refused { reason }
        } else {
            DisconnectReason::ClosedByPeer { reason }
        };
        self.end(peer, DisconnectReason::ClosedByUs, there);
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }
}

impl Drop for MemoryServer {
    fn drop(&mut self) {
        // Set before the mailbox is drained: a client that connects later sees the flag, and one that has already
        // connected is found below.
        self.listener.is_gone.store(true, Ordering::SeqCst);
        for link in self.links.values() {
            link.end(DisconnectReason::TimedOut);
        }
        while let Some(popped) = self.listener.mailbox.pop() {
            if let Popped::Connected { about, .. } = popped {
                about.link.end(DisconnectReason::TimedOut);
            }
        }
    }
}
