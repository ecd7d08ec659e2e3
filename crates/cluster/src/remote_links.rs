//! The links of all edges, as one network of the owner.

mod fan_out;
mod incoming;
mod peer_numbers;
mod peers;
mod present_peers;
mod released;

use std::collections::VecDeque;
use std::fmt;
use std::task::Waker;
use std::time::Instant;

use consonance_link::{
    CapabilityRequest, Delivery, DisconnectReason, EndCode, EndReason, NetworkStatistics, PacketLimits, Peer,
    ReachabilityFeed, ServerLinkEvent, ServerNetwork,
};

use crate::bus::{BusReceiver, BusSender, BusStatistics, Member};
use crate::link_number::{LinkNumber, LinkNumbers};
use crate::message::{ToEdge, ToOwner, delivery, is_reliable};
use fan_out::FanOut;
use incoming::Came;
use peer_numbers::{is_at_other_node, link_of, peer_of};
use peers::Peers;
pub use peers::RemoteNetwork;
pub use released::ReleasedPeers;

/// Links that other workers hold for the sessions of this one.
pub struct RemoteLinks {
    out: Box<dyn BusSender>,
    incoming: Box<dyn BusReceiver>,
    networks: EdgeNetworks,
    peers: Peers,
    /// Peers that were disconnected here, with the reasons to report.
    ended: VecDeque<(Peer, DisconnectReason)>,
    released: ReleasedPeers,
    reachability: ReachabilityFeed,
    is_shut_down: bool,
    /// The number of workers of this process, if edges with higher numbers are at other nodes.
    own_workers: Option<u16>,
    fan_out: FanOut,
    buffer: Vec<u8>,
    statistics: NetworkStatistics,
}

/// The common properties of the networks of all edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EdgeNetworks {
    /// The longest packets that all of them carry.
    pub limits: PacketLimits,
    /// Whether all of them [carry codes](ServerNetwork::carries_end_reasons) at a link's end.
    pub carry_end_reasons: bool,
}

impl EdgeNetworks {
    /// The common properties of these networks and others.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self {
            limits: self.limits.and(others.limits),
            carry_end_reasons: self.carry_end_reasons && others.carry_end_reasons,
        }
    }
}

impl RemoteLinks {
    /// Creates an empty set of links. Messages are sent and received over these bus ends.
    pub fn new(out: Box<dyn BusSender>, incoming: Box<dyn BusReceiver>, networks: EdgeNetworks) -> Self {
        Self {
            out,
            incoming,
            networks,
            peers: Peers::default(),
            ended: VecDeque::new(),
            released: ReleasedPeers::default(),
            reachability: ReachabilityFeed::default(),
            is_shut_down: false,
            own_workers: None,
            fan_out: FanOut::default(),
            buffer: Vec::new(),
            statistics: NetworkStatistics::default(),
        }
    }

    /// Treats edges beyond this many workers as edges at other nodes, which continue when this node is shut down: see
    /// [`shutdown`](ServerNetwork::shutdown).
    #[must_use]
    pub fn of_node(mut self, workers: u16) -> Self {
        self.own_workers = Some(workers);
        self
    }

    /// The edge of a peer, and the number that the edge has assigned to its link.
    pub fn link_of(peer: Peer) -> (Member, LinkNumber) {
        link_of(peer)
    }

    /// A handle for links of sessions that continue elsewhere.
    pub fn released(&self) -> ReleasedPeers {
        self.released.clone()
    }

    /// Counts of the messages sent over the bus and dropped.
    pub fn bus_statistics(&self) -> BusStatistics {
        self.out.statistics()
    }

    /// Sends a message about one link to its edge. Returns false if it was dropped.
    fn tell(&mut self, peer: Peer, message: &ToEdge<'_>) -> bool {
        let (member, _) = link_of(peer);
        self.out.send(member, Delivery::Reliable, message.write(&mut self.buffer))
    }

    /// Sends a packet to links of one edge. If it is reliable and cannot be sent, the links are closed.
    fn send_list(&mut self, member: Member, list: &[u8], delivery: Delivery, packet: &[u8]) {
        let links = LinkNumbers::new(list);
        let message = ToEdge::Send { is_reliable: is_reliable(delivery), links, packet };
        if self.out.send(member, delivery, message.write(&mut self.buffer))
            || delivery == Delivery::Unreliable
        {
            return;
        }
        for link in links.iter() {
            self.statistics.connections.too_slow += 1;
            self.end(peer_of(member, link), &EndReason::default(), overloaded());
        }
    }

    fn end(&mut self, peer: Peer, reason: &EndReason, here: DisconnectReason) {
        if self.peers.remove(peer) {
            let (_, link) = link_of(peer);
            self.tell(peer, &ToEdge::End { link, reason: &reason.encode() });
            self.ended.push_back((peer, here));
        }
    }
}

impl ServerNetwork for RemoteLinks {
    fn flush(&mut self, _now: Instant) {
        while let Some(peer) = self.peers.pop_look() {
            let (_, link) = link_of(peer);
            self.tell(peer, &ToEdge::Look { link });
        }
        self.out.flush();
    }

    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        self.reject(now, peer, &EndReason::decode(reason.as_bytes()));
    }

    fn carries_end_reasons(&self) -> bool {
        self.networks.carry_end_reasons
    }

    fn set_joined(&mut self, _now: Instant, peer: Peer, is_joined: bool) {
        let (_, link) = link_of(peer);
        self.tell(peer, &ToEdge::Joined { link, is_joined });
    }

    fn probe(&mut self, _now: Instant, peer: Peer) -> Option<Instant> {
        let heard = self.peers.heard(peer)?;
        let (_, link) = link_of(peer);
        self.tell(peer, &ToEdge::Probe { link });
        Some(heard)
    }

    fn shutdown(&mut self, now: Instant) {
        self.is_shut_down = true;
        for peer in self.peers.all() {
            if is_at_other_node(self.own_workers, peer) {
                self.peers.remove(peer);
            } else {
                self.reject(now, peer, &EndCode::ShuttingDown.into());
            }
        }
    }

    fn set_waker(&mut self, waker: Waker) {
        self.incoming.set_waker(waker);
    }

    fn wakes(&self) -> bool {
        true
    }

    fn network(&self) -> &'static str {
        "edge"
    }

    fn statistics(&self) -> NetworkStatistics {
        let mut statistics = self.statistics;
        statistics.connections.connected = self.peers.len() as u64;
        statistics.links.dropped.outgoing_full += self.out.statistics().unreliable_dropped;
        statistics
    }

    fn provide(&self, _now: Instant, request: &mut CapabilityRequest<'_>) {
        request
            .provide(|| Some(self.reachability.clone()))
            .provide_of_peer(|peer| self.peers.network(peer))
            .provide_of_peer(|peer| self.peers.look(peer)?.quality)
            .provide_of_peer(|peer| self.peers.look(peer)?.page.clone())
            .provide_of_peer(|peer| self.peers.look(peer)?.third_party.clone())
            .provide_of_peer(|peer| self.peers.kept(peer))
            .provide_of_peer(|peer| self.peers.identity(peer))
            .provide_of_peer(|peer| self.peers.account(peer))
            .provide_of_peer(|peer| self.peers.resumed(peer));
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        let peer = match self.next_to_report(now)? {
            Came::Disconnected(peer, reason) => return Some(ServerLinkEvent::Disconnected { peer, reason }),
            Came::Message(peer) => peer,
        };
        match ToOwner::read(self.incoming.message()).ok()? {
            ToOwner::Connected { session, about, .. } | ToOwner::Kept { session, about, .. } => {
                Some(ServerLinkEvent::Connected {
                    peer,
                    session: session.to_owned(),
                    remote: about.remote.into(),
                })
            }
            ToOwner::Packet { number, packet, .. } => {
                bytes.clear();
                bytes.extend_from_slice(packet);
                Some(ServerLinkEvent::Packet { peer, channel: delivery(number.is_some()) })
            }
            _ => None,
        }
    }

    fn send(&mut self, _now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        if !self.networks.limits.allow(delivery, packet.len()) {
            self.statistics.links.dropped.too_large += 1;
            return;
        }
        let mut sent = 0;
        for &peer in peers.iter().filter(|peer| self.peers.contains(**peer)) {
            self.fan_out.add(peer);
            sent += 1;
        }
        self.statistics.links.sent.count(delivery, sent, packet.len());
        self.statistics.links.dropped.not_connected += peers.len() as u64 - sent;
        while let Some((member, list)) = self.fan_out.pop() {
            self.send_list(member, &list, delivery, packet);
            self.fan_out.give_back(member, list);
        }
    }

    fn reject(&mut self, _now: Instant, peer: Peer, reason: &EndReason) {
        self.end(peer, reason, DisconnectReason::ClosedByUs);
    }

    fn limits(&self) -> PacketLimits {
        self.networks.limits
    }
}

impl fmt::Debug for RemoteLinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteLinks").field("links", &self.peers.len()).finish_non_exhaustive()
    }
}

fn overloaded() -> DisconnectReason {
    DisconnectReason::Overloaded { queue: "what must arrive at its worker".to_owned() }
}
