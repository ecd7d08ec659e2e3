//! The server's end: for voice only.

mod events;
mod remote_client;
mod slots;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::net::SocketAddr;
use std::time::Instant;

use consonance_gateway::udp::{BytesQueue, ServerEndpoint, ServerEndpointEvent};
use consonance_gateway::{MessageChannel, Timers, VoiceChannels};
use consonance_transport::{
    ConnectionCounts, ConnectionSlots, DisconnectReason, NetworkStatistics, Peer, Statistics,
};
use ring::hmac;

use self::events::Events;
use self::remote_client::{Proof, RemoteClient, Stage};
use crate::frame::{
    Control, DATAGRAM_BYTES_MAX, Frame, GROUP_CLOSE, GROUP_ID, GROUP_PONG, GROUP_REFUSED, PAYLOAD_BYTES_MAX,
    Piece, TO_TARGET,
};
use crate::link::{Full, Head, Link};
use crate::message::{self, CHANNELS, MESSAGE_BYTES_MAX};
use crate::{ForgeServerSettings, upgrade};

/// A Forge server for voice only; see the [crate's page](crate).
pub struct ForgeServer {
    settings: ForgeServerSettings,
    /// The secret source of the first numbers of clients.
    secret: hmac::Key,
    clients: BTreeMap<Peer, RemoteClient>,
    by_address: BTreeMap<SocketAddr, Peer>,
    /// The slots of clients with a proved address.
    slots: ConnectionSlots<Peer>,
    timers: Timers<Peer>,
    last_peer: u64,
    last_number: u32,
    /// The number of clients with an unproved address.
    unproved: usize,
    is_shut_down: bool,
    events: Events,
    /// Clients whose links have datagrams to send.
    ready: VecDeque<Peer>,
    /// Answers to addresses without a client so far.
    answers: BytesQueue<SocketAddr>,
    payload: Vec<u8>,
    statistics: Statistics,
    counts: ConnectionCounts,
}

impl fmt::Debug for ForgeServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForgeServer").field("clients", &self.clients.len()).finish_non_exhaustive()
    }
}

impl ForgeServer {
    /// A server without clients. The secret has to be random: with it, clients prove their addresses.
    pub fn new(settings: ForgeServerSettings, secret: &[u8; 32]) -> Self {
        Self {
            slots: ConnectionSlots::new(settings.connections_max, settings.address_shares),
            settings,
            secret: hmac::Key::new(hmac::HMAC_SHA256, secret),
            clients: BTreeMap::new(),
            by_address: BTreeMap::new(),
            timers: Timers::default(),
            last_peer: 0,
            last_number: 0,
            unproved: 0,
            is_shut_down: false,
            events: Events::default(),
            ready: VecDeque::new(),
            answers: BytesQueue::default(),
            payload: Vec::new(),
            statistics: Statistics::default(),
            counts: ConnectionCounts::default(),
        }
    }

    /// A client that starts again from its address has forgotten its connection, and so do we; but a request can be
    /// spoofed, so while the client is heard there is no answer, and a restarted client goes on asking.
    fn handle_request(&mut self, now: Instant, from: SocketAddr, request: &[u8]) {
        let Some(answer) = upgrade::answer(request).filter(|_| !self.is_shut_down) else { return };
        if let Some(&peer) = self.by_address.get(&from) {
            let replace_after = self.settings.replace_after;
            let is_silent =
                self.clients.get(&peer).is_some_and(|client| client.link.is_silent_for(now, replace_after));
            if !is_silent {
                return;
            }
            self.end(peer, DisconnectReason::closed_by_peer(b""));
        }
        self.answers.push(from, |bytes| bytes.extend(answer));
    }

    /// An address that introduces itself becomes a client; no other datagram makes one.
    fn handle_unknown(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) {
        let Some(piece) = Piece::parse(datagram).filter(|piece| piece.group == GROUP_ID) else { return };
        let is_whole = piece.meta.is_last() && piece.meta.is_reliable() && !piece.meta.is_confirmation();
        let Some(frame) = Frame::parse(piece.bytes, true).filter(|_| is_whole) else { return };
        if frame.control != Control::Text || frame.payload.len() != GUID_BYTES || frame.reliable_id != Some(0)
        {
            self.counts.failed_handshakes += 1;
            return;
        }
        if self.is_shut_down || !self.slots.has_room_for(now, from.ip()) {
            self.counts.rejected_full += u64::from(!self.is_shut_down);
            return;
        }
        if self.unproved >= self.settings.handshakes_max {
            self.counts.rejected_handshaking += 1;
            self.forget_oldest_unproved();
        }
        self.last_peer += 1;
        let peer = Peer(self.last_peer);
        let link = Link::to_unproved(now, self.settings.link, self.first_unique_id(peer));
        let proof = Proof::Missing { until: now + self.settings.handshake_max };
        self.clients.insert(peer, RemoteClient { address: from, link, stage: Stage::Requested, proof });
        self.unproved += 1;
        self.by_address.insert(from, peer);
        self.counts.connected += 1;
        let connected = ServerEndpointEvent::Connected { peer, remote: from };
        self.events.push(connected, |bytes| bytes.extend_from_slice(frame.payload));
        self.handle_peer(now, peer, datagram);
    }

    /// A real client proves its address at once; the more room there is, the more time a flood of others leaves for
    /// that.
    fn forget_oldest_unproved(&mut self) {
        let oldest = self.clients.iter().find(|(_, client)| client.proof != Proof::Given);
        if let Some((&peer, _)) = oldest {
            self.end(peer, DisconnectReason::TimedOut);
        }
    }

    /// Leaves room for counting up.
    fn first_unique_id(&self, peer: Peer) -> u64 {
        let drawn = hmac::sign(&self.secret, &peer.0.to_le_bytes());
        let (first, _) = drawn.as_ref().split_first_chunk().expect("a digest has 32 bytes");
        u64::from_le_bytes(*first) >> 2
    }

    fn handle_peer(&mut self, now: Instant, peer: Peer, datagram: &[u8]) {
        let Some(client) = self.clients.get_mut(&peer) else { return };
        client.link.handle_datagram(now, datagram);
        loop {
            self.payload.clear();
            let Some(client) = self.clients.get_mut(&peer) else { return };
            let Some(head) = client.link.poll_frame(&mut self.payload) else { break };
            self.handle_frame(now, peer, head);
        }
        self.settle(now, peer);
    }

    fn handle_frame(&mut self, now: Instant, peer: Peer, head: Head) {
        let Some(client) = self.clients.get_mut(&peer) else { return };
        match head.control {
            Control::Binary if head.router == 0 && client.stage == Stage::Up => {
                let channel = message::channel_of(head);
                let payload = &self.payload;
                let message = ServerEndpointEvent::Message { peer, channel };
                self.events.push(message, |bytes| message::write(head.group, payload, bytes));
                self.statistics.received.count(CHANNELS.delivery_of(channel), 1, payload.len());
            }
            // No longer than its answer may be: stock pings have a time in them.
            Control::Ping if self.payload.len() <= PAYLOAD_BYTES_MAX => {
                // Cannot fail: unreliable frames always have room.
                let _ = client.link.send(
                    now,
                    Head::unreliable(Control::Pong, GROUP_PONG),
                    TO_TARGET,
                    &self.payload,
                );
            }
            Control::Close => {
                let _ = client.link.send(now, Head::unreliable(Control::Close, GROUP_CLOSE), TO_TARGET, &[]);
                let reason = match &client.stage {
                    Stage::Leaving { reason, .. } => reason.clone(),
                    Stage::Requested | Stage::Up => DisconnectReason::closed_by_peer(b""),
                };
                self.end(peer, reason);
            }
            Control::Error | Control::Text | Control::Binary | Control::Ping | Control::Pong => {}
        }
    }

    /// Forgets a client, whose last datagrams still leave.
    fn end(&mut self, peer: Peer, reason: DisconnectReason) {
        let Some(mut client) = self.clients.remove(&peer) else { return };
        while {
            self.payload.clear();
            client.link.poll_transmit(&mut self.payload)
        } {
            let datagram = &self.payload;
            self.answers.push(client.address, |bytes| bytes.extend_from_slice(datagram));
        }
        self.by_address.remove(&client.address);
        self.slots.release(peer);
        self.timers.clear(peer);
        self.counts.connected -= 1;
        if client.proof != Proof::Given {
            self.unproved -= 1;
            self.counts.failed_handshakes += 1;
        }
        self.statistics.dropped.malformed += client.link.malformed();
        self.events.push(ServerEndpointEvent::Disconnected { peer, reason }, |_| {});
    }

    /// Handles the consequences of an action on a client's link.
    fn settle(&mut self, now: Instant, peer: Peer) {
        let Some(client) = self.clients.get_mut(&peer) else { return };
        if client.link.is_proved() && client.proof != Proof::Given {
            client.proof = Proof::Given;
            self.unproved -= 1;
            self.take_slot(now, peer);
        }
        let Some(client) = self.clients.get_mut(&peer) else { return };
        if let Some(reason) = client.end(now) {
            return self.end(peer, reason);
        }
        self.timers.set(peer, client.due());
        if client.link.has_datagrams() {
            self.ready.push_back(peer);
        }
    }

    fn end_too_slow(&mut self, peer: Peer) {
        self.counts.too_slow += 1;
        let queue = "the queue of reliable frames".to_owned();
        self.end(peer, DisconnectReason::Overloaded { queue });
    }
}

impl ServerEndpoint for ForgeServer {
    const DATAGRAM_BYTES_MAX: usize = DATAGRAM_BYTES_MAX;

    fn handle_datagram(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) {
        if datagram == LISTING_REQUEST {
            if self.settings.is_listed && !self.is_shut_down {
                self.answers.push(from, |bytes| bytes.extend(LISTING_ANSWER));
            }
        } else if upgrade::is_request(datagram) {
            self.handle_request(now, from, datagram);
        } else if datagram.len() >= DATAGRAM_BYTES_MIN && datagram.len() <= DATAGRAM_BYTES_MAX {
            match self.by_address.get(&from) {
                Some(&peer) => self.handle_peer(now, peer, datagram),
                None => self.handle_unknown(now, from, datagram),
            }
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        while let Some(peer) = self.timers.pop(now) {
            let Some(client) = self.clients.get_mut(&peer) else { continue };
            client.link.handle_timeout(now);
            self.settle(now, peer);
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.timers.next()
    }

    fn poll_transmit(&mut self, _now: Instant, datagram: &mut Vec<u8>) -> Option<SocketAddr> {
        if let Some(to) = self.answers.pop(datagram) {
            return Some(to);
        }
        while let Some(peer) = self.ready.front() {
            if let Some(client) = self.clients.get_mut(peer)
                && client.link.poll_transmit(datagram)
            {
                return Some(client.address);
            }
            self.ready.pop_front();
        }
        None
    }

    fn poll_event(&mut self, bytes: &mut Vec<u8>) -> Option<ServerEndpointEvent> {
        self.events.pop(bytes)
    }

    fn accept(&mut self, now: Instant, peer: Peer, greeting: &[u8]) {
        let own = self.last_number.wrapping_add(1).max(1);
        let Some(client) = self.clients.get_mut(&peer).filter(|client| client.stage == Stage::Requested)
        else {
            return;
        };
        client.stage = Stage::Up;
        let number = if greeting.is_empty() {
            self.last_number = own;
            own.to_le_bytes().to_vec()
        } else {
            greeting.to_vec()
        };
        self.counts.accepted += 1;
        // Cannot fail: a new link has room.
        let _ = client.link.send(now, Head::reliable(Control::Binary, GROUP_ID), TO_TARGET, &number);
        self.settle(now, peer);
    }

    fn send(&mut self, now: Instant, peer: Peer, channel: MessageChannel, message: &[u8]) {
        let Some((group, payload)) = message::parse(message) else {
            self.statistics.dropped.too_large += 1;
            return;
        };
        let Some(client) = self.clients.get_mut(&peer).filter(|client| client.stage == Stage::Up) else {
            self.statistics.dropped.not_connected += 1;
            return;
        };
        match client.link.send(now, message::head(channel, group), TO_TARGET, payload) {
            Ok(()) => {
                self.statistics.sent.count(CHANNELS.delivery_of(channel), 1, payload.len());
                self.settle(now, peer);
            }
            Err(Full) => self.end_too_slow(peer),
        }
    }

    /// The reason is not sent: Forge has no message for it.
    fn disconnect(&mut self, now: Instant, peer: Peer, _reason: &str) {
        let Some(client) = self.clients.get_mut(&peer) else { return };
        if matches!(client.stage, Stage::Leaving { .. }) {
            return;
        }
        if client.stage == Stage::Requested {
            let _ = client.link.send(now, Head::reliable(Control::Error, GROUP_REFUSED), TO_TARGET, &[]);
        }
        let until = now + self.settings.link.goodbye_max;
        client.stage = Stage::Leaving { until, reason: DisconnectReason::ClosedByUs };
        match client.link.send(now, Head::reliable(Control::Close, GROUP_CLOSE), TO_TARGET, &[]) {
            Ok(()) => self.settle(now, peer),
            Err(Full) => self.end(peer, DisconnectReason::ClosedByUs),
        }
        self.events.drop_messages_of(peer);
    }

    fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        if self.clients.contains_key(&peer) {
            self.slots.set_joined(now, peer, is_joined);
        }
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

    fn message_bytes_max(&self, _channel: MessageChannel) -> usize {
        MESSAGE_BYTES_MAX
    }

    fn network(&self) -> &'static str {
        "forge"
    }

    fn statistics(&self) -> NetworkStatistics {
        let mut links = self.statistics;
        links.dropped.malformed += self.clients.values().map(|client| client.link.malformed()).sum::<u64>();
        NetworkStatistics { links, connections: self.counts }
    }
}

/// The request of a search for games in the local network, and the answer.
const LISTING_REQUEST: [u8; 3] = [0x2A, 0x18, 0x09];
const LISTING_ANSWER: [u8; 1] = [0x2A];

/// Shorter datagrams are not frames; some of them are for NAT hole punching.
const DATAGRAM_BYTES_MIN: usize = 17;

/// The length of a client's GUID, as text.
const GUID_BYTES: usize = 36;
