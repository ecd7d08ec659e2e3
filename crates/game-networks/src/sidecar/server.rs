//! The voice server's end of all links of one port.

mod guest_link;
mod held;
mod holding;
mod reading;
mod shards;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
#[cfg(target_os = "linux")]
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Waker;
use std::time::Instant;

use consonance_link::gateway::tcp::{TcpConnections, TcpId};
use consonance_link::{
    CapabilityRequest, Delivery, DisconnectReason, HandshakeSlots, NetworkStatistics, PacketLimits, Peer,
    REASON_BYTES_MAX, Reachability, ReachabilityFeed, Resumed, SHUTTING_DOWN, ServerLinkEvent, ServerNetwork,
};
use ring::rand::SystemRandom;

use crate::sidecar::frame::{PACKET_BYTES_MAX, PlayerNumber, cut};
use crate::sidecar::outbox::Full;
use crate::sidecar::settings::SidecarSettings;
use guest_link::{GuestLink, Seat};
use held::Held;
use reading::Seen;
use shards::Shards;

/// A [`ServerNetwork`] whose peers are the players of game servers: a player is one from its first packet on, or from
/// when its adapter announces it.
///
/// When a link ends, all its players are gone. When the server shuts down it says goodbye to the links only: only the
/// *voice* server stops, and no player is to lose the game for that.
pub struct SidecarServer {
    tcp: TcpConnections,
    local_addr: SocketAddr,
    settings: SidecarSettings,
    random: SystemRandom,
    links: BTreeMap<TcpId, GuestLink>,
    /// The slots of links that are not up yet.
    handshake_slots: HandshakeSlots<TcpId>,
    /// The number of links that are up, here and at the other servers of the port.
    links_up: Arc<AtomicUsize>,
    /// The other servers of the port, if there are any.
    shards: Option<Shards>,
    /// The link and player number of each peer.
    peers: HashMap<Peer, (TcpId, PlayerNumber)>,
    next_peer: u64,
    /// Reported as connected by the last poll: admitted unless the next call rejects it.
    newcomer: Option<Peer>,
    /// Announced as there before their link was, and not asked about yet.
    resumed: Option<Peer>,
    /// A packet that waits until its newcomer was admitted.
    first_packet: Option<(Peer, Delivery)>,
    /// Its bytes.
    first_packet_bytes: Vec<u8>,
    /// Players to be kicked, sent with the next flush unless the server stops before.
    kicks: Vec<(TcpId, PlayerNumber, String)>,
    ended: VecDeque<(Peer, DisconnectReason)>,
    /// Links that fell silent or are heard again, and were not asked about yet.
    reachability: ReachabilityFeed,
    /// Links with unprocessed input.
    turn: VecDeque<TcpId>,
    held: Held,
    /// The receivers of one packet, by link.
    receivers: Vec<(TcpId, PlayerNumber)>,
    players: Vec<PlayerNumber>,
    statistics: NetworkStatistics,
}

impl fmt::Debug for SidecarServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SidecarServer")
            .field("address", &self.local_addr)
            .field("links", &self.links.len())
            .field("players", &self.peers.len())
            .finish_non_exhaustive()
    }
}

impl SidecarServer {
    /// Listens for adapters at this TCP address; port 0 takes any free one.
    ///
    /// # Errors
    /// The address is not available.
    pub fn bind(address: SocketAddr, settings: SidecarSettings) -> io::Result<Self> {
        let tcp = TcpConnections::listen(address, settings.tcp())?;
        let local_addr = tcp.local_addr().unwrap_or(address);
        Ok(Self::new(tcp, local_addr, settings, Arc::default()))
    }

    /// Several servers of the same port, such as one for each thread, before any link came: each has the links whose
    /// sessions are its own. `place` says which that is, from 0, and is asked when the first player of a link that has
    /// none is there; that player arrives there next. The first one accepts the connections.
    ///
    /// The limits are those of all together.
    ///
    /// # Errors
    /// The system lacks the resources to wait for many connections.
    pub fn into_shards(
        self,
        count: NonZeroUsize,
        place: impl Fn(&str) -> usize + Send + Sync + 'static,
    ) -> io::Result<Vec<Self>> {
        let (local_addr, settings, links_up) =
            (self.local_addr, self.settings.clone(), Arc::clone(&self.links_up));
        let mut first = Some(self);
        let shard = |shards| {
            let server = if let Some(first) = first.take() {
                first
            } else {
                let tcp = TcpConnections::new(settings.tcp())?;
                Self::new(tcp, local_addr, settings.clone(), Arc::clone(&links_up))
            };
            Ok(Self { shards: Some(shards), ..server })
        };
        Shards::all(count, place).map(shard).collect()
    }

    fn new(
        tcp: TcpConnections,
        local_addr: SocketAddr,
        settings: SidecarSettings,
        links_up: Arc<AtomicUsize>,
    ) -> Self {
        Self {
            tcp,
            local_addr,
            handshake_slots: HandshakeSlots::new(settings.handshakes_max),
            settings,
            random: SystemRandom::new(),
            links: BTreeMap::new(),
            links_up,
            shards: None,
            peers: HashMap::new(),
            next_peer: 0,
            newcomer: None,
            resumed: None,
            first_packet: None,
            first_packet_bytes: Vec::new(),
            kicks: Vec::new(),
            ended: VecDeque::new(),
            reachability: ReachabilityFeed::default(),
            turn: VecDeque::new(),
            held: Held::default(),
            receivers: Vec::new(),
            players: Vec::new(),
            statistics: NetworkStatistics::default(),
        }
    }

    /// The local address.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// How many links are here that have proved that they know the secret.
    pub fn links(&self) -> usize {
        self.links.values().filter(|link| link.end.is_up()).count()
    }

    fn admit_newcomer(&mut self, now: Instant) {
        let Some(peer) = self.newcomer.take() else { return };
        self.resumed = None;
        let Some(&(link, player)) = self.peers.get(&peer) else { return };
        self.say(now, link, |link| link.end.admit(player));
    }

    /// Has a link say something; one that does not listen is ended.
    fn say(&mut self, now: Instant, id: TcpId, say: impl FnOnce(&mut GuestLink) -> Result<(), Full>) {
        let Some(link) = self.links.get_mut(&id) else { return };
        if say(link) == Err(Full) {
            self.end_as_too_slow(now, id);
        }
    }

    fn end_as_too_slow(&mut self, now: Instant, id: TcpId) {
        self.statistics.connections.too_slow += 1;
        let queue = format!("{} bytes for a game server", self.settings.control_bytes_max);
        self.end_link(now, id, "the link is too slow", &DisconnectReason::Overloaded { queue });
    }

    /// Says goodbye to a link, and reports that its players are gone.
    fn end_link(&mut self, now: Instant, id: TcpId, words: &str, reason: &DisconnectReason) {
        let Some(mut link) = self.links.remove(&id) else { return };
        if link.end.is_up() {
            self.links_up.fetch_sub(1, Ordering::Relaxed);
        }
        self.handshake_slots.release(Some(link.remote.ip()), id);
        link.hang_up(now, &mut self.tcp, words);
        // If the voice server itself shuts down, another one may continue the session.
        if *reason != DisconnectReason::ClosedByUs && !link.end.is_quiet() {
            self.note_reachability(link.peers(), false);
        }
        for peer in link.peers() {
            self.close_peer(peer, reason.clone());
        }
        self.statistics.links.dropped.outgoing_full += link.end.channel.outbox.voice_dropped;
    }

    fn note_reachability(&mut self, peers: Vec<Peer>, is_reachable: bool) {
        if !peers.is_empty() {
            self.reachability.push(Reachability { peers, is_reachable });
        }
    }

    fn say_kicks(&mut self, now: Instant) {
        for (link, player, reason) in std::mem::take(&mut self.kicks) {
            self.say(now, link, |link| link.end.kick(player, &reason));
        }
    }

    fn connected_event(&self, peer: Peer) -> Option<ServerLinkEvent> {
        let (id, player) = self.peers.get(&peer)?;
        let link = self.links.get(id)?;
        let remote = link.remote_of(*player);
        Some(ServerLinkEvent::Connected { peer, session: link.session.clone(), remote })
    }
}

impl ServerNetwork for SidecarServer {
    fn flush(&mut self, now: Instant) {
        self.say_kicks(now);
        let Self { links, tcp, .. } = self;
        for link in links.values_mut() {
            link.flush(now, tcp);
        }
        tcp.flush(now);
        self.let_go(now);
    }

    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        let is_newcomer = self.newcomer == Some(peer);
        if is_newcomer {
            (self.newcomer, self.resumed) = (None, None);
        } else {
            self.admit_newcomer(now);
        }
        let Some(&(id, player)) = self.peers.get(&peer) else { return };
        if let Some(link) = self.links.get_mut(&id) {
            link.players.insert(player, Seat::Kicked);
        }
        self.kicks.push((id, player, cut(reason, REASON_BYTES_MAX).to_owned()));
        self.close_peer(peer, DisconnectReason::ClosedByUs);
    }

    fn shutdown(&mut self, now: Instant) {
        // Players must not be kicked from the game because the voice server stops.
        self.kicks.clear();
        self.tcp.stop_listening();
        if let Some(shards) = &self.shards {
            shards.close();
        }
        let ids: Vec<TcpId> = self.links.keys().copied().collect();
        for id in ids {
            self.end_link(now, id, SHUTTING_DOWN, &DisconnectReason::ClosedByUs);
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let links = self.links.values().filter_map(|link| link.end.next_timeout());
        links.chain(self.tcp.poll_timeout()).chain(self.held.wants_poll_at()).min()
    }

    fn set_waker(&mut self, waker: Waker) {
        if let Some(shards) = &self.shards {
            shards.set_waker(waker);
        }
    }

    fn wakes(&self) -> bool {
        TcpConnections::wakes()
    }

    #[cfg(target_os = "linux")]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.tcp.descriptor())
    }

    fn network(&self) -> &'static str {
        "sidecar"
    }

    fn statistics(&self) -> NetworkStatistics {
        let mut statistics = self.statistics;
        let dropped: u64 = self.links.values().map(|link| link.end.channel.outbox.voice_dropped).sum();
        statistics.links.dropped.outgoing_full += dropped;
        statistics.connections.rejected_full += self.tcp.rejected();
        statistics
    }

    fn provide(&self, _now: Instant, request: &mut CapabilityRequest<'_>) {
        request
            .provide(|| Some(self.reachability.clone()))
            .provide_of_peer(|peer| (self.resumed == Some(peer)).then_some(Resumed));
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        self.admit_newcomer(now);
        if let Some((peer, delivery)) = self.first_packet.take()
            && self.peers.contains_key(&peer)
        {
            std::mem::swap(bytes, &mut self.first_packet_bytes);
            self.statistics.links.received.count(delivery, 1, bytes.len());
            return Some(ServerLinkEvent::Packet { peer, channel: delivery });
        }
        loop {
            if let Some((peer, reason)) = self.ended.pop_front() {
                return Some(ServerLinkEvent::Disconnected { peer, reason });
            }
            match self.look(now, bytes) {
                Some(Seen::Connected(peer)) => return self.connected_event(peer),
                Some(Seen::Packet(peer, delivery)) => {
                    self.statistics.links.received.count(delivery, 1, bytes.len());
                    return Some(ServerLinkEvent::Packet { peer, channel: delivery });
                }
                Some(Seen::Ended) => {}
                None if self.step(now) => {}
                None => {
                    self.flush(now);
                    self.held.note_look();
                    if self.turn.is_empty() {
                        return None;
                    }
                }
            }
        }
    }

    fn send(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        self.admit_newcomer(now);
        if packet.len() > PACKET_BYTES_MAX {
            self.statistics.links.dropped.too_large += 1;
            return;
        }
        let mut receivers = std::mem::take(&mut self.receivers);
        receivers.clear();
        receivers.extend(peers.iter().filter_map(|peer| self.peers.get(peer)));
        receivers.sort_unstable_by_key(|(link, _)| *link);
        self.statistics.links.dropped.not_connected += (peers.len() - receivers.len()) as u64;
        for of_link in receivers.chunk_by(|one, other| one.0 == other.0) {
            let mut players = std::mem::take(&mut self.players);
            players.clear();
            players.extend(of_link.iter().map(|(_, player)| *player));
            self.say(now, of_link[0].0, |link| link.end.deliver(&players, delivery, packet));
            self.statistics.links.sent.count(delivery, players.len() as u64, packet.len());
            self.players = players;
        }
        self.receivers = receivers;
    }

    fn limits(&self) -> PacketLimits {
        PacketLimits { reliable_bytes: PACKET_BYTES_MAX, unreliable_bytes: PACKET_BYTES_MAX }
    }
}
