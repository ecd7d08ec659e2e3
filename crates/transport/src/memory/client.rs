//! The client of a network inside one process.

use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use super::{Arrival, ClientMailbox, LIMITS, LinkToClient, LinkToServer, MemoryNetwork, QUEUES, overloaded};
use crate::inbox::{Mailbox, Popped, Pushed};
use crate::packet_pool::{PacketPool, SharedPacket};
use crate::{ClientEvent, ClientTransport, Delivery, DisconnectReason, PacketLimits, Peer, Statistics};

/// A client on a [`MemoryNetwork`]. Dropping it closes its link.
#[derive(Debug)]
pub struct MemoryClient {
    network: MemoryNetwork,
    session: String,
    mailbox: Arc<ClientMailbox>,
    /// Counts attempts to connect, so that what an earlier link left behind is told apart.
    attempt: u64,
    link: Link,
    pool: PacketPool,
    /// The packet that the last event showed.
    shown: Option<SharedPacket>,
    statistics: Statistics,
}

#[derive(Debug)]
enum Link {
    Idle,
    /// Not up, but its end was not reported yet.
    Ending,
    Connecting(LinkToServer),
    Up(LinkToServer),
}

impl MemoryClient {
    pub(super) fn new(network: MemoryNetwork, session: String) -> Self {
        Self {
            network,
            session,
            mailbox: Arc::new(Mailbox::new(QUEUES)),
            attempt: 0,
            link: Link::Idle,
            pool: PacketPool::default(),
            shown: None,
            statistics: Statistics::default(),
        }
    }

    /// Loses the link as if a cable had been pulled: both ends time out, neither says goodbye.
    pub fn lose_link(&mut self) {
        self.end(DisconnectReason::TimedOut, DisconnectReason::TimedOut);
    }

    /// Ends the link, with a reason for each end.
    fn end(&mut self, here: DisconnectReason, there: DisconnectReason) {
        if let Link::Connecting(link) | Link::Up(link) = &self.link {
            link.end(there);
            self.mailbox.disconnected(Peer(self.attempt), here);
            self.link = Link::Ending;
        }
    }
}

impl ClientTransport for MemoryClient {
    fn connect(&mut self, _now: Instant) {
        if matches!(self.link, Link::Connecting(_) | Link::Up(_)) {
            return;
        }
        self.attempt += 1;
        let attempt = Peer(self.attempt);
        self.mailbox.expect(attempt);
        let Some(listener) = self.network.listener() else {
            let (address, cause) = ("this process".to_owned(), "no server listens".to_owned());
            self.mailbox.disconnected(attempt, DisconnectReason::Unreachable { address, cause });
            self.link = Link::Ending;
            return;
        };
        let peer = listener.next_peer();
        let link = LinkToClient { mailbox: Arc::clone(&self.mailbox), attempt };
        listener.mailbox.connected(peer, Arrival { session: self.session.clone(), link });
        self.link = Link::Connecting(LinkToServer { listener, peer });
    }

    fn poll(&mut self, _now: Instant) -> Option<ClientEvent<'_>> {
        match self.mailbox.pop()? {
            Popped::Connected { peer, .. } => {
                if let Link::Connecting(link) = &self.link
                    && peer == Peer(self.attempt)
                {
                    self.link = Link::Up(link.clone());
                }
                Some(ClientEvent::Connected)
            }
            Popped::Packet { delivery, packet, .. } => {
                self.statistics.received.count(delivery, 1, packet.len());
                Some(ClientEvent::Packet { delivery, packet: self.shown.insert(packet) })
            }
            Popped::Disconnected { peer, reason } => {
                if peer == Peer(self.attempt) {
                    self.link = Link::Idle;
                }
                Some(ClientEvent::Disconnected { reason })
            }
        }
    }

    fn send(&mut self, _now: Instant, delivery: Delivery, packet: &[u8]) {
        let Link::Up(link) = &self.link else {
            self.statistics.dropped.not_connected += 1;
            return;
        };
        if !LIMITS.allow(delivery, packet.len()) {
            self.statistics.dropped.too_large += 1;
            return;
        }
        match link.push(delivery, self.pool.copy(packet)) {
            Pushed::Queued => self.statistics.sent.count(delivery, 1, packet.len()),
            Pushed::QueuedInPlaceOfOldest => {
                self.statistics.sent.count(delivery, 1, packet.len());
                self.statistics.dropped.outgoing_full += 1;
            }
            Pushed::Full(_) => self.end(overloaded(), overloaded()),
            Pushed::Unwanted => self.statistics.dropped.not_connected += 1,
        }
    }

    fn disconnect(&mut self, _now: Instant) {
        self.mailbox.mute(Peer(self.attempt));
        self.end(DisconnectReason::ClosedByUs, DisconnectReason::closed_by_peer(b""));
    }

    fn set_waker(&mut self, waker: Waker) {
        self.mailbox.set_waker(waker);
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }

    fn statistics(&self) -> Statistics {
        let mut statistics = self.statistics;
        statistics.dropped.incoming_full = self.mailbox.dropped();
        statistics
    }
}

impl Drop for MemoryClient {
    fn drop(&mut self) {
        self.end(DisconnectReason::ClosedByUs, DisconnectReason::closed_by_peer(b""));
    }
}
