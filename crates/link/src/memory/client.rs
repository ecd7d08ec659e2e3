//! The client of a network inside one process.

use std::fmt;
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use super::bounds::{LIMITS, overloaded};
use super::client_end::ClientEnd;
use super::direct::{DirectEnds, MemoryAddress};
use super::{Arrival, LinkToClient, LinkToServer, MemoryNetwork};
use crate::inbox::{Popped, Pushed};
use crate::packet_pool::PacketPool;
use crate::{
    ClientLinkEvent, ClientNetwork, Delivery, DirectEvent, DirectLinks, DisconnectReason, PacketLimits, Peer,
    Statistics, ThirdPartyClient,
};

/// A client on a [`MemoryNetwork`]. Dropping it closes its links.
pub struct MemoryClient {
    network: MemoryNetwork,
    session: String,
    limits: PacketLimits,
    account: Option<Box<str>>,
    third_party: Option<Arc<ThirdPartyClient>>,
    end: Arc<ClientEnd>,
    /// The name of the latest attempt to connect, to recognise what an earlier link left behind.
    attempt: Peer,
    link: Link,
    direct: DirectEnds,
    pool: PacketPool,
    statistics: Statistics,
}

impl fmt::Debug for MemoryClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryClient").field("session", &self.session).finish_non_exhaustive()
    }
}

#[derive(Debug)]
enum Link {
    Idle,
    /// Not up, but its end has not been reported yet.
    Ending,
    Connecting(LinkToServer),
    Up(LinkToServer),
}

impl MemoryClient {
    pub(super) fn new(network: MemoryNetwork, session: String) -> Self {
        Self {
            network,
            session,
            limits: LIMITS,
            account: None,
            third_party: None,
            end: Arc::new(ClientEnd::new()),
            attempt: Peer(0),
            link: Link::Idle,
            direct: DirectEnds::default(),
            pool: PacketPool::default(),
            statistics: Statistics::default(),
        }
    }

    /// The same with these limits on packets to the server; for a host that plays on its own server, whose other
    /// players come over a network that carries less.
    #[must_use]
    pub fn with_limits(mut self, limits: PacketLimits) -> Self {
        self.limits = LIMITS.and(limits);
        self
    }

    /// The same with an account that the network vouches for; see [`PeerAccount`](crate::PeerAccount).
    #[must_use]
    pub fn with_account(mut self, account: impl Into<Box<str>>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// The same with a state that the network reports of it, as if it were a client of another application.
    #[must_use]
    pub fn with_third_party(mut self, state: ThirdPartyClient) -> Self {
        self.third_party = Some(Arc::new(state));
        self
    }

    /// The address for direct links to this client, which stays valid after the client was given to its driver.
    pub fn address(&self) -> MemoryAddress {
        MemoryAddress(Arc::clone(&self.end))
    }

    /// Loses the link to the server as if a cable had been pulled: both ends time out, neither says goodbye.
    pub fn lose_link(&mut self) {
        self.end_link(DisconnectReason::TimedOut, DisconnectReason::TimedOut);
    }

    fn end_without_server(&mut self) {
        let (address, cause) = ("this process".to_owned(), "no server listens".to_owned());
        self.end.mailbox.disconnected(self.attempt, DisconnectReason::Unreachable { address, cause });
        self.link = Link::Ending;
    }

    /// Ends the link to the server, with a reason for each end.
    fn end_link(&mut self, here: DisconnectReason, there: DisconnectReason) {
        if let Link::Connecting(link) | Link::Up(link) = &self.link {
            link.end(there);
            self.end.mailbox.disconnected(self.attempt, here);
            self.link = Link::Ending;
        }
    }
}

impl ClientNetwork for MemoryClient {
    fn connect(&mut self, _now: Instant) {
        if matches!(self.link, Link::Connecting(_) | Link::Up(_)) {
            return;
        }
        let attempt = self.end.next_attempt();
        self.attempt = attempt;
        self.end.mailbox.expect(attempt);
        let Some(listener) = self.network.listener() else { return self.end_without_server() };
        let peer = listener.next_peer();
        let (account, third_party) = (self.account.clone(), self.third_party.clone());
        let link = LinkToClient { end: Arc::clone(&self.end), attempt, account, third_party };
        listener.mailbox.connected(peer, Arrival { session: self.session.clone(), link });
        // A server that is being dropped may not have seen the arrival.
        if listener.is_gone() {
            return self.end_without_server();
        }
        self.link = Link::Connecting(LinkToServer { listener, peer });
    }

    fn poll_event(&mut self, _now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        loop {
            return Some(match self.end.mailbox.pop()? {
                Popped::Connected { peer, about: Some(link) } => {
                    self.direct.insert(peer, link);
                    ClientLinkEvent::Direct { peer, event: DirectEvent::Up }
                }
                Popped::Connected { peer, about: None } => {
                    if let Link::Connecting(link) = &self.link
                        && peer == self.attempt
                    {
                        self.link = Link::Up(link.clone());
                    }
                    ClientLinkEvent::Connected
                }
                Popped::Packet { peer, delivery, packet, .. } => {
                    self.statistics.received.count(delivery, 1, packet.len());
                    packet.copy_to(bytes);
                    if ClientEnd::is_direct_link(peer) {
                        ClientLinkEvent::Direct { peer, event: DirectEvent::Packet { delivery } }
                    } else {
                        ClientLinkEvent::Packet { channel: delivery }
                    }
                }
                Popped::Disconnected { peer, reason } if ClientEnd::is_direct_link(peer) => {
                    self.end.give_place_back();
                    if !self.direct.remove(peer) {
                        continue;
                    }
                    ClientLinkEvent::Direct { peer, event: DirectEvent::Down { reason } }
                }
                Popped::Disconnected { peer, reason } => {
                    if peer == self.attempt {
                        self.link = Link::Idle;
                    }
                    ClientLinkEvent::Disconnected { reason }
                }
            });
        }
    }

    fn send(&mut self, _now: Instant, delivery: Delivery, packet: &[u8]) {
        let Link::Up(link) = &self.link else {
            self.statistics.dropped.not_connected += 1;
            return;
        };
        if !self.limits.allow(delivery, packet.len()) {
            self.statistics.dropped.too_large += 1;
            return;
        }
        match link.push(delivery, self.pool.copy(packet)) {
            Pushed::Queued => self.statistics.sent.count(delivery, 1, packet.len()),
            Pushed::QueuedInPlaceOfOldest => {
                self.statistics.sent.count(delivery, 1, packet.len());
                self.statistics.dropped.outgoing_full += 1;
            }
            Pushed::Full(_) => self.end_link(overloaded(), overloaded()),
            Pushed::Unwanted => self.statistics.dropped.not_connected += 1,
        }
    }

    fn disconnect(&mut self, _now: Instant) {
        self.end.mailbox.mute(self.attempt);
        self.end_link(DisconnectReason::ClosedByUs, DisconnectReason::closed_by_peer(b""));
    }

    fn set_waker(&mut self, waker: Waker) {
        self.end.mailbox.set_waker(waker);
    }

    fn limits(&self) -> PacketLimits {
        self.limits
    }

    fn statistics(&self) -> Statistics {
        let mut statistics = self.statistics;
        statistics.dropped.incoming_full = self.end.mailbox.dropped();
        statistics
    }

    fn direct_links(&mut self) -> Option<&mut dyn DirectLinks> {
        Some(self)
    }
}

impl DirectLinks for MemoryClient {
    fn send_direct(&mut self, _now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        let Statistics { sent, dropped, .. } = &mut self.statistics;
        if !LIMITS.allow(delivery, packet.len()) {
            return dropped.too_large += 1;
        }
        let packet = self.pool.copy(packet);
        for &peer in peers {
            match self.direct.push(peer, delivery, packet.clone()) {
                Pushed::Queued => sent.count(delivery, 1, packet.len()),
                Pushed::QueuedInPlaceOfOldest => {
                    sent.count(delivery, 1, packet.len());
                    dropped.outgoing_full += 1;
                }
                Pushed::Unwanted => dropped.not_connected += 1,
                Pushed::Full(_) => {
                    if let Some(link) = self.direct.end(peer) {
                        link.end(overloaded());
                    }
                    self.end.mailbox.disconnected(peer, overloaded());
                }
            }
        }
    }

    fn disconnect_direct(&mut self, _now: Instant, peer: Peer) {
        if let Some(link) = self.direct.end(peer) {
            link.end(DisconnectReason::closed_by_peer(b""));
            self.end.mailbox.mute(peer);
            self.end.mailbox.disconnected(peer, DisconnectReason::ClosedByUs);
        }
    }
}

impl Drop for MemoryClient {
    fn drop(&mut self) {
        self.end_link(DisconnectReason::ClosedByUs, DisconnectReason::closed_by_peer(b""));
        self.end.leave();
        self.direct.leave();
        while let Some(popped) = self.end.mailbox.pop() {
            if let Popped::Connected { about: Some(link), .. } = popped {
                link.end(DisconnectReason::closed_by_peer(b""));
            }
        }
    }
}
