//! The server.

mod accepting;
mod ending;
mod packets;
mod remote_client;

use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_link::gateway::udp::{BytesQueue, PeerTable, SecretNumbers, ServerEndpoint};
use consonance_link::gateway::{MessageChannel, VoiceChannels};
use consonance_link::{
    Delivery, DisconnectReason, NetworkStatistics, PacketLimits, Peer, SHUTTING_DOWN, ServerLinkEvent,
    ServerNetwork, Statistics,
};

use crate::litenetlib::UtcClock;
use crate::litenetlib::channel::Method;
use crate::litenetlib::connection::{
    Connection, Counts, DATAGRAM_BYTES_MAX, RELIABLE_ORDERED, UNRELIABLE, Unsendable, message_bytes_max,
};
use crate::litenetlib::settings::{ConnectionSettings, ServerSettings};

use remote_client::{Connected, RemoteClient, State};

/// The time after an accept in which a client may still answer that it knows no connection: the accept may overtake
/// the client's own state.
const ACCEPT_GRACE: Duration = Duration::from_secs(10);

/// A `LiteNetLib` server without sockets.
///
/// A greeting is the user data of a client's request; an accept carries no greeting back. The reason for ending or
/// rejecting a connection is sent as its additional data, in UTF-8.
pub struct LiteNetLibServer {
    settings: ServerSettings,
    clock: UtcClock,
    /// The secrets with which new clients prove their addresses.
    secrets: SecretNumbers,
    clients: PeerTable<RemoteClient>,
    /// Peers that may have datagrams to send.
    talking: BTreeSet<Peer>,
    /// Datagrams that belong to no established connection.
    answers: BytesQueue<SocketAddr>,
    links: Statistics,
    /// The counters of former connections.
    counts: Counts,
    /// A buffer for layers that change bytes.
    opened: Vec<u8>,
}

impl fmt::Debug for LiteNetLibServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiteNetLibServer").field("clients", &self.clients.len()).finish_non_exhaustive()
    }
}

impl LiteNetLibServer {
    /// A server without clients. The clock provides the time of day that clients are told. The seed must be secret,
    /// because numbers that only receivers of our datagrams can know are derived from it: take it from the system's
    /// source of random numbers.
    pub fn new(settings: ServerSettings, clock: UtcClock, seed: [u8; 32]) -> Self {
        Self {
            clients: PeerTable::new(settings.peers),
            settings,
            clock,
            secrets: SecretNumbers::new(&seed),
            talking: BTreeSet::new(),
            answers: BytesQueue::default(),
            links: Statistics::default(),
            counts: Counts::default(),
            opened: Vec::new(),
        }
    }

    fn settings(&self) -> &ConnectionSettings {
        &self.settings.connection
    }

    /// Updates a client's timer, and checks it for datagrams to send.
    fn settle(&mut self, peer: Peer) {
        let Some(timeout) = self.clients.get(peer).map(RemoteClient::timeout) else { return };
        self.clients.set_timer(peer, timeout);
        self.talking.insert(peer);
    }

    /// Sends a client a packet that its connection does not send itself, as far as its credit allows.
    fn answer_guest(&mut self, peer: Peer, packet: &[u8]) {
        if let Some(to) = self.clients.get(peer).map(|client| client.address) {
            self.answer(to, packet);
        }
    }

    /// Sends a packet: an unknown address gets no more bytes than it has sent, and a client as many as its credit
    /// allows.
    fn answer(&mut self, to: SocketAddr, packet: &[u8]) {
        let client = self.clients.by_key(&to).and_then(|peer| self.clients.get_mut(peer));
        if client.is_none_or(|client| client.spend(packet.len())) {
            self.answers.push(to, |datagram| datagram.extend_from_slice(packet));
        }
    }

    fn send_to(&mut self, now: Instant, peer: Peer, channel: MessageChannel, message: &[u8]) {
        if message.len() > self.message_bytes_max(channel) {
            self.links.dropped.too_large += 1;
            return;
        }
        let mut client = self.clients.get_mut(peer).filter(|client| client.is_heard());
        let Some(connected) = client.as_mut().and_then(|client| client.connected()) else {
            self.links.dropped.not_connected += 1;
            return;
        };
        match connected.connection.send(now, channel, message) {
            Ok(()) => {
                self.links.sent.count(self.delivery_of(channel), 1, message.len());
                self.settle(peer);
            }
            Err(Unsendable::TooLarge) => self.links.dropped.too_large += 1,
            Err(Unsendable::BeforeProof) => self.links.dropped.outgoing_full += 1,
            Err(Unsendable::TooSlow) => self.end_too_slow(now, peer),
        }
    }
}

/// Our number for a client, as the client is told it: the first one is 0.
fn peer_id(peer: Peer) -> i32 {
    (peer.0.saturating_sub(1) & i32::MAX as u64) as i32
}

impl ServerNetwork<MessageChannel> for LiteNetLibServer {
    fn poll_event(&mut self, _now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent<MessageChannel>> {
        loop {
            let event = self.clients.poll_event(bytes)?;
            let ServerLinkEvent::Packet { peer, channel } = event else { return Some(event) };
            if self.clients.get(peer).is_some_and(RemoteClient::is_heard) {
                self.links.received.count(self.delivery_of(channel), 1, bytes.len());
                return Some(event);
            }
        }
    }

    fn accept(&mut self, now: Instant, peer: Peer, _greeting: &[u8]) {
        let Some(client) = self.clients.get_mut(peer) else { return };
        if !matches!(client.state, State::Asked { .. }) {
            return;
        }
        let secret = self.secrets.draw();
        let Self { settings, clock, .. } = self;
        let (number, dialect) = (client.attempt.connection_number, client.attempt.dialect);
        let mut connection = Connection::new(now, &settings.connection, *clock, dialect, number);
        connection.ask_for_proof(now, secret);
        client.state = State::Connected(Box::new(Connected {
            connection,
            accepted_at: now,
            new_until: Some(now + settings.handshake_timeout),
        }));
        let accept = client.attempt.accept(peer_id(peer));
        self.clients.counts_mut().accepted += 1;
        self.answer_guest(peer, &accept);
        self.settle(peer);
    }

    fn send(&mut self, now: Instant, peers: &[Peer], channel: MessageChannel, message: &[u8]) {
        for &peer in peers {
            self.send_to(now, peer, channel, message);
        }
    }

    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        self.ask_to_leave(now, peer, DisconnectReason::cut(reason));
    }

    fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        self.clients.set_joined(now, peer, is_joined);
    }

    /// Sends nothing: live clients ping once a second, and answer our pings.
    fn probe(&mut self, _now: Instant, peer: Peer) -> Option<Instant> {
        let connected = self.clients.get_mut(peer)?.connected()?;
        Some(connected.connection.heard_at())
    }

    fn shutdown(&mut self, now: Instant) {
        for peer in self.clients.shut_down() {
            self.ask_to_leave(now, peer, SHUTTING_DOWN);
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        self.clients.next_due()
    }

    fn network(&self) -> &'static str {
        "litenetlib"
    }

    fn limits(&self) -> PacketLimits {
        CHANNELS.limits(|channel| self.message_bytes_max(channel))
    }

    fn voice_channels(&self) -> VoiceChannels {
        CHANNELS
    }

    fn delivery_of(&self, channel: MessageChannel) -> Delivery {
        delivery_of(channel)
    }

    fn message_bytes_max(&self, channel: MessageChannel) -> usize {
        message_bytes_max(self.settings(), channel)
    }

    fn statistics(&self) -> NetworkStatistics {
        let mut links = self.links;
        links.dropped.malformed += self.counts.malformed;
        NetworkStatistics { links, connections: self.clients.counts() }
    }
}

impl ServerEndpoint for LiteNetLibServer {
    /// Including the checksum of a layer.
    const DATAGRAM_BYTES_MAX: usize = DATAGRAM_BYTES_MAX + 4;

    fn handle_datagram(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) {
        let mut buffer = std::mem::take(&mut self.opened);
        match self.settings.connection.layer.open(datagram, &mut buffer) {
            Some(packet) => self.handle_packet(now, from, packet),
            None => self.links.dropped.malformed += 1,
        }
        self.opened = buffer;
    }

    fn handle_timeout(&mut self, now: Instant) {
        while let Some(peer) = self.clients.due(now) {
            self.run_timer(now, peer);
            self.settle(peer);
        }
    }

    fn poll_transmit(&mut self, _now: Instant, datagram: &mut Vec<u8>) -> Option<SocketAddr> {
        let mut to = self.answers.pop(datagram);
        while to.is_none()
            && let Some(peer) = self.talking.first().copied()
        {
            to = self.clients.get_mut(peer).and_then(|client| client.poll_transmit(datagram));
            if to.is_none() {
                self.talking.remove(&peer);
            }
        }
        if to.is_some() {
            self.settings.connection.layer.seal(datagram);
        }
        to
    }
}

pub(crate) const CHANNELS: VoiceChannels =
    VoiceChannels { reliable: RELIABLE_ORDERED, unreliable: UNRELIABLE };

/// The delivery of a channel: only a channel that delivers every message counts as reliable.
pub(crate) fn delivery_of(channel: MessageChannel) -> Delivery {
    match u8::try_from(channel.0) {
        Ok(id) if Method::of(id).is_complete() => Delivery::Reliable,
        Ok(_) | Err(_) => Delivery::Unreliable,
    }
}
