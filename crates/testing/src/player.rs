//! A player without sound for the tests of all crates: the session engine over a transport, driven by the test.
//!
//! ```
//! use std::time::Instant;
//!
//! use consonance_session::{Client, ClientSettings, LinkCommand};
//! use consonance_testing::player::TestPlayer;
//! use consonance_link::ServerNetwork as _;
//! use consonance_link::memory::MemoryNetwork;
//!
//! let (network, now) = (MemoryNetwork::new(), Instant::now());
//! let mut server = network.listen();
//! let mut alice = TestPlayer::new(Client::new(ClientSettings::new("Alice")), network.client("main"), now);
//! alice.run_once(now, |_event| {});
//! assert!(server.poll_event(now, &mut Vec::new()).is_some(), "she requests a connection");
//! ```
//!
//! Nothing happens by itself: [`TestPlayer::run_once`] handles incoming packets and sends outgoing ones, and
//! [`TestPlayer::wake`] lets time pass, so that a test itself determines when its player retries.

use std::time::Instant;

use consonance_link::{
    self as transport, ClientLinkEvent, ClientNetwork, DirectEvent, DisconnectReason, Peer,
};
use consonance_session::{Client, ClientEvent, Instant as SessionInstant, LinkCommand, LinkId, PacketLimits};

/// A client's engine and its end of a network.
#[derive(Debug)]
pub struct TestPlayer<T> {
    /// The engine.
    pub client: Client,
    /// The player's end of the network.
    pub transport: T,
    /// The transport for the next link, if it is another one.
    pub next: Option<T>,
    /// How its links ended.
    pub ends: Vec<DisconnectReason>,
    /// The engine's time 0.
    started: Instant,
    links: u64,
    /// The direct links of one packet, collected again for each.
    peers: Vec<Peer>,
    /// The packet of the last event.
    bytes: Vec<u8>,
    /// Whether a link is up, being made, or saying goodbye; the next one waits for its end.
    is_busy: bool,
    wants_link: bool,
}

impl<T: ClientNetwork> TestPlayer<T> {
    /// Starts the client, which connects with the first call of [`run_once`](Self::run_once).
    pub fn new(mut client: Client, transport: T, now: Instant) -> Self {
        client.start();
        let (ends, peers) = (Vec::new(), Vec::new());
        Self {
            client,
            transport,
            next: None,
            ends,
            started: now,
            links: 0,
            peers,
            bytes: Vec::new(),
            is_busy: false,
            wants_link: false,
        }
    }

    /// Handles incoming packets, sends outgoing ones, and passes the client's events to `see`.
    pub fn run_once(&mut self, now: Instant, see: impl FnMut(ClientEvent<'_>)) {
        self.obey(now);
        self.receive(now);
        self.obey(now);
        self.send(now);
        self.show(see);
    }

    /// Runs the client's timers, such as retries.
    pub fn wake(&mut self, now: Instant) {
        self.client.handle_timeout(self.at(now));
    }

    /// Leaves permanently: sends the goodbye before the link is closed.
    pub fn leave(&mut self, now: Instant) {
        self.client.stop(self.at(now));
        self.send(now);
    }

    fn receive(&mut self, now: Instant) {
        let at = self.at(now);
        while let Some(event) = self.transport.poll_event(now, &mut self.bytes) {
            let link = LinkId(self.links);
            match event {
                ClientLinkEvent::Connected => self.client.handle_connected(at, link),
                ClientLinkEvent::Packet { channel: delivery } => {
                    self.client.handle_packet(at, link, delivery, &self.bytes);
                }
                ClientLinkEvent::Disconnected { reason } => {
                    self.is_busy = false;
                    self.ends.push(reason);
                    self.client.handle_disconnected(at, link);
                    // If the client already wants another link, that one only waits for this one's end, and has not
                    // failed.
                    if !self.wants_link {
                        self.client.handle_connect_failed(at);
                    }
                }
                ClientLinkEvent::Direct { peer, event: DirectEvent::Up } => {
                    self.client.handle_peer_connected(at, direct_link(peer));
                }
                ClientLinkEvent::Direct { peer, event: DirectEvent::Packet { delivery } } => {
                    self.client.handle_packet(at, direct_link(peer), delivery, &self.bytes);
                }
                ClientLinkEvent::Direct { peer, event: DirectEvent::Down { .. } } => {
                    self.client.handle_disconnected(at, direct_link(peer));
                }
            }
        }
    }

    fn obey(&mut self, now: Instant) {
        while let Some(command) = self.client.poll_command() {
            match command {
                LinkCommand::Open => self.wants_link = true,
                LinkCommand::Close { link, .. } => match (peer_of(link), self.transport.direct_links()) {
                    (None, _) => self.transport.disconnect(now),
                    (Some(peer), Some(links)) => links.disconnect_direct(now, peer),
                    (Some(_), None) => {}
                },
            }
        }
        if self.wants_link && !self.is_busy {
            (self.wants_link, self.is_busy) = (false, true);
            self.links += 1;
            if let Some(next) = self.next.take() {
                self.transport = next;
            }
            self.transport.connect(now);
            let transport::PacketLimits { reliable_bytes, unreliable_bytes } = self.transport.limits();
            self.client.set_packet_limits(PacketLimits { reliable_bytes, unreliable_bytes });
        }
    }

    fn send(&mut self, now: Instant) {
        while let Some(transmit) = self.client.poll_transmit() {
            let delivery = transmit.delivery;
            self.peers.clear();
            self.peers.extend(transmit.to.iter().filter_map(|link| peer_of(*link)));
            if self.peers.len() < transmit.to.len() {
                self.transport.send(now, delivery, transmit.payload);
            }
            if let Some(links) = self.transport.direct_links().filter(|_| !self.peers.is_empty()) {
                links.send_direct(now, &self.peers, delivery, transmit.payload);
            }
        }
    }

    fn show(&mut self, mut see: impl FnMut(ClientEvent<'_>)) {
        while let Some(event) = self.client.poll_event() {
            see(event);
        }
    }

    fn at(&self, now: Instant) -> SessionInstant {
        SessionInstant::START + now.duration_since(self.started)
    }
}

/// The ids of direct links have this bit; other ids count the links to the server. See [`Peer`].
const DIRECT: u64 = 1 << 48;

fn direct_link(peer: Peer) -> LinkId {
    LinkId(DIRECT | peer.0)
}

fn peer_of(link: LinkId) -> Option<Peer> {
    (link.0 & DIRECT != 0).then_some(Peer(link.0 & !DIRECT))
}
