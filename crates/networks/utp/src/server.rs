//! The server's end: many connections, identified by their tokens.

mod ending;
mod remote_client;
mod slots;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fmt;
use std::net::SocketAddr;
use std::time::Instant;

use consonance_gateway::udp::{BytesQueue, SecretNumbers, ServerEndpoint, ServerEndpointEvent};
use consonance_gateway::{MessageChannel, Timers, VoiceChannels};
use consonance_transport::{
    ConnectionCounts, ConnectionSlots, Delivery, DisconnectReason, NetworkStatistics, Peer, Statistics,
};

use crate::connection::{Connection, DataError};
use crate::datagram::{Datagram, DatagramKind, Token};
use crate::pipeline::CHANNELS;
use crate::{READ_BYTES_MAX, ServerSettings};

use remote_client::{RemoteClient, State};

/// A server of Unity Transport 2.x, without its socket.
pub struct UtpServer {
    settings: ServerSettings,
    /// The source of the secrets with which clients prove their addresses.
    secrets: SecretNumbers,
    clients: BTreeMap<Peer, RemoteClient>,
    tokens: HashMap<Token, Peer>,
    /// The slots of clients with a proved address.
    slots: ConnectionSlots<Peer>,
    last_peer: Peer,
    /// Clients that have not proved their address, the oldest first.
    unproved: BTreeSet<Peer>,
    timers: Timers<Peer>,
    /// Clients that may have data to send.
    dirty: VecDeque<Peer>,
    /// Datagrams to addresses without a client.
    parting: BytesQueue<SocketAddr>,
    events: BytesQueue<ServerEndpointEvent>,
    is_shut_down: bool,
    links: Statistics,
    counts: ConnectionCounts,
}

impl fmt::Debug for UtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UtpServer").field("clients", &self.clients.len()).finish_non_exhaustive()
    }
}

impl UtpServer {
    /// A server without clients. From the seed, which must be secret, come numbers that only receivers of our datagrams
    /// can know: take it from the system's source of random numbers.
    pub fn new(settings: ServerSettings, seed: [u8; 32]) -> Self {
        Self {
            slots: ConnectionSlots::new(settings.connections_max, settings.address_shares),
            settings,
            secrets: SecretNumbers::new(&seed),
            clients: BTreeMap::new(),
            tokens: HashMap::new(),
            last_peer: Peer(0),
            unproved: BTreeSet::new(),
            timers: Timers::default(),
            dirty: VecDeque::new(),
            parting: BytesQueue::default(),
            events: BytesQueue::default(),
            is_shut_down: false,
            links: Statistics::default(),
            counts: ConnectionCounts::default(),
        }
    }

    /// A client asks to be admitted, or asks again, in a datagram of this many bytes.
    fn handle_request(
        &mut self,
        now: Instant,
        from: SocketAddr,
        token: Token,
        (greeting, bytes): (&[u8], usize),
    ) {
        if let Some(&peer) = self.tokens.get(&token) {
            if let Some(client) = self.clients.get_mut(&peer)
                && Self::note_datagram(&mut self.links, client, now, from, bytes)
                && client.is_heard()
            {
                let greeting = std::mem::take(&mut client.greeting);
                client.connection.put(now, DatagramKind::Accept { greeting: &greeting });
                client.greeting = greeting;
                self.mark_dirty(peer);
            }
            return;
        }
        if self.is_shut_down {
            self.say_goodbye(from, token);
        } else if !self.slots.has_room_for(now, from.ip()) {
            self.counts.rejected_full += 1;
            self.say_goodbye(from, token);
        } else {
            self.take_in(now, from, token, (greeting, bytes));
        }
    }

    fn take_in(&mut self, now: Instant, from: SocketAddr, token: Token, (greeting, bytes): (&[u8], usize)) {
        self.make_room_for_unproved();
        self.last_peer.0 += 1;
        let peer = self.last_peer;
        let secret = self.secrets.draw();
        let mut client =
            RemoteClient::new(Connection::with_unproved(now, token, self.settings.connection, secret), from);
        client.credit.earn(bytes);
        self.unproved.insert(peer);
        self.tokens.insert(token, peer);
        self.clients.insert(peer, client);
        self.arm(peer);
        let event = ServerEndpointEvent::Connected { peer, remote: from };
        self.events.push(event, |bytes| bytes.extend_from_slice(greeting));
    }

    /// A datagram with the token of a client came. False if it is not the client's: clients change their ports, where a
    /// router forgets the one before, but an attacker with a token could have everything sent to a victim by naming
    /// another host.
    fn note_datagram(
        links: &mut Statistics,
        client: &mut RemoteClient,
        now: Instant,
        from: SocketAddr,
        bytes: usize,
    ) -> bool {
        if from.ip() != client.address.ip() {
            links.dropped.not_connected += 1;
            return false;
        }
        client.address = from;
        client.credit.earn(bytes);
        client.connection.note_heard(now);
        true
    }

    /// Handles anything other than a request, in a datagram of this many bytes.
    fn handle_known(
        &mut self,
        now: Instant,
        from: SocketAddr,
        token: Token,
        (kind, bytes): (DatagramKind<'_>, usize),
    ) {
        let peer = self.tokens.get(&token).copied();
        let Some((peer, client)) = peer.and_then(|peer| Some((peer, self.clients.get_mut(&peer)?))) else {
            if kind != DatagramKind::Disconnect {
                // The client missed that its connection has ended, or this server was restarted.
                self.say_goodbye(from, token);
            }
            return;
        };
        if !Self::note_datagram(&mut self.links, client, now, from, bytes) {
            return;
        }
        if kind == DatagramKind::Disconnect {
            let by_us = matches!(client.state, State::Leaving { .. });
            let reason =
                if by_us { DisconnectReason::ClosedByUs } else { DisconnectReason::closed_by_peer(b"") };
            self.remove(peer, reason);
            return;
        }
        if client.state == State::Requested {
            return;
        }
        match kind {
            DatagramKind::Data { pipeline, body } => self.handle_data(now, peer, pipeline, body),
            DatagramKind::MtuCheck { datagram_bytes } => {
                client.connection.put(now, DatagramKind::MtuAck { datagram_bytes });
                self.mark_dirty(peer);
            }
            // Its bytes add to the credit of an unproved address, which may let waiting packets go.
            _ if !client.credit.is_proved() => self.mark_dirty(peer),
            _ => {}
        }
    }

    fn handle_data(&mut self, now: Instant, peer: Peer, pipeline: u8, body: &[u8]) {
        let Self { clients, events, links, .. } = self;
        let Some(client) = clients.get_mut(&peer) else { return };
        let is_heard = client.is_heard();
        let result = client.connection.handle_data(now, pipeline, body, |channel, message| {
            if is_heard {
                links.received.count(CHANNELS.delivery_of(channel), 1, message.len());
                let event = ServerEndpointEvent::Message { peer, channel };
                events.push(event, |bytes| bytes.extend_from_slice(message));
            }
        });
        if client.note_proof() {
            self.take_slot(now, peer);
        }
        self.mark_dirty(peer);
        match result {
            Ok(()) => self.end_if_done(now, peer),
            Err(DataError::Malformed) => self.links.dropped.malformed += 1,
            Err(DataError::Broken(violation)) => {
                self.counts.protocol_violations += 1;
                let violation = violation.to_owned();
                self.end(now, peer, DisconnectReason::ProtocolViolated { violation });
            }
        }
    }

    fn mark_dirty(&mut self, peer: Peer) {
        if let Some(client) = self.clients.get_mut(&peer)
            && !std::mem::replace(&mut client.is_dirty, true)
        {
            self.dirty.push_back(peer);
        }
    }

    fn arm(&mut self, peer: Peer) {
        if let Some(client) = self.clients.get_mut(&peer) {
            self.timers.set_no_later(peer, client.timeout(self.settings.proof_within));
        }
    }

    fn run_timer(&mut self, now: Instant, peer: Peer) {
        let Some(client) = self.clients.get_mut(&peer) else { return };
        let is_overdue = client.proof_due(self.settings.proof_within).is_some_and(|due| due <= now);
        match client.state {
            State::Welcomed { .. } if is_overdue => {
                self.counts.failed_handshakes += 1;
                self.end(now, peer, DisconnectReason::TimedOut);
            }
            State::Leaving { until } if until <= now => self.end(now, peer, DisconnectReason::ClosedByUs),
            _ if client.connection.is_lost(now) => self.end(now, peer, DisconnectReason::TimedOut),
            State::Requested => self.arm(peer),
            _ => self.mark_dirty(peer),
        }
    }
}

impl ServerEndpoint for UtpServer {
    const DATAGRAM_BYTES_MAX: usize = READ_BYTES_MAX;

    fn handle_datagram(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) {
        match Datagram::parse(datagram) {
            _ if datagram.len() > READ_BYTES_MAX => self.links.dropped.malformed += 1,
            Ok(Datagram { token, kind: DatagramKind::Request { greeting } }) => {
                self.handle_request(now, from, token, (greeting, datagram.len()));
            }
            // Only clients receive an accept, and this server never asks for the datagram size.
            Ok(Datagram { kind: DatagramKind::Accept { .. } | DatagramKind::MtuAck { .. }, .. }) | Err(_) => {
                self.links.dropped.malformed += 1;
            }
            Ok(Datagram { token, kind }) => self.handle_known(now, from, token, (kind, datagram.len())),
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        while let Some(peer) = self.timers.pop(now) {
            self.run_timer(now, peer);
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.timers.next()
    }

    fn poll_transmit(&mut self, now: Instant, datagram: &mut Vec<u8>) -> Option<SocketAddr> {
        if let Some(to) = self.parting.pop(datagram) {
            return Some(to);
        }
        while let Some(&peer) = self.dirty.front() {
            if let Some(client) = self.clients.get_mut(&peer) {
                if client.poll_transmit(now, datagram) {
                    return Some(client.address);
                }
                client.is_dirty = false;
                self.arm(peer);
            }
            self.dirty.pop_front();
        }
        None
    }

    fn poll_event(&mut self, bytes: &mut Vec<u8>) -> Option<ServerEndpointEvent> {
        self.events.pop(bytes)
    }

    fn accept(&mut self, now: Instant, peer: Peer, greeting: &[u8]) {
        let Some(client) = self.clients.get_mut(&peer).filter(|client| client.state == State::Requested)
        else {
            return;
        };
        client.greeting = greeting.to_vec();
        client.connection.put(now, DatagramKind::Accept { greeting });
        client.state = State::Welcomed { said_at: None };
        self.counts.connected += 1;
        self.counts.accepted += 1;
        self.mark_dirty(peer);
    }

    fn send(&mut self, now: Instant, peer: Peer, channel: MessageChannel, message: &[u8]) {
        if message.len() > self.message_bytes_max(channel) {
            self.links.dropped.too_large += 1;
            return;
        }
        let Some(client) = self.clients.get_mut(&peer).filter(|client| client.is_heard()) else {
            self.links.dropped.not_connected += 1;
            return;
        };
        let delivery = CHANNELS.delivery_of(channel);
        // The credit of an unproved address is reserved for the opening.
        if delivery == Delivery::Unreliable && !client.credit.is_proved() {
            self.links.dropped.outgoing_full += 1;
            return;
        }
        if client.connection.send(now, channel, message).is_ok() {
            self.links.sent.count(delivery, 1, message.len());
            client.note_said(now, delivery);
            self.mark_dirty(peer);
        } else {
            self.counts.too_slow += 1;
            let queue = format!("{} bytes", self.settings.connection.reliable_queue_bytes);
            self.end(now, peer, DisconnectReason::Overloaded { queue });
        }
    }

    fn disconnect(&mut self, now: Instant, peer: Peer, _reason: &str) {
        let Some(client) = self.clients.get_mut(&peer) else { return };
        match client.state {
            State::Requested => self.end(now, peer, DisconnectReason::ClosedByUs),
            State::Leaving { .. } => {}
            State::Welcomed { .. } | State::Open => {
                self.unproved.remove(&peer);
                client.state = State::Leaving { until: now + self.settings.connection.linger };
                self.mark_dirty(peer);
                self.end_if_done(now, peer);
            }
        }
    }

    fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        if self.clients.contains_key(&peer) {
            self.slots.set_joined(now, peer, is_joined);
        }
    }

    /// No probe is sent: live clients send a heartbeat twice a second when they have nothing else to send.
    fn probe(&mut self, _now: Instant, peer: Peer) -> Option<Instant> {
        self.clients.get(&peer).map(|client| client.connection.heard_at())
    }

    fn shutdown(&mut self, now: Instant) {
        self.is_shut_down = true;
        let peers: Vec<Peer> = self.clients.keys().copied().collect();
        for peer in peers {
            self.disconnect(now, peer, "");
        }
    }

    fn voice_channels(&self) -> VoiceChannels {
        CHANNELS
    }

    fn message_bytes_max(&self, channel: MessageChannel) -> usize {
        self.settings.connection.message_bytes_max(channel)
    }

    fn network(&self) -> &'static str {
        "utp"
    }

    fn statistics(&self) -> NetworkStatistics {
        NetworkStatistics { links: self.links, connections: self.counts }
    }
}
