//! The voice server's end of all links of one port.

mod guest_link;
mod reading;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io;
use std::net::{SocketAddr, TcpListener};
#[cfg(target_os = "linux")]
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use consonance_transport::{
    Delivery, DisconnectReason, MAX_REASON_BYTES, PacketLimits, Peer, ServerEvent, ServerStatistics,
    ServerTransport,
};
use ring::rand::SystemRandom;

use crate::frame::{PACKET_BYTES_MAX, Player, cut};
use crate::outbox::Full;
use crate::readiness::Readiness;
use crate::settings::SidecarSettings;
use guest_link::{GuestLink, Seat};
use reading::Seen;

/// A [`ServerTransport`] whose peers are the players of game servers: a player is one from its first packet on, or from when
/// its adapter announces it.
///
/// When a link ends, all its players are gone. When the server shuts down it says goodbye to the links only: it is the
/// *voice* server that goes, and nobody is to lose the game for that.
#[derive(Debug)]
pub struct SidecarServer {
    listener: Option<TcpListener>,
    local_addr: SocketAddr,
    readiness: Readiness,
    settings: SidecarSettings,
    random: SystemRandom,
    links: BTreeMap<u64, GuestLink>,
    next_link: u64,
    /// Which player of which link each peer is.
    peers: HashMap<Peer, (u64, Player)>,
    next_peer: u64,
    /// Reported as connected by the last poll: taken in unless the next call refuses it.
    newcomer: Option<Peer>,
    /// Announced as there before their link was, and not asked about yet.
    came_back: Option<Peer>,
    /// A packet that waits until its newcomer was taken in.
    first_packet: Option<(Peer, Delivery)>,
    /// The packet that is reported.
    packet: Vec<u8>,
    /// Who is to be disconnected; said with the next flush, unless the server goes before.
    kicks: Vec<(u64, Player, String)>,
    ended: VecDeque<(Peer, DisconnectReason)>,
    /// Links with something that was read and not looked at.
    turn: VecDeque<u64>,
    /// The receivers of one packet, by link.
    receivers: Vec<(u64, Player)>,
    players: Vec<Player>,
    piece: Box<[u8]>,
    statistics: ServerStatistics,
}

/// How much is read of one link before the others have their turn.
const PIECE_BYTES: usize = 16 * 1024;
/// How soon it is tried again to give a socket what it did not take.
const RETRY_WRITE: Duration = Duration::from_millis(5);

impl SidecarServer {
    /// Listens for adapters at this TCP address; port 0 takes any free one.
    ///
    /// # Errors
    /// If the address cannot be had.
    pub fn bind(address: SocketAddr, settings: SidecarSettings) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let local_addr = listener.local_addr()?;
        let readiness = Readiness::new()?;
        readiness.watch(&listener)?;
        Ok(Self {
            listener: Some(listener),
            local_addr,
            readiness,
            settings,
            random: SystemRandom::new(),
            links: BTreeMap::new(),
            next_link: 0,
            peers: HashMap::new(),
            next_peer: 0,
            newcomer: None,
            came_back: None,
            first_packet: None,
            packet: Vec::new(),
            kicks: Vec::new(),
            ended: VecDeque::new(),
            turn: VecDeque::new(),
            receivers: Vec::new(),
            players: Vec::new(),
            piece: vec![0; PIECE_BYTES].into(),
            statistics: ServerStatistics::default(),
        })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// How many links have proved that they know the secret.
    pub fn links(&self) -> usize {
        self.links.values().filter(|link| link.end.is_up()).count()
    }

    fn admit_newcomer(&mut self, now: Instant) {
        let Some(peer) = self.newcomer.take() else { return };
        self.came_back = None;
        let Some(&(link, player)) = self.peers.get(&peer) else { return };
        self.say(now, link, |link| link.end.admit(player));
    }

    /// Has a link say something; one that does not listen is ended.
    fn say(&mut self, now: Instant, number: u64, say: impl FnOnce(&mut GuestLink) -> Result<(), Full>) {
        let Some(link) = self.links.get_mut(&number) else { return };
        if say(link) == Err(Full) {
            self.statistics.connections.too_slow += 1;
            let queue = format!("{} bytes for a game server", self.settings.control_bytes_max);
            self.end_link(now, number, "the link is too slow", &DisconnectReason::Overloaded { queue });
            self.links.remove(&number);
        }
    }

    /// Says goodbye to a link, and reports that its players are gone.
    fn end_link(&mut self, now: Instant, number: u64, words: &str, reason: &DisconnectReason) {
        let Some(link) = self.links.get_mut(&number) else { return };
        link.end.end(now, words);
        for peer in link.peers() {
            self.peers.remove(&peer);
            self.ended.push_back((peer, reason.clone()));
            self.statistics.connections.connected -= 1;
        }
        link.forget_players();
    }

    fn say_kicks(&mut self, now: Instant) {
        for (link, player, reason) in std::mem::take(&mut self.kicks) {
            self.say(now, link, |link| link.end.kick(player, &reason));
        }
    }

    fn connected_event(&self, peer: Peer) -> Option<ServerEvent<'static>> {
        let (number, player) = self.peers.get(&peer)?;
        let link = self.links.get(number)?;
        let remote = link.remote_of(*player);
        Some(ServerEvent::Connected { peer, session: link.session.clone(), remote })
    }
}

impl ServerTransport for SidecarServer {
    fn poll(&mut self, now: Instant) -> Option<ServerEvent<'_>> {
        self.admit_newcomer(now);
        if let Some((peer, delivery)) = self.first_packet.take()
            && self.peers.contains_key(&peer)
        {
            self.statistics.links.received.count(delivery, 1, self.packet.len());
            return Some(ServerEvent::Packet { peer, delivery, packet: &self.packet });
        }
        loop {
            if let Some((peer, reason)) = self.ended.pop_front() {
                return Some(ServerEvent::Disconnected { peer, reason });
            }
            match self.look(now) {
                Some(Seen::Connected(peer)) => return self.connected_event(peer),
                Some(Seen::Packet(peer, delivery)) => {
                    self.statistics.links.received.count(delivery, 1, self.packet.len());
                    return Some(ServerEvent::Packet { peer, delivery, packet: &self.packet });
                }
                Some(Seen::Ended) => {}
                None if self.read(now) => {}
                None => {
                    self.flush(now);
                    return None;
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

    fn flush(&mut self, now: Instant) {
        self.say_kicks(now);
        self.links.values_mut().for_each(|link| link.flush(now));
    }

    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        let is_newcomer = self.newcomer == Some(peer);
        if is_newcomer {
            (self.newcomer, self.came_back) = (None, None);
        } else {
            self.admit_newcomer(now);
        }
        let Some(&(number, player)) = self.peers.get(&peer) else { return };
        if let Some(link) = self.links.get_mut(&number) {
            link.players.insert(player, Seat::Kicked);
        }
        self.kicks.push((number, player, cut(reason, MAX_REASON_BYTES).to_owned()));
        self.close_peer(peer, DisconnectReason::ClosedByUs);
    }

    fn shutdown(&mut self, now: Instant) {
        // Nobody loses the game because the voice server goes.
        self.kicks.clear();
        self.listener = None;
        let numbers: Vec<u64> = self.links.keys().copied().collect();
        for number in numbers {
            self.end_link(now, number, "the server is shutting down", &DisconnectReason::ClosedByUs);
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let next = |link: &GuestLink| {
            let timeout = link.end.next_timeout();
            link.is_waiting_since().map_or(timeout, |since| timeout.min(since + RETRY_WRITE))
        };
        self.links.values().map(next).min()
    }

    fn wakes(&self) -> bool {
        cfg!(target_os = "linux")
    }

    #[cfg(target_os = "linux")]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.readiness.descriptor())
    }

    fn network(&self) -> &'static str {
        "sidecar"
    }

    fn came_back(&self, peer: Peer) -> bool {
        self.came_back == Some(peer)
    }

    fn limits(&self) -> PacketLimits {
        PacketLimits { reliable_bytes: PACKET_BYTES_MAX, unreliable_bytes: PACKET_BYTES_MAX }
    }

    fn statistics(&self) -> ServerStatistics {
        let mut statistics = self.statistics;
        let dropped: u64 = self.links.values().map(|link| link.end.outbox.voice_dropped).sum();
        statistics.links.dropped.outgoing_full += dropped;
        statistics
    }
}
