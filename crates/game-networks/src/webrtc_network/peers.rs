//! Many connections behind one UDP socket: which one a datagram belongs to, and when each wants to be called.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use consonance_link::gateway::udp::DatagramSocket;
use consonance_link::gateway::{HandshakeLog, Timers};
use consonance_link::rtc_crypto::user_fragment;
use consonance_link::{Delivery, Peer};

use crate::webrtc_network::peer::{Ice, PeerConnection, PeerEvent, Role, Sent};
use crate::webrtc_network::settings::PeerSettings;

pub(crate) struct Peers {
    socket: DatagramSocket,
    bound: SocketAddr,
    ice: Ice,
    settings: PeerSettings,
    connections: BTreeMap<Peer, Entry>,
    by_user_fragment: HashMap<String, Peer>,
    by_address: HashMap<SocketAddr, Peer>,
    timers: Timers<Peer>,
    last_peer: u64,
    events: VecDeque<(Peer, PeerEvent)>,
    texts: VecDeque<(Peer, String)>,
    buffer: Vec<u8>,
    handshakes: HandshakeLog,
    strays: u64,
    held_back: u64,
}

struct Entry {
    connection: PeerConnection,
    user_fragment: String,
    /// Ours, as they were announced.
    own_addresses: Vec<SocketAddr>,
    /// The other side's, as far as `by_address` leads here.
    addresses: Vec<SocketAddr>,
}

impl Peers {
    pub(crate) fn bind(address: SocketAddr, ice: Ice, settings: PeerSettings) -> io::Result<Self> {
        let socket = DatagramSocket::bind(address, SOCKET_BUFFER_BYTES)?;
        let bound = socket.socket().local_addr()?;
        Ok(Self {
            socket,
            bound,
            ice,
            settings,
            connections: BTreeMap::new(),
            by_user_fragment: HashMap::new(),
            by_address: HashMap::new(),
            timers: Timers::default(),
            last_peer: 0,
            events: VecDeque::new(),
            texts: VecDeque::new(),
            buffer: vec![0; DATAGRAM_BYTES_MAX],
            handshakes: HandshakeLog::new(Instant::now(), "WebRTC Network"),
            strays: 0,
            held_back: 0,
        })
    }

    #[cfg(target_os = "linux")]
    pub(crate) fn socket(&self) -> &std::net::UdpSocket {
        self.socket.socket()
    }

    pub(crate) fn bound(&self) -> SocketAddr {
        self.bound
    }

    /// Datagrams that belonged to no connection.
    pub(crate) fn strays(&self) -> u64 {
        self.strays
    }

    /// Datagrams that did not leave, since the address is not proved.
    pub(crate) fn held_back(&self) -> u64 {
        self.held_back
    }

    /// The addresses that peers are told: those announced, the bound one, or where the signalling server sees us from.
    pub(crate) fn own_addresses(
        &self,
        announced: &[SocketAddr],
        towards_signalling: Option<IpAddr>,
    ) -> Vec<SocketAddr> {
        if !announced.is_empty() {
            return announced.to_vec();
        }
        if !self.bound.ip().is_unspecified() {
            return vec![self.bound];
        }
        towards_signalling
            .map(|ip| SocketAddr::new(ip.to_canonical(), self.bound.port()))
            .into_iter()
            .collect()
    }

    /// A connection that begins to be negotiated.
    pub(crate) fn open(&mut self, now: Instant, role: Role, own_addresses: Vec<SocketAddr>) -> Peer {
        self.last_peer += 1;
        let peer = Peer(self.last_peer);
        let mut connection = PeerConnection::new(now, role, self.ice, &own_addresses, &self.settings);
        let user_fragment = connection.user_fragment();
        self.by_user_fragment.insert(user_fragment.clone(), peer);
        let addresses = Vec::new();
        let entry = Entry { connection, user_fragment, own_addresses, addresses };
        self.connections.insert(peer, entry);
        self.settle(now, peer, None);
        peer
    }

    pub(crate) fn handle_text(&mut self, now: Instant, peer: Peer, text: &str) {
        self.with(now, peer, |connection| connection.handle_text(now, text));
    }

    pub(crate) fn accept(&mut self, now: Instant, peer: Peer) {
        self.with(now, peer, |connection| connection.accept(now));
    }

    pub(crate) fn send(&mut self, now: Instant, peer: Peer, delivery: Delivery, packet: &[u8]) -> Sent {
        self.with(now, peer, |connection| connection.send(now, delivery, packet)).unwrap_or(Sent::NotOpen)
    }

    /// Asks for a sign of life; when anything last came from this one.
    pub(crate) fn probe(&mut self, now: Instant, peer: Peer) -> Option<Instant> {
        self.with(now, peer, |connection| connection.probe(now)).flatten()
    }

    pub(crate) fn leave(&mut self, now: Instant, peer: Peer) {
        self.with(now, peer, |connection| connection.leave(now));
    }

    /// Says goodbye to all peers, as far as possible without waiting.
    pub(crate) fn leave_all_at_once(&mut self, now: Instant) {
        let peers: Vec<Peer> = self.connections.keys().copied().collect();
        for peer in peers {
            self.with(now, peer, |connection| connection.leave_at_once(now));
        }
    }

    /// Forgets a connection without a word.
    pub(crate) fn forget(&mut self, peer: Peer) {
        let Some(entry) = self.connections.remove(&peer) else { return };
        self.by_user_fragment.remove(&entry.user_fragment);
        for address in entry.addresses {
            if self.by_address.get(&address) == Some(&peer) {
                self.by_address.remove(&address);
            }
        }
        self.timers.clear(peer);
    }

    pub(crate) fn remote(&self, peer: Peer) -> Option<SocketAddr> {
        self.connections.get(&peer)?.connection.remote()
    }

    /// The next text for the signalling link of a peer.
    pub(crate) fn poll_text(&mut self) -> Option<(Peer, String)> {
        self.texts.pop_front()
    }

    /// The next thing that happened: out of what waits, what is due, and what the socket has.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<(Peer, PeerEvent)> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            if let Some(peer) = self.timers.pop(now) {
                self.with(now, peer, |connection| connection.handle_timeout(now));
            } else if !self.receive(now) {
                return None;
            }
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        if self.events.is_empty() { self.timers.next() } else { None }
    }

    /// False if nothing waits at the socket.
    fn receive(&mut self, now: Instant) -> bool {
        let mut buffer = std::mem::take(&mut self.buffer);
        let received = self.socket.receive(&mut buffer);
        if let Some((length, source)) = received {
            let source = SocketAddr::new(source.ip().to_canonical(), source.port());
            let datagram = &buffer[..length];
            let owner = self.owner(source, datagram);
            if let Some((peer, entry)) = owner.and_then(|peer| Some((peer, self.connections.get_mut(&peer)?)))
            {
                let destination = entry.own_address_towards(source);
                entry.connection.handle_datagram(now, source, destination, datagram);
                self.settle(now, peer, Some(source));
            } else {
                self.strays += 1;
            }
        }
        self.buffer = buffer;
        received.is_some()
    }

    /// The owner of a datagram: an ICE check names its connection, and everything else comes from an address whose
    /// checks were answered.
    fn owner(&self, source: SocketAddr, datagram: &[u8]) -> Option<Peer> {
        match user_fragment(datagram) {
            Some(name) => self.by_user_fragment.get(name).copied(),
            None => self.by_address.get(&source).copied(),
        }
    }

    /// Assigns an address to this connection, unless another connection is in use there. If only we have called, no
    /// address is taken from another connection at all.
    fn lead(&mut self, now: Instant, address: SocketAddr, peer: Peer, has_called: bool) {
        let other = self.by_address.get(&address).filter(|known| **known != peer);
        if other.is_some_and(|other| !has_called || self.is_in_use(now, *other, address)) {
            return;
        }
        let Some(entry) = self.connections.get_mut(&peer) else { return };
        if !entry.addresses.contains(&address) {
            if entry.addresses.len() == ADDRESSES_MAX {
                let oldest = entry.addresses.remove(0);
                if self.by_address.get(&oldest) == Some(&peer) {
                    self.by_address.remove(&oldest);
                }
            }
            entry.addresses.push(address);
        }
        self.by_address.insert(address, peer);
    }

    /// Whether a connection is in use at an address of its own.
    fn is_in_use(&self, now: Instant, peer: Peer, address: SocketAddr) -> bool {
        let connection = self.connections.get(&peer).map(|entry| &entry.connection);
        connection.is_some_and(|connection| {
            connection.is_open()
                && connection.is_proved_at(address.ip())
                && now.checked_sub(CLAIM_AFTER).is_some_and(|then| connection.was_heard_since(then))
        })
    }

    fn with<R>(&mut self, now: Instant, peer: Peer, act: impl FnOnce(&mut PeerConnection) -> R) -> Option<R> {
        let result = act(&mut self.connections.get_mut(&peer)?.connection);
        self.settle(now, peer, None);
        Some(result)
    }

    /// Takes from a connection what it has to say, and notes when it wants to be called. If it answers a check there,
    /// the sender of the check has called.
    fn settle(&mut self, now: Instant, peer: Peer, caller: Option<SocketAddr>) {
        let Some(entry) = self.connections.get_mut(&peer) else { return };
        let mut destinations = Vec::new();
        let held_back = entry.connection.held_back();
        while let Some((destination, datagram)) = entry.connection.poll_datagram(now) {
            // The socket may be dual-stack.
            self.socket.send(Some(as_sent_from(self.bound, destination)), &datagram);
            if self.by_address.get(&destination) != Some(&peer) && !destinations.contains(&destination) {
                destinations.push(destination);
            }
        }
        self.held_back += entry.connection.held_back() - held_back;
        self.texts.extend(std::iter::from_fn(|| entry.connection.poll_text()).map(|text| (peer, text)));
        let mut is_over = false;
        while let Some(event) = entry.connection.poll_event() {
            is_over |= matches!(event, PeerEvent::Closed(_));
            self.events.push_back((peer, event));
        }
        if let Some(reason) = entry.connection.take_failure() {
            self.handshakes.note(now, entry.addresses.first().copied(), reason);
        }
        self.timers.set(peer, entry.connection.poll_timeout());
        for destination in destinations {
            self.lead(now, destination, peer, caller == Some(destination));
        }
        if is_over {
            self.forget(peer);
        }
    }
}

impl Entry {
    fn own_address_towards(&self, other: SocketAddr) -> SocketAddr {
        let same_family = self.own_addresses.iter().find(|own| own.is_ipv4() == other.is_ipv4());
        same_family.or(self.own_addresses.first()).copied().unwrap_or(other)
    }
}

/// An address as a socket that is bound to this one takes it.
fn as_sent_from(bound: SocketAddr, to: SocketAddr) -> SocketAddr {
    match (bound, to.ip()) {
        (SocketAddr::V6(_), IpAddr::V4(ip)) => SocketAddr::new(ip.to_ipv6_mapped().into(), to.port()),
        _ => to,
    }
}

/// A datagram of ours and of others that speak WebRTC is at most 1500 bytes.
const DATAGRAM_BYTES_MAX: usize = 2048;

/// Room for what comes while the driver does something else: a second of a hundred speakers.
const SOCKET_BUFFER_BYTES: usize = 1024 * 1024;

/// From how many addresses one connection's datagrams may come.
const ADDRESSES_MAX: usize = 32;

/// After this silence of a connection, another one may come from its address.
const CLAIM_AFTER: Duration = Duration::from_secs(2);
