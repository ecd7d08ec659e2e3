//! The server of a network that the host owns.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use super::server_handle::HostedServerHandle;
use super::server_outbox::{HostCounts, ServerOutbox};
use super::watched::Watched;
use super::{HostedSettings, OVERFLOWED, overloaded};
use crate::inbox::{Mailbox, Popped};
use crate::packet_pool::{PacketPool, SharedPacket};
use crate::{
    CapabilityRequest, Delivery, DisconnectReason, EndCode, EndReason, NetworkStatistics, PacketLimits, Peer,
    PeerIdentity, Remote, ServerLinkEvent, ServerNetwork,
};

/// The transport of a [hosted](super) server. Dropping it disconnects all peers.
pub struct HostedServer {
    wires: Arc<Wires>,
    limits: PacketLimits,
    /// The links that are up, and the identities known to the host.
    links: BTreeMap<Peer, Option<u64>>,
    /// Whether newcomers wait to be admitted.
    may_refuse: bool,
    carries_end_reasons: bool,
    /// Reported as connected by the last poll: admitted unless the next call rejects it.
    newcomer: Option<Peer>,
    is_shut_down: bool,
    pool: PacketPool,
    /// The peers whose queues the current packet overflows.
    too_slow: Vec<Peer>,
    statistics: NetworkStatistics,
}

impl fmt::Debug for HostedServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostedServer").field("links", &self.links.len()).finish_non_exhaustive()
    }
}

/// The queues between the transport and its handle.
#[derive(Debug)]
pub(super) struct Wires {
    pub(super) incoming: Mailbox<Arrival, SharedPacket>,
    pub(super) outgoing: Watched<ServerOutbox>,
}

/// The host's description of a new peer.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) session: String,
    pub(super) remote: Remote,
    /// The host's number, if it identifies the peer better than `remote`.
    pub(super) identity: Option<u64>,
}

pub(super) fn pair(settings: &HostedSettings) -> (HostedServer, HostedServerHandle) {
    let wires = Arc::new(Wires {
        incoming: Mailbox::new(settings.incoming),
        outgoing: Watched::new(ServerOutbox::new(settings)),
    });
    let handle = HostedServerHandle::new(Arc::clone(&wires), settings.peers_max);
    let server = HostedServer {
        wires,
        limits: settings.limits,
        links: BTreeMap::new(),
        may_refuse: true,
        carries_end_reasons: false,
        newcomer: None,
        is_shut_down: false,
        pool: PacketPool::default(),
        too_slow: Vec::new(),
        statistics: NetworkStatistics::default(),
    };
    (server, handle)
}

/// The same for a client's direct links, which cannot be refused.
pub(super) fn direct_pair(settings: &HostedSettings) -> (HostedServer, HostedServerHandle) {
    let settings = HostedSettings { peers_max: settings.direct_links_max, ..settings.clone() };
    let (mut links, handle) = pair(&settings);
    links.may_refuse = false;
    (links, handle)
}

impl ServerNetwork for HostedServer {
    fn disconnect(&mut self, _now: Instant, peer: Peer, reason: &str) {
        let is_refusal = self.newcomer == Some(peer);
        if is_refusal {
            self.newcomer = None;
        }
        if self.links.remove(&peer).is_some() {
            self.wires.incoming.mute(peer);
            let reason = DisconnectReason::cut(reason);
            self.wires.outgoing.change(|outbox| outbox.end(peer, reason, is_refusal));
        }
    }

    fn carries_end_reasons(&self) -> bool {
        self.carries_end_reasons
    }

    fn shutdown(&mut self, now: Instant) {
        self.is_shut_down = true;
        for peer in self.links.keys().copied().collect::<Vec<_>>() {
            self.reject(now, peer, &EndCode::ShuttingDown.into());
        }
    }

    fn probe(&mut self, now: Instant, peer: Peer) -> Option<Instant> {
        // The host reports each lost peer, so a peer in the table is alive.
        self.links.contains_key(&peer).then_some(now)
    }

    fn set_waker(&mut self, waker: Waker) {
        self.wires.incoming.set_waker(waker);
    }

    fn wakes(&self) -> bool {
        true
    }

    fn network(&self) -> &'static str {
        "hosted"
    }

    fn statistics(&self) -> NetworkStatistics {
        let HostCounts { malformed, too_slow, rejected_full, overflowed } =
            self.wires.outgoing.change(|outbox| outbox.counts);
        let mut statistics = self.statistics;
        statistics.links.dropped.incoming_full = self.wires.incoming.dropped() + overflowed;
        statistics.links.dropped.malformed = malformed;
        statistics.connections.connected = self.links.len() as u64;
        statistics.connections.too_slow += too_slow;
        statistics.connections.rejected_full += rejected_full;
        statistics
    }

    fn provide(&self, _now: Instant, request: &mut CapabilityRequest<'_>) {
        let identity = |peer| self.links.get(&peer).copied().flatten();
        request.provide_of_peer(|peer| identity(peer).map(PeerIdentity));
    }

    fn poll_event(&mut self, _now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        self.accept_newcomer();
        loop {
            match self.wires.incoming.pop()? {
                Popped::Connected { peer, .. } if self.is_shut_down => {
                    self.wires.incoming.forget(peer);
                    self.refuse_late(peer);
                    self.statistics.connections.rejected_full += 1;
                }
                Popped::Connected { peer, about: Arrival { session, remote, identity } } => {
                    self.links.insert(peer, identity);
                    self.newcomer = self.may_refuse.then_some(peer);
                    self.statistics.connections.accepted += 1;
                    return Some(ServerLinkEvent::Connected { peer, session, remote });
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

    fn send(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        self.accept_newcomer();
        if !self.limits.allow(delivery, packet.len()) {
            self.statistics.links.dropped.too_large += 1;
            return;
        }
        let bytes = packet.len();
        let packet = self.pool.copy(packet);
        let Self { links, too_slow, .. } = self;
        let present = peers.iter().copied().filter(|peer| links.contains_key(peer));
        let gone = peers.iter().filter(|peer| !links.contains_key(peer)).count() as u64;
        let sent = self.wires.outgoing.change(|outbox| outbox.send(now, present, delivery, packet, too_slow));
        let links = &mut self.statistics.links;
        links.sent.count(delivery, sent.queued, bytes);
        links.dropped.not_connected += gone + sent.not_connected;
        links.dropped.outgoing_full += sent.pushed_out;
        while let Some(peer) = self.too_slow.pop() {
            self.cut_too_slow(peer);
        }
    }

    fn limits(&self) -> PacketLimits {
        self.limits
    }
}

impl HostedServer {
    /// The same for a host whose network passes the reasons of [`ServerRequest`](super::ServerRequest) unchanged to our
    /// clients, and to no others: they are [encoded](EndReason::encode) from now on, and clients learn the code. Other
    /// hosts get a reason's text, for people.
    #[must_use]
    pub fn carrying_end_reasons(mut self) -> Self {
        self.carries_end_reasons = true;
        self
    }

    /// Whether `poll_event` would return `None`.
    pub(super) fn is_empty(&self) -> bool {
        self.wires.incoming.is_empty()
    }

    fn accept_newcomer(&mut self) {
        if let Some(peer) = self.newcomer.take() {
            self.wires.outgoing.change(|outbox| outbox.accept(peer));
        }
    }

    /// A reason in the form for the host.
    fn line(&self, reason: &EndReason) -> String {
        if self.carries_end_reasons { reason.encode() } else { reason.to_string() }
    }

    fn refuse_late(&self, peer: Peer) {
        let reason = self.line(&EndCode::ShuttingDown.into());
        self.wires.outgoing.change(|outbox| outbox.end(peer, &reason, true));
    }

    fn cut_too_slow(&mut self, peer: Peer) {
        self.links.remove(&peer);
        self.statistics.connections.too_slow += 1;
        self.wires.incoming.mute(peer);
        self.wires.incoming.disconnected(peer, overloaded());
        self.wires.outgoing.change(|outbox| outbox.cut(peer, OVERFLOWED));
    }
}

impl Drop for HostedServer {
    fn drop(&mut self) {
        self.shutdown(Instant::now());
        while let Some(popped) = self.wires.incoming.pop() {
            if let Popped::Connected { peer, .. } = popped {
                self.refuse_late(peer);
            }
        }
        self.wires.outgoing.change(|outbox| outbox.is_closed = true);
    }
}
