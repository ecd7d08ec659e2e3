//! The server's end: many connections, identified by their tokens.

mod ending;
mod remote_client;

use std::fmt;
use std::net::SocketAddr;
use std::time::Instant;

use consonance_link::gateway::udp::{BytesQueue, PeerTable, SecretNumbers, ServerEndpoint};
use consonance_link::gateway::{MessageChannel, VoiceChannels};
use consonance_link::{
    Delivery, DisconnectReason, NetworkStatistics, PacketLimits, Peer, ServerLinkEvent, ServerNetwork,
    Statistics,
};

use crate::utp::connection::{Connection, DataError};
use crate::utp::datagram::{Datagram, DatagramKind, Token};
use crate::utp::pipeline::CHANNELS;
use crate::utp::{READ_BYTES_MAX, ServerSettings};

use remote_client::{RemoteClient, State};

/// A server of Unity Transport 2.x, without its socket.
pub struct UtpServer {
    settings: ServerSettings,
    /// The source of the secrets with which clients prove their addresses.
    secrets: SecretNumbers,
    clients: PeerTable<RemoteClient, Token>,
    /// Datagrams to addresses without a client.
    parting: BytesQueue<SocketAddr>,
    links: Statistics,
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
            clients: PeerTable::new(settings.peers),
            settings,
            secrets: SecretNumbers::new(&seed),
            parting: BytesQueue::default(),
            links: Statistics::default(),
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
        if let Some(peer) = self.clients.by_key(&token) {
            if let Some(client) = self.clients.get_mut(peer)
                && Self::note_datagram(&mut self.links, client, now, from, bytes)
                && client.is_heard()
            {
                let greeting = std::mem::take(&mut client.greeting);
                client.connection.put(now, DatagramKind::Accept { greeting: &greeting });
                client.greeting = greeting;
                self.clients.give_turn(peer);
            }
            return;
        }
        if self.clients.is_shut_down() {
            self.say_goodbye(from, token);
        } else if !self.clients.has_room_for(now, from.ip()) {
            self.clients.counts_mut().rejected_full += 1;
            self.say_goodbye(from, token);
        } else {
            self.take_in(now, from, token, (greeting, bytes));
        }
    }

    fn take_in(&mut self, now: Instant, from: SocketAddr, token: Token, (greeting, bytes): (&[u8], usize)) {
        // The newcomer that is dropped for this one gets no answer: a real client asks again and is accepted.
        if let Some(longest) = self.clients.crowded_out() {
            self.clients.counts_mut().failed_handshakes += 1;
            self.clients.end(longest, DisconnectReason::TimedOut);
        }
        let secret = self.secrets.draw();
        let mut client =
            RemoteClient::new(Connection::with_unproved(now, token, self.settings.connection, secret), from);
        client.credit.earn(bytes);
        let peer =
            self.clients.admit_as(token, from, client, |reported| reported.extend_from_slice(greeting));
        self.arm(peer);
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
        let peer = self.clients.by_key(&token);
        let Some((peer, client)) = peer.and_then(|peer| Some((peer, self.clients.get_mut(peer)?))) else {
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
            self.clients.end(peer, reason);
            return;
        }
        if client.state == State::Requested {
            return;
        }
        match kind {
            DatagramKind::Data { pipeline, body } => self.handle_data(now, peer, pipeline, body),
            DatagramKind::MtuCheck { datagram_bytes } => {
                client.connection.put(now, DatagramKind::MtuAck { datagram_bytes });
                self.clients.give_turn(peer);
            }
            // Its bytes add to the credit of an unproved address, which may let waiting packets go.
            _ if !client.credit.is_proved() => self.clients.give_turn(peer),
            _ => {}
        }
    }

    fn handle_data(&mut self, now: Instant, peer: Peer, pipeline: u8, body: &[u8]) {
        let Self { clients, links, .. } = self;
        let Some((client, mut messages)) = clients.get_with_messages(peer) else { return };
        let is_heard = client.is_heard();
        let result = client.connection.handle_data(now, pipeline, body, |channel, message| {
            if is_heard {
                links.received.count(CHANNELS.delivery_of(channel), 1, message.len());
                messages.push(channel, |bytes| bytes.extend_from_slice(message));
            }
        });
        if client.note_proof() {
            self.take_slot(now, peer);
        }
        self.clients.give_turn(peer);
        match result {
            Ok(()) => self.end_if_done(now, peer),
            Err(DataError::Malformed) => self.links.dropped.malformed += 1,
            Err(DataError::Broken(violation)) => {
                self.clients.counts_mut().protocol_violations += 1;
                let violation = violation.to_owned();
                self.end(now, peer, DisconnectReason::ProtocolViolated { violation });
            }
        }
    }

    /// A client has proved its address: it has one of the connections from then on, or none and has to go.
    fn take_slot(&mut self, now: Instant, peer: Peer) {
        self.clients.prove(peer);
        if !self.clients.get(peer).is_some_and(RemoteClient::is_heard) {
            return;
        }
        if let Some(leaver) = self.clients.take_slot(now, peer) {
            self.end(now, leaver, DisconnectReason::ClosedByUs);
        }
    }

    fn arm(&mut self, peer: Peer) {
        let Some(client) = self.clients.get(peer) else { return };
        let timeout = client.timeout(self.settings.handshake_timeout);
        self.clients.set_timer_no_later(peer, timeout);
    }

    fn run_timer(&mut self, now: Instant, peer: Peer) {
        let Some(client) = self.clients.get_mut(peer) else { return };
        let is_overdue = client.proof_due(self.settings.handshake_timeout).is_some_and(|due| due <= now);
        match client.state {
            State::Welcomed { .. } if is_overdue => {
                self.clients.counts_mut().failed_handshakes += 1;
                self.end(now, peer, DisconnectReason::TimedOut);
            }
            State::Leaving { until } if until <= now => self.end(now, peer, DisconnectReason::ClosedByUs),
            _ if client.connection.is_lost(now) => self.end(now, peer, DisconnectReason::TimedOut),
            State::Requested => self.arm(peer),
            _ => self.clients.give_turn(peer),
        }
    }

    fn send_to(&mut self, now: Instant, peer: Peer, channel: MessageChannel, message: &[u8]) {
        if message.len() > self.message_bytes_max(channel) {
            self.links.dropped.too_large += 1;
            return;
        }
        let Some(client) = self.clients.get_mut(peer).filter(|client| client.is_heard()) else {
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
            self.clients.give_turn(peer);
        } else {
            self.clients.counts_mut().too_slow += 1;
            let queue = format!("{} bytes", self.settings.connection.reliable_queue_bytes);
            self.end(now, peer, DisconnectReason::Overloaded { queue });
        }
    }
}

impl ServerNetwork<MessageChannel> for UtpServer {
    fn poll_event(&mut self, _now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent<MessageChannel>> {
        self.clients.poll_event(bytes)
    }

    fn accept(&mut self, now: Instant, peer: Peer, greeting: &[u8]) {
        let Some(client) = self.clients.get_mut(peer).filter(|client| client.state == State::Requested)
        else {
            return;
        };
        client.greeting = greeting.to_vec();
        client.connection.put(now, DatagramKind::Accept { greeting });
        client.state = State::Welcomed { said_at: None };
        self.clients.counts_mut().accepted += 1;
        self.clients.give_turn(peer);
    }

    fn send(&mut self, now: Instant, peers: &[Peer], channel: MessageChannel, message: &[u8]) {
        for &peer in peers {
            self.send_to(now, peer, channel, message);
        }
    }

    fn disconnect(&mut self, now: Instant, peer: Peer, _reason: &str) {
        let Some(client) = self.clients.get_mut(peer) else { return };
        match client.state {
            State::Requested => self.end(now, peer, DisconnectReason::ClosedByUs),
            State::Leaving { .. } => {}
            State::Welcomed { .. } | State::Open => {
                client.state = State::Leaving { until: now + self.settings.connection.goodbye_timeout };
                self.clients.spare(peer);
                self.clients.give_turn(peer);
                self.end_if_done(now, peer);
            }
        }
    }

    fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        self.clients.set_joined(now, peer, is_joined);
    }

    /// No probe is sent: live clients send a heartbeat twice a second when they have nothing else to send.
    fn probe(&mut self, _now: Instant, peer: Peer) -> Option<Instant> {
        self.clients.get(peer).map(|client| client.connection.heard_at())
    }

    fn shutdown(&mut self, now: Instant) {
        for peer in self.clients.shut_down() {
            self.disconnect(now, peer, "");
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        self.clients.next_due()
    }

    fn network(&self) -> &'static str {
        "utp"
    }

    fn limits(&self) -> PacketLimits {
        CHANNELS.limits(|channel| self.message_bytes_max(channel))
    }

    fn voice_channels(&self) -> VoiceChannels {
        CHANNELS
    }

    fn message_bytes_max(&self, channel: MessageChannel) -> usize {
        self.settings.connection.message_bytes_max(channel)
    }

    fn statistics(&self) -> NetworkStatistics {
        let mut connections = self.clients.counts();
        // Newcomers have no link before they are accepted.
        let is_up = |client: &RemoteClient| client.state != State::Requested;
        connections.connected = self.clients.iter().filter(|(_, client)| is_up(client)).count() as u64;
        NetworkStatistics { links: self.links, connections }
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
        while let Some(peer) = self.clients.due(now) {
            self.run_timer(now, peer);
        }
    }

    fn poll_transmit(&mut self, now: Instant, datagram: &mut Vec<u8>) -> Option<SocketAddr> {
        if let Some(to) = self.parting.pop(datagram) {
            return Some(to);
        }
        while let Some(peer) = self.clients.turn() {
            if let Some(client) = self.clients.get_mut(peer)
                && client.poll_transmit(now, datagram)
            {
                return Some(client.address);
            }
            self.clients.end_turn();
            self.arm(peer);
        }
        None
    }
}
