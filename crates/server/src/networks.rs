//! All networks of a worker, and the names of their connections in the engine.

mod numbers;

use std::borrow::Cow;
#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::task::Waker;
use std::time::Instant;

use consonance_cluster::{EdgeNetworks, KeptClient, RemoteNetwork};
use consonance_inspector::pcap::{CaptureLink, CapturedPacket, PacketDirection, PacketSink};
use consonance_link::{
    EndReason, LinkQuality, NetworkMetrics, PACKET_BYTES_MAX, PacketLimits, PacketsOnThreads, PageState,
    Peer, PeerAccount, PeerIdentity, Reachability, ReachabilityFeed, Resumed, ServerNetwork,
    ServerNetworkExt as _, ThirdPartyClient,
};
use consonance_session::{Delivery, LinkId, SessionId, Transmit};
use consonance_wire::{EndNotice, Writer};

use crate::game_servers::GameServerWatch;
pub use numbers::NetworkNumbers;

/// A link id holds the network's index above this bit and the peer below it; see [`Peer`].
const PEER_BITS: u32 = 48;

/// The server sides of all networks of one worker.
#[derive(Default)]
pub(crate) struct Networks {
    list: Vec<Box<dyn ServerNetwork>>,
    /// The peers of one send, collected again for each.
    peers: Vec<Peer>,
    capture: Option<PacketSink>,
    /// Of those that stand before a game's server, by their place in the list.
    game_servers: Vec<(usize, GameServerWatch)>,
    /// The feeds of reachable peers, of those networks that have one, by their places in the list.
    reachability: Vec<Option<ReachabilityFeed>>,
    /// The place of the one whose peers are links of other workers.
    edges: Option<usize>,
    /// Packets given to the networks, each as often as it has receivers.
    pub(crate) packets_out: u64,
}

/// How links get here at one moment.
#[derive(Clone, Copy)]
pub(crate) struct LinkWays<'a> {
    networks: &'a Networks,
    now: Instant,
}

/// How a link gets here.
pub(crate) struct LinkWay {
    pub(crate) network: Cow<'static, str>,
    /// How well it does there, where the network knows.
    pub(crate) quality: Option<LinkQuality>,
    /// The page at its other end, if it is a browser's.
    pub(crate) page: Option<PageState>,
    /// The client at its other end, if it is another application.
    pub(crate) third_party: Option<ThirdPartyClient>,
}

impl Networks {
    pub(crate) fn push(&mut self, network: Box<dyn ServerNetwork>) {
        let now = Instant::now();
        if let Some(counted) = network.capability(now) {
            self.game_servers.push((self.list.len(), GameServerWatch::new(counted)));
        }
        self.reachability.push(network.capability(now));
        self.list.push(network);
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// The packet sizes that every network can carry.
    pub(crate) fn packet_limits(&self) -> PacketLimits {
        let widest = PacketLimits { reliable_bytes: PACKET_BYTES_MAX, unreliable_bytes: PACKET_BYTES_MAX };
        self.list.iter().fold(widest, |limits, network| limits.and(network.limits()))
    }

    /// Whether all of them bring the code of a link's end.
    fn carry_end_reasons(&self) -> bool {
        self.list.iter().all(|network| network.carries_end_reasons())
    }

    /// The properties that all of them share, for the edges of other workers.
    pub(crate) fn edge_networks(&self) -> EdgeNetworks {
        EdgeNetworks { limits: self.packet_limits(), carry_end_reasons: self.carry_end_reasons() }
    }

    /// The network that is added next has links of other workers.
    pub(crate) fn add_edges(&mut self) {
        self.edges = Some(self.list.len());
    }

    /// The place of the network whose peers are links of other workers, if there is one.
    pub(crate) fn edges(&self) -> Option<usize> {
        self.edges
    }

    /// Whether the peers of a network are links of other workers.
    pub(crate) fn is_of_edges(&self, index: usize) -> bool {
        self.edges == Some(index)
    }

    /// The kind of network that a link is on, even if it is another worker's.
    pub(crate) fn kind_of(&self, now: Instant, link: LinkId) -> Cow<'static, str> {
        let Some(network) = self.list.get(network_of(link)) else { return Cow::default() };
        let remote: Option<RemoteNetwork> = network.peer_capability(now, peer_of(link));
        remote.map_or(network.network().into(), |RemoteNetwork(kind)| kind.into_string().into())
    }

    /// The account that the network of a link vouches for.
    pub(crate) fn account_of(&self, now: Instant, link: LinkId) -> Option<Box<str>> {
        let network = self.list.get(network_of(link))?;
        let account = network.peer_capability(now, peer_of(link)).map(|PeerAccount(account)| account);
        account.filter(|account| !account.is_empty() && account.len() <= PeerAccount::ACCOUNT_BYTES_MAX)
    }

    /// The number that the network of a link vouches for.
    pub(crate) fn identity_of(&self, now: Instant, link: LinkId) -> Option<u64> {
        let network = self.list.get(network_of(link))?;
        network.peer_capability(now, peer_of(link)).map(|PeerIdentity(number)| number)
    }

    /// Whether the client of a link that is new may believe that it is in its session.
    pub(crate) fn is_resumed(&self, now: Instant, link: LinkId) -> bool {
        let network = self.list.get(network_of(link));
        network.is_some_and(|network| network.peer_capability(now, peer_of(link)) == Some(Resumed))
    }

    /// The client that a link's was when its session had another owner.
    pub(crate) fn kept_client(&self, now: Instant, link: LinkId) -> Option<KeptClient> {
        self.list.get(network_of(link))?.peer_capability(now, peer_of(link))
    }

    /// Whether a link is one of another worker.
    pub(crate) fn is_remote(&self, link: LinkId) -> bool {
        self.is_of_edges(network_of(link))
    }

    /// How many links other workers hold for sessions of this one.
    pub(crate) fn remote_links(&self) -> usize {
        let connected = self.edges.map(|edges| self.list[edges].statistics().connections.connected);
        usize::try_from(connected.unwrap_or(0)).unwrap_or(usize::MAX)
    }

    /// The next change of which peers of a network are reachable.
    pub(crate) fn next_reachability(&self, index: usize) -> Option<Reachability> {
        self.reachability.get(index)?.as_ref()?.pop()
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> &mut dyn ServerNetwork {
        &mut *self.list[index]
    }

    /// Writes packets down from now on, instead of where they were written before.
    pub(crate) fn capture(&mut self, sink: PacketSink) {
        self.capture = Some(sink);
    }

    /// Captures a packet, if capturing is on.
    pub(crate) fn record(
        &self,
        at: Instant,
        link: LinkId,
        direction: PacketDirection,
        delivery: Delivery,
        packet: &[u8],
    ) {
        // Packets of other workers' links are captured by those workers.
        if let Some(sink) = &self.capture
            && !self.is_of_edges(network_of(link))
        {
            let is_reliable = delivery == Delivery::Reliable;
            sink.record(&CapturedPacket {
                at,
                link: CaptureLink::Client(link.0),
                direction,
                is_reliable,
                packet,
            });
        }
    }

    /// Sends a packet to all its links, with one call per network that has some of them.
    pub(crate) fn send(&mut self, now: Instant, transmit: &Transmit<'_>) {
        let delivery = transmit.delivery;
        self.packets_out += transmit.to.len() as u64;
        if self.capture.is_some() {
            for link in transmit.to {
                self.record(now, *link, PacketDirection::Sent, transmit.delivery, transmit.payload);
            }
        }
        for (index, network) in self.list.iter_mut().enumerate() {
            self.peers.clear();
            let here = transmit.to.iter().filter(|link| network_of(**link) == index);
            self.peers.extend(here.map(|link| peer_of(*link)));
            if !self.peers.is_empty() {
                network.send(now, &self.peers, delivery, transmit.payload);
            }
        }
    }

    /// Flushes the networks: nothing more will be sent for now.
    pub(crate) fn flush(&mut self, now: Instant) {
        self.list.iter_mut().for_each(|network| network.flush(now));
    }

    /// Tells the log of games' servers that cannot be reached, or can be again.
    pub(crate) fn watch_game_servers(&mut self, now: Instant) {
        for (index, watch) in &mut self.game_servers {
            let network = &self.list[*index];
            if let Some(counted) = network.capability(now) {
                watch.look(now, network.network(), counted);
            }
        }
    }

    /// The counters of each network.
    pub(crate) fn numbers(&self, now: Instant) -> impl Iterator<Item = NetworkNumbers> {
        self.list.iter().map(move |network| NetworkNumbers {
            network: network.network(),
            counters: network.statistics(),
            metrics: network.capability(now).map_or_else(Vec::new, |NetworkMetrics(samples)| samples),
        })
    }

    /// Packets that threads of the networks have carried.
    pub(crate) fn packets_on_threads(&self, now: Instant) -> u64 {
        let counts = self.list.iter().filter_map(|network| network.capability::<PacketsOnThreads>(now));
        counts.map(|PacketsOnThreads(count)| count).sum()
    }

    /// Connections that are up on any of them, links or not.
    pub(crate) fn connections(&self) -> u64 {
        self.list.iter().map(|network| network.statistics().connections.connected).sum()
    }

    /// Counters of networks, and of links by origin.
    pub(crate) fn ways(&self, now: Instant) -> LinkWays<'_> {
        LinkWays { networks: self, now }
    }

    /// Asks a peer for a sign of life; when it was last heard, if its network can say.
    pub(crate) fn probe(&mut self, now: Instant, link: LinkId) -> Option<Instant> {
        self.list.get_mut(network_of(link)).and_then(|network| network.probe(now, peer_of(link)))
    }

    /// Ends a link. A client that reads notices, in a session of this number, is sent one before if its network cannot
    /// bring the reason's code.
    pub(crate) fn reject(
        &mut self,
        now: Instant,
        link: LinkId,
        reason: &EndReason,
        notice_in: Option<SessionId>,
    ) {
        let Some(network) = self.list.get(network_of(link)) else { return };
        if let Some(session) = notice_in.filter(|_| !network.carries_end_reasons()) {
            self.send_notice(now, link, reason, session);
        }
        if let Some(network) = self.list.get_mut(network_of(link)) {
            network.reject(now, peer_of(link), reason);
        }
    }

    fn send_notice(&mut self, now: Instant, link: LinkId, reason: &EndReason, session: SessionId) {
        let mut buffer = [0; PACKET_BYTES_MAX];
        let mut writer = Writer::new(&mut buffer);
        let encoded = reason.encode();
        if !encoded.is_empty() && (EndNotice { reason: &encoded }).write(session, &mut writer).is_ok() {
            let (to, delivery, payload) = (&[link][..], Delivery::Reliable, writer.written());
            self.send(now, &Transmit { to, delivery, payload });
        }
    }

    pub(crate) fn set_joined(&mut self, now: Instant, link: LinkId, is_joined: bool) {
        if let Some(network) = self.list.get_mut(network_of(link)) {
            network.set_joined(now, peer_of(link), is_joined);
        }
    }

    pub(crate) fn shutdown(&mut self, now: Instant) {
        self.list.iter_mut().for_each(|network| network.shutdown(now));
    }

    pub(crate) fn set_waker(&mut self, waker: &Waker) {
        self.list.iter_mut().for_each(|network| network.set_waker(waker.clone()));
    }

    /// Whether all of them tell when there is something to do: nothing comes without the waker, one of the descriptors,
    /// or the time that one wants to be polled at. Otherwise they are to be polled every few milliseconds.
    pub(crate) fn all_wake(&self) -> bool {
        self.list.iter().all(|network| network.wakes())
    }

    #[cfg(unix)]
    pub(crate) fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.list.iter().filter_map(|network| network.descriptor())
    }

    pub(crate) fn wants_poll_at(&self) -> Option<Instant> {
        self.list.iter().filter_map(|network| network.wants_poll_at()).min()
    }
}

impl LinkWays<'_> {
    /// A link's network, and that network's state of the link, which it queries.
    pub(crate) fn of(&self, link: LinkId) -> Option<LinkWay> {
        let (network, peer) = (self.networks.list.get(network_of(link))?, peer_of(link));
        Some(LinkWay {
            network: self.networks.kind_of(self.now, link),
            quality: network.peer_capability(self.now, peer),
            page: network.peer_capability(self.now, peer),
            third_party: network.peer_capability(self.now, peer),
        })
    }
}

/// The engine's name for a connection of one network.
pub(crate) fn link_of(network: usize, peer: Peer) -> LinkId {
    debug_assert!(peer.0 >> PEER_BITS == 0, "a peer's number stays below 2^48");
    LinkId((network as u64) << PEER_BITS | peer.0)
}

pub(crate) fn to_session_limits(limits: PacketLimits) -> consonance_session::PacketLimits {
    let PacketLimits { reliable_bytes, unreliable_bytes } = limits;
    consonance_session::PacketLimits { reliable_bytes, unreliable_bytes }
}

fn network_of(link: LinkId) -> usize {
    (link.0 >> PEER_BITS) as usize
}

pub(crate) fn peer_of(link: LinkId) -> Peer {
    Peer(link.0 & ((1 << PEER_BITS) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_its_network_and_its_peer() {
        let link = link_of(3, Peer(1 << 47 | 9));
        assert_eq!((network_of(link), peer_of(link)), (3, Peer(1 << 47 | 9)));
        assert_ne!(link_of(0, Peer(1)), link_of(1, Peer(1)));
    }
}
