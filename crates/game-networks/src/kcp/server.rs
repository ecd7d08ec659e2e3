//! The server: all clients of one port.

mod accepting;
mod cookies;
mod ending;
mod events;
mod remote_client;

use std::collections::VecDeque;
use std::fmt;
use std::net::SocketAddr;
use std::time::Instant;

use consonance_link::gateway::udp::{BytesQueue, PeerTable, ServerEndpoint};
use consonance_link::gateway::{Allowance, BufferQueue, MessageChannel, VoiceChannels};
use consonance_link::{
    Delivery, NetworkStatistics, PacketLimits, Peer, ServerLinkEvent, ServerNetwork, Statistics,
};

use crate::kcp::generation::DATAGRAM_BYTES_MAX;
use crate::kcp::hello::Hello;
use crate::kcp::link::{Opened, Unreliable};
use crate::kcp::{CHANNELS, Generation, KcpServerSettings};

use cookies::Cookies;
use remote_client::{Phase, RemoteClient};

/// A server for clients of kcp2k, without a socket: for a [`UdpServer`](consonance_link::gateway::udp::UdpServer).
pub struct KcpServer {
    settings: KcpServerSettings,
    cookies: Cookies,
    hello_rate: Option<Allowance>,
    /// Those to which datagrams may have to be sent get turns.
    clients: PeerTable<RemoteClient>,
    /// Peers from which reliable messages may have arrived.
    ready: VecDeque<Peer>,
    /// Unreliable messages that have arrived.
    incoming: BufferQueue<Peer>,
    outgoing: BytesQueue<SocketAddr>,
    /// The latest time that the driver has passed in.
    now: Option<Instant>,
    links: Statistics,
}

impl fmt::Debug for KcpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KcpServer").field("clients", &self.clients.len()).finish_non_exhaustive()
    }
}

impl KcpServer {
    /// Creates a server whose cookies are derived from this seed, which must be secret.
    pub fn new(settings: KcpServerSettings, seed: [u8; 32]) -> Self {
        Self {
            clients: PeerTable::new(settings.peers),
            settings,
            cookies: Cookies::new(&seed),
            hello_rate: None,
            ready: VecDeque::new(),
            incoming: BufferQueue::default(),
            outgoing: BytesQueue::default(),
            now: None,
            links: Statistics::default(),
        }
    }

    /// The generation of a client, if it is connected and its generation is known; until then G4 is assumed.
    pub fn generation_of(&self, peer: Peer) -> Option<Generation> {
        let link = &self.clients.get(peer)?.link;
        (!link.is_undecided()).then(|| link.generation())
    }

    /// Handles a datagram from an address that has a connection. Returns false if it does not belong to that
    /// connection.
    fn handle_known(&mut self, now: Instant, peer: Peer, datagram: &[u8]) -> bool {
        let Some(client) = self.clients.get_mut(peer) else { return false };
        client.credit.earn(datagram.len());
        let opened = client.link.open(datagram);
        let has_cookies = client.link.generation().has_cookies();
        client.is_muted &= opened.is_none();
        if opened.is_some() && has_cookies {
            client.prove(now);
        }
        let is_ours = match opened {
            None => false,
            Some(Opened::Segments(segments)) => {
                let has_any = client.link.handle_segments(now, segments);
                if !has_cookies && client.link.arq().has_echo() {
                    client.prove(now);
                }
                has_any
            }
            Some(Opened::Unreliable(payload)) => self.handle_unreliable(now, peer, payload),
        };
        self.note_proof(now, peer);
        self.touch(peer);
        is_ours
    }

    /// Handles an unreliable datagram. Returns false if it is invalid.
    fn handle_unreliable(&mut self, now: Instant, peer: Peer, payload: &[u8]) -> bool {
        let Some(RemoteClient { link, phase, .. }) = self.clients.get_mut(peer) else { return false };
        let was_undecided = link.is_undecided();
        let heard = link.read_unreliable(now, payload);
        if was_undecided && !link.is_undecided() {
            self.settings.learned.learn(peer, link.generation());
        }
        match heard {
            Unreliable::Data(message) if *phase == Phase::Open => {
                self.incoming.push(peer, |bytes| bytes.extend_from_slice(message));
            }
            Unreliable::Data(_) => {}
            Unreliable::Goodbye => self.end_by_peer(peer),
            Unreliable::Noise => return false,
        }
        true
    }

    /// Notes that something arrived for a connection, or is to be sent.
    fn touch(&mut self, peer: Peer) {
        let Some(client) = self.clients.get_mut(peer) else { return };
        if !std::mem::replace(&mut client.is_ready, true) {
            self.ready.push_back(peer);
        }
        self.clients.give_turn(peer);
    }

    fn flush_all(&mut self, now: Instant) {
        while let Some(peer) = self.clients.end_turn() {
            let Some(client) = self.clients.get_mut(peer) else { continue };
            client.flush(now, &mut self.outgoing);
            let timeout = client.poll_timeout();
            self.clients.set_timer_no_later(peer, timeout);
        }
    }

    fn send_unreliable(&mut self, now: Instant, peer: Peer, message: &[u8]) {
        let dropped = &mut self.links.dropped;
        let Some(client) = self.clients.get_mut(peer) else { return };
        let link = &client.link;
        if message.is_empty() || message.len() > link.generation().message_bytes_max(Delivery::Unreliable) {
            dropped.too_large += 1;
        } else if !client.is_proved() || !link.can_send_unreliable(now) {
            dropped.outgoing_full += 1;
        } else {
            client.send_unreliable(message, &mut self.outgoing);
            self.links.sent.count(Delivery::Unreliable, 1, message.len());
        }
    }

    fn send_reliable(&mut self, now: Instant, peer: Peer, message: &[u8]) {
        let Some(RemoteClient { link, .. }) = self.clients.get_mut(peer) else { return };
        if !link.send_reliable(message) {
            self.links.dropped.too_large += 1;
            return;
        }
        self.links.sent.count(Delivery::Reliable, 1, message.len());
        self.clients.give_turn(peer);
        self.check(now, peer);
    }

    fn send_to(&mut self, now: Instant, peer: Peer, channel: MessageChannel, message: &[u8]) {
        let phase = self.clients.get(peer).map(|client| client.phase);
        if phase != Some(Phase::Open) {
            self.links.dropped.not_connected += 1;
            return;
        }
        match CHANNELS.delivery_of(channel) {
            Delivery::Reliable => self.send_reliable(now, peer, message),
            Delivery::Unreliable => self.send_unreliable(now, peer, message),
        }
    }
}

impl ServerNetwork<MessageChannel> for KcpServer {
    fn poll_event(&mut self, _now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent<MessageChannel>> {
        self.next_event(bytes)
    }

    fn accept(&mut self, now: Instant, peer: Peer, _greeting: &[u8]) {
        self.now = Some(now);
        self.take_in(now, peer);
    }

    fn send(&mut self, now: Instant, peers: &[Peer], channel: MessageChannel, message: &[u8]) {
        for &peer in peers {
            self.send_to(now, peer, channel, message);
        }
    }

    fn disconnect(&mut self, now: Instant, peer: Peer, _reason: &str) {
        self.now = Some(now);
        self.close(now, peer);
    }

    fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        self.clients.set_joined(now, peer, is_joined);
    }

    /// Sends nothing: live clients ping once a second (`CHECK_INTERVAL` of kcp2k).
    fn probe(&mut self, _now: Instant, peer: Peer) -> Option<Instant> {
        self.clients.get(peer).map(|client| client.link.last_heard())
    }

    fn shutdown(&mut self, now: Instant) {
        for peer in self.clients.shut_down() {
            self.disconnect(now, peer, "");
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let has_news = self.clients.has_events() || self.clients.turn().is_some() || !self.ready.is_empty();
        let first = self.clients.next_due();
        if has_news { [self.now, first].into_iter().flatten().min() } else { first }
    }

    fn network(&self) -> &'static str {
        "kcp"
    }

    /// The largest messages that fit every generation that may connect.
    fn limits(&self) -> PacketLimits {
        self.settings.generation.unwrap_or(Generation::G4).limits()
    }

    fn voice_channels(&self) -> VoiceChannels {
        CHANNELS
    }

    fn statistics(&self) -> NetworkStatistics {
        NetworkStatistics { links: self.links, connections: self.clients.counts() }
    }
}

impl ServerEndpoint for KcpServer {
    const DATAGRAM_BYTES_MAX: usize = DATAGRAM_BYTES_MAX;

    fn handle_datagram(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) {
        self.now = Some(now);
        let hello = Hello::parse(datagram);
        let known = self.clients.by_key(&from);
        let known = known.filter(|peer| hello.is_none() || !self.replace_if_silent(now, *peer));
        match (known, hello) {
            (Some(peer), Some(_)) => self.handle_another_hello(now, peer, datagram),
            (Some(peer), None) => {
                if !self.handle_known(now, peer, datagram) {
                    self.links.dropped.malformed += 1;
                }
            }
            (None, Some(hello)) => self.handle_hello(now, from, hello, datagram.len()),
            (None, None) => self.links.dropped.malformed += 1,
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.now = Some(now);
        while let Some(peer) = self.clients.due(now) {
            let Some(client) = self.clients.get_mut(peer) else { continue };
            client.link.handle_timeout(now);
            self.clients.give_turn(peer);
            self.check(now, peer);
        }
        self.flush_all(now);
    }

    fn poll_transmit(&mut self, now: Instant, datagram: &mut Vec<u8>) -> Option<SocketAddr> {
        self.flush_all(now);
        self.outgoing.pop(datagram)
    }
}
