//! The links of all edges, as one network of the owner.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::mem;
use std::task::Waker;
use std::time::{Duration, Instant};

use consonance_transport::{
    CapabilityRequest, Delivery, DisconnectReason, EndCode, EndReason, NetworkStatistics, PacketLimits, Peer,
    PeerIdentity, Reachability, ReachabilityFeed, Resumed, ServerLinkEvent, ServerNetwork, ServerTransport,
};
use rustc_hash::FxHashMap;

use crate::bus::{BusReceiver, BusSender, BusStatistics, Member};
use crate::link_number::{LinkNumber, LinkNumbers};
use crate::link_report::LinkReport;
use crate::message::{About, LinkEnd, ToEdge, ToOwner, delivery, is_reliable, remote};
use crate::present_peers::PresentPeers;

/// Links that other workers hold for the sessions of this one.
pub struct RemoteLinks {
    out: Box<dyn BusSender>,
    incoming: Box<dyn BusReceiver>,
    networks: EdgeNetworks,
    present: PresentPeers,
    peers: FxHashMap<Peer, PeerState>,
    /// Peers that were disconnected here, with what is to be reported of them.
    ended: VecDeque<(Peer, DisconnectReason)>,
    /// Peers whose edges are to tell how they do: some are looked at.
    looks: RefCell<Vec<Peer>>,
    reachability: ReachabilityFeed,
    is_shut_down: bool,
    lists: Lists,
    buffer: Vec<u8>,
    statistics: NetworkStatistics,
}

/// What is known of a peer.
#[derive(Debug, Default)]
struct PeerState {
    network: RemoteNetwork,
    identity: Option<u64>,
    is_resumed: bool,
    heard: Option<Instant>,
    /// How it did when its edge told that last.
    report: LinkReport,
}

/// Of a peer: what kind of network it came over, as [`ServerNetwork::network`] says at its edge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteNetwork(pub Box<str>);

/// What the networks of all edges have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EdgeNetworks {
    /// The longest packets that all of them carry.
    pub limits: PacketLimits,
    /// Whether all of them [carry codes](ServerNetwork::carries_end_reasons) at a link's end.
    pub carry_end_reasons: bool,
}

impl EdgeNetworks {
    /// Of these and of others.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self {
            limits: self.limits.and(others.limits),
            carry_end_reasons: self.carry_end_reasons && others.carry_end_reasons,
        }
    }
}

/// The links of one packet at each edge, collected again for each.
struct Lists {
    /// By member.
    links: Vec<Vec<u8>>,
    /// Those that have some.
    members: Vec<Member>,
}

impl RemoteLinks {
    /// None yet. Messages leave and come over these.
    pub fn new(out: Box<dyn BusSender>, incoming: Box<dyn BusReceiver>, networks: EdgeNetworks) -> Self {
        Self {
            out,
            incoming,
            networks,
            present: PresentPeers::default(),
            peers: FxHashMap::default(),
            ended: VecDeque::new(),
            looks: RefCell::default(),
            reachability: ReachabilityFeed::default(),
            is_shut_down: false,
            lists: Lists { links: Vec::new(), members: Vec::new() },
            buffer: Vec::new(),
            statistics: NetworkStatistics::default(),
        }
    }

    /// What left over the bus, and what was dropped.
    pub fn bus_statistics(&self) -> BusStatistics {
        self.out.statistics()
    }

    /// How a link did when its edge told that last; the edge is asked to tell it again.
    fn look(&self, peer: Peer) -> Option<&LinkReport> {
        let state = self.peers.get(&peer)?;
        let mut looks = self.looks.borrow_mut();
        if looks.last() != Some(&peer) {
            looks.push(peer);
        }
        Some(&state.report)
    }

    /// A message about one link, to its edge. False if it was dropped.
    fn tell(&mut self, peer: Peer, message: &ToEdge<'_>) -> bool {
        let (member, _) = link_of(peer);
        self.out.send(member, Delivery::Reliable, message.write(&mut self.buffer))
    }

    /// Sends a packet to links of one edge. Where it has to arrive and cannot, they end.
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
        if self.peers.remove(&peer).is_none() {
            return;
        }
        self.present.remove(peer);
        let (_, link) = link_of(peer);
        self.tell(peer, &ToEdge::End { link, reason: &reason.encode() });
        self.ended.push_back((peer, here));
    }

    /// Takes the next message and does what it says. What is to be reported of it, if anything is.
    fn take_next(&mut self, now: Instant) -> Option<Option<Came>> {
        let member = self.incoming.poll()?;
        let message = match ToOwner::read(self.incoming.message()) {
            Ok(message) => message,
            Err(_) => {
                self.statistics.links.dropped.malformed += 1;
                return Some(None);
            }
        };
        Some(match message {
            ToOwner::Connected { link, .. } if self.is_shut_down => {
                let reason = EndReason::from(EndCode::ShuttingDown).encode();
                let message = ToEdge::End { link, reason: &reason };
                self.out.send(member, Delivery::Reliable, message.write(&mut self.buffer));
                self.statistics.connections.rejected_full += 1;
                None
            }
            ToOwner::Connected { link, about, .. } => {
                let peer = peer_of(member, link);
                let About { identity, is_resumed, kind, .. } = about;
                let network = RemoteNetwork(kind.into());
                let state = PeerState {
                    network,
                    identity,
                    is_resumed,
                    heard: Some(now),
                    report: LinkReport::default(),
                };
                self.peers.insert(peer, state);
                self.present.insert(peer);
                self.statistics.connections.accepted += 1;
                Some(Came::Connected(peer))
            }
            ToOwner::Packet { link, is_reliable, packet } => {
                let peer = peer_of(member, link);
                match self.peers.get_mut(&peer) {
                    Some(state) => {
                        state.heard = Some(now);
                        self.statistics.links.received.count(delivery(is_reliable), 1, packet.len());
                        Some(Came::Packet(peer))
                    }
                    None => None,
                }
            }
            ToOwner::Disconnected { link, why } => {
                let peer = peer_of(member, link);
                let was_there = self.peers.remove(&peer).is_some();
                self.statistics.connections.too_slow += u64::from(matches!(why, LinkEnd::Overloaded(_)));
                self.present.remove(peer);
                was_there.then(|| Came::Disconnected(peer, why.reason()))
            }
            ToOwner::Reachability { links, is_reachable } => {
                let peers = links.iter().map(|link| peer_of(member, link)).collect();
                self.reachability.push(Reachability { peers, is_reachable });
                None
            }
            ToOwner::Report { link, report } => {
                if let Some(state) = self.peers.get_mut(&peer_of(member, link)) {
                    state.report = report;
                }
                None
            }
            ToOwner::Heard { link, ago_us } => {
                if let Some(state) = self.peers.get_mut(&peer_of(member, link)) {
                    let heard = now.checked_sub(Duration::from_micros(ago_us));
                    state.heard = state.heard.max(heard);
                }
                None
            }
        })
    }
}

/// What is to be reported of the message that was taken last.
enum Came {
    Connected(Peer),
    Packet(Peer),
    Disconnected(Peer, DisconnectReason),
}

impl ServerNetwork for RemoteLinks {
    fn flush(&mut self, _now: Instant) {
        while let Some(peer) = self.looks.get_mut().pop() {
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
        let heard = self.peers.get(&peer)?.heard;
        let (_, link) = link_of(peer);
        self.tell(peer, &ToEdge::Probe { link });
        heard
    }

    fn shutdown(&mut self, now: Instant) {
        self.is_shut_down = true;
        let mut peers: Vec<Peer> = self.peers.keys().copied().collect();
        peers.sort_unstable();
        for peer in peers {
            self.reject(now, peer, &EndCode::ShuttingDown.into());
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
        let of_peer = |peer| self.peers.get(&peer);
        request
            .provide(|| Some(self.reachability.clone()))
            .provide_of_peer(|peer| Some(of_peer(peer)?.network.clone()))
            .provide_of_peer(|peer| self.look(peer)?.quality())
            .provide_of_peer(|peer| self.look(peer)?.page())
            .provide_of_peer(|peer| of_peer(peer)?.identity.map(PeerIdentity))
            .provide_of_peer(|peer| of_peer(peer)?.is_resumed.then_some(Resumed));
    }
}

impl ServerTransport for RemoteLinks {
    fn poll(&mut self, now: Instant) -> Option<ServerLinkEvent<'_>> {
        if let Some((peer, reason)) = self.ended.pop_front() {
            return Some(ServerLinkEvent::Disconnected { peer, reason });
        }
        let came = loop {
            if let Some(came) = self.take_next(now)? {
                break came;
            }
        };
        match (came, ToOwner::read(self.incoming.message()).ok()?) {
            (Came::Connected(peer), ToOwner::Connected { session, about, .. }) => {
                Some(ServerLinkEvent::Connected { peer, session: session.to_owned(), remote: remote(&about) })
            }
            (Came::Packet(peer), ToOwner::Packet { is_reliable, packet, .. }) => {
                Some(ServerLinkEvent::Packet { peer, delivery: delivery(is_reliable), packet })
            }
            (Came::Disconnected(peer, reason), _) => Some(ServerLinkEvent::Disconnected { peer, reason }),
            _ => None,
        }
    }

    fn send(&mut self, _now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        if !self.networks.limits.allow(delivery, packet.len()) {
            self.statistics.links.dropped.too_large += 1;
            return;
        }
        let mut sent = 0;
        for &peer in peers {
            if !self.present.contains(peer) {
                continue;
            }
            sent += 1;
            let (member, link) = link_of(peer);
            let edge = usize::from(member.0);
            if edge >= self.lists.links.len() {
                self.lists.links.resize_with(edge + 1, Vec::new);
            }
            let list = &mut self.lists.links[edge];
            if list.is_empty() {
                self.lists.members.push(member);
            }
            LinkNumbers::write(list, link);
        }
        self.statistics.links.sent.count(delivery, sent, packet.len());
        self.statistics.links.dropped.not_connected += peers.len() as u64 - sent;
        while let Some(member) = self.lists.members.pop() {
            let mut list = mem::take(&mut self.lists.links[usize::from(member.0)]);
            self.send_list(member, &list, delivery, packet);
            list.clear();
            self.lists.links[usize::from(member.0)] = list;
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

/// A peer's number has that of its edge above that of its link there.
fn peer_of(member: Member, link: LinkNumber) -> Peer {
    Peer(u64::from(member.0) << u32::BITS | u64::from(link.0))
}

pub(crate) fn link_of(peer: Peer) -> (Member, LinkNumber) {
    (Member((peer.0 >> u32::BITS) as u16), LinkNumber(peer.0 as u32))
}
