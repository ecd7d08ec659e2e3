//! The server's end: for voice only.

mod remote_client;

use std::fmt;
use std::net::SocketAddr;
use std::time::Instant;

use consonance_link::gateway::udp::{BytesQueue, PeerTable, ServerEndpoint};
use consonance_link::gateway::{MessageChannel, VoiceChannels};
use consonance_link::{
    DisconnectReason, NetworkStatistics, PacketLimits, Peer, ServerLinkEvent, ServerNetwork, Statistics,
};
use ring::hmac;

use self::remote_client::{Phase, RemoteClient};
use crate::forge::frame::{
    Control, DATAGRAM_BYTES_MAX, Frame, GROUP_CLOSE, GROUP_ID, GROUP_PONG, GROUP_REFUSED, PAYLOAD_BYTES_MAX,
    Piece, TO_TARGET,
};
use crate::forge::link::{Full, Head, Link};
use crate::forge::message::{self, CHANNELS, LIMITS};
use crate::forge::{ForgeServerSettings, upgrade};

/// A Forge server for voice only; see the [crate's page](crate).
pub struct ForgeServer {
    settings: ForgeServerSettings,
    /// The secret source of the first numbers of clients.
    secret: hmac::Key,
    clients: PeerTable<RemoteClient>,
    last_number: u32,
    /// Answers to addresses without a client so far.
    answers: BytesQueue<SocketAddr>,
    payload: Vec<u8>,
    statistics: Statistics,
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
            clients: PeerTable::new(settings.peers),
            settings,
            secret: hmac::Key::new(hmac::HMAC_SHA256, secret),
            last_number: 0,
            answers: BytesQueue::default(),
            payload: Vec::new(),
            statistics: Statistics::default(),
        }
    }

    /// A client that starts again from its address has forgotten its connection, and so do we; but a request can be
    /// spoofed, so while the client is heard there is no answer, and a restarted client goes on asking.
    fn handle_request(&mut self, now: Instant, from: SocketAddr, request: &[u8]) {
        let Some(answer) = upgrade::answer(request).filter(|_| !self.clients.is_shut_down()) else { return };
        if let Some(peer) = self.clients.by_key(&from) {
            let replace_after = self.settings.replace_after;
            let is_silent =
                self.clients.get(peer).is_some_and(|client| client.link.is_silent_for(now, replace_after));
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
            self.clients.counts_mut().failed_handshakes += 1;
            return;
        }
        if self.clients.is_shut_down() {
            return;
        }
        if !self.clients.has_room_for(now, from.ip()) {
            self.clients.counts_mut().rejected_full += 1;
            return;
        }
        if let Some(oldest) = self.clients.crowded_out() {
            self.clients.counts_mut().rejected_handshaking += 1;
            self.end(oldest, DisconnectReason::TimedOut);
        }
        let first_id = self.first_unique_id(self.clients.next_peer());
        let link = Link::to_unproved(now, self.settings.link, first_id);
        let prove_until = now + self.settings.handshake_timeout;
        let client = RemoteClient { address: from, link, phase: Phase::Requested, prove_until };
        let peer = self.clients.admit(from, client, |bytes| bytes.extend_from_slice(frame.payload));
        self.handle_peer(now, peer, datagram);
    }

    /// Leaves room for counting up.
    fn first_unique_id(&self, peer: Peer) -> u64 {
        let drawn = hmac::sign(&self.secret, &peer.0.to_le_bytes());
        let (first, _) = drawn.as_ref().split_first_chunk().expect("a digest has 32 bytes");
        u64::from_le_bytes(*first) >> 2
    }

    fn handle_peer(&mut self, now: Instant, peer: Peer, datagram: &[u8]) {
        let Some(client) = self.clients.get_mut(peer) else { return };
        client.link.handle_datagram(now, datagram);
        loop {
            let Some(client) = self.clients.get_mut(peer) else { return };
            let Some(head) = client.link.poll_frame(&mut self.payload) else { break };
            self.handle_frame(now, peer, head);
        }
        self.settle(now, peer);
    }

    fn handle_frame(&mut self, now: Instant, peer: Peer, head: Head) {
        let Some(client) = self.clients.get_mut(peer) else { return };
        match head.control {
            Control::Binary if head.router == 0 && client.phase == Phase::Up => {
                let channel = message::channel_of(head);
                let message = &mut self.payload;
                let payload_bytes = message::payload(message).len();
                self.statistics.received.count(CHANNELS.delivery_of(channel), 1, payload_bytes);
                self.clients.push_message(peer, channel, |bytes| std::mem::swap(bytes, message));
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
                let reason = match &client.phase {
                    Phase::Leaving { reason, .. } => reason.clone(),
                    Phase::Requested | Phase::Up => DisconnectReason::closed_by_peer(b""),
                };
                self.end(peer, reason);
            }
            Control::Error | Control::Text | Control::Binary | Control::Ping | Control::Pong => {}
        }
    }

    /// Forgets a client, whose last datagrams still leave.
    fn end(&mut self, peer: Peer, reason: DisconnectReason) {
        let is_unproved = self.clients.is_unproved(peer);
        let Some(mut client) = self.clients.end(peer, reason) else { return };
        self.clients.counts_mut().failed_handshakes += u64::from(is_unproved);
        while {
            self.payload.clear();
            client.link.poll_transmit(&mut self.payload)
        } {
            let datagram = &self.payload;
            self.answers.push(client.address, |bytes| bytes.extend_from_slice(datagram));
        }
        self.statistics.dropped.malformed += client.link.malformed();
    }

    /// Handles the consequences of an action on a client's link.
    fn settle(&mut self, now: Instant, peer: Peer) {
        let Some(client) = self.clients.get(peer) else { return };
        let is_leaving = matches!(client.phase, Phase::Leaving { .. });
        if client.link.is_proved()
            && self.clients.prove(peer)
            && !is_leaving
            && let Some(displaced) = self.clients.take_slot(now, peer)
        {
            self.close_at_once(now, displaced);
        }
        let Some(client) = self.clients.get(peer) else { return };
        if let Some(reason) = client.end(now) {
            return self.end(peer, reason);
        }
        let (due, has_datagrams) = (client.due(), client.link.has_datagrams());
        self.clients.set_timer(peer, due);
        if has_datagrams {
            self.clients.give_turn(peer);
        }
    }

    /// Sends a goodbye without waiting for its confirmation: another connection needs the slot.
    fn close_at_once(&mut self, now: Instant, peer: Peer) {
        if let Some(client) = self.clients.get_mut(peer) {
            let _ = client.link.send(now, Head::unreliable(Control::Close, GROUP_CLOSE), TO_TARGET, &[]);
        }
        self.end(peer, DisconnectReason::ClosedByUs);
    }

    fn end_too_slow(&mut self, peer: Peer) {
        self.clients.counts_mut().too_slow += 1;
        let queue = "the queue of reliable frames".to_owned();
        self.end(peer, DisconnectReason::Overloaded { queue });
    }

    fn send_to(&mut self, now: Instant, peer: Peer, channel: MessageChannel, message: &[u8]) {
        let Some((group, payload)) = message::parse(message) else {
            self.statistics.dropped.too_large += 1;
            return;
        };
        let Some(client) = self.clients.get_mut(peer).filter(|client| client.phase == Phase::Up) else {
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
}

impl ServerNetwork<MessageChannel> for ForgeServer {
    fn poll_event(&mut self, _now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent<MessageChannel>> {
        self.clients.poll_event(bytes)
    }

    fn accept(&mut self, now: Instant, peer: Peer, greeting: &[u8]) {
        let own = self.last_number.wrapping_add(1).max(1);
        let Some(client) = self.clients.get_mut(peer).filter(|client| client.phase == Phase::Requested)
        else {
            return;
        };
        client.phase = Phase::Up;
        let number = if greeting.is_empty() {
            self.last_number = own;
            own.to_le_bytes().to_vec()
        } else {
            greeting.to_vec()
        };
        // Cannot fail: a new link has room.
        let _ = client.link.send(now, Head::reliable(Control::Binary, GROUP_ID), TO_TARGET, &number);
        self.clients.counts_mut().accepted += 1;
        self.settle(now, peer);
    }

    fn send(&mut self, now: Instant, peers: &[Peer], channel: MessageChannel, message: &[u8]) {
        for &peer in peers {
            self.send_to(now, peer, channel, message);
        }
    }

    /// The reason is not sent: Forge has no message for it.
    fn disconnect(&mut self, now: Instant, peer: Peer, _reason: &str) {
        let Some(client) = self.clients.get_mut(peer) else { return };
        if matches!(client.phase, Phase::Leaving { .. }) {
            return;
        }
        if client.phase == Phase::Requested {
            let _ = client.link.send(now, Head::reliable(Control::Error, GROUP_REFUSED), TO_TARGET, &[]);
        }
        let until = now + self.settings.link.goodbye_timeout;
        client.phase = Phase::Leaving { until, reason: DisconnectReason::ClosedByUs };
        match client.link.send(now, Head::reliable(Control::Close, GROUP_CLOSE), TO_TARGET, &[]) {
            Ok(()) => self.settle(now, peer),
            Err(Full) => self.end(peer, DisconnectReason::ClosedByUs),
        }
        self.clients.drop_messages_of(peer);
    }

    fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        self.clients.set_joined(now, peer, is_joined);
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
        "forge"
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }

    fn voice_channels(&self) -> VoiceChannels {
        CHANNELS
    }

    fn statistics(&self) -> NetworkStatistics {
        let mut links = self.statistics;
        links.dropped.malformed +=
            self.clients.iter().map(|(_, client)| client.link.malformed()).sum::<u64>();
        NetworkStatistics { links, connections: self.clients.counts() }
    }
}

impl ServerEndpoint for ForgeServer {
    const DATAGRAM_BYTES_MAX: usize = DATAGRAM_BYTES_MAX;

    fn handle_datagram(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) {
        if datagram == LISTING_REQUEST {
            if self.settings.is_listed && !self.clients.is_shut_down() {
                self.answers.push(from, |bytes| bytes.extend(LISTING_ANSWER));
            }
        } else if upgrade::is_request(datagram) {
            self.handle_request(now, from, datagram);
        } else if datagram.len() >= DATAGRAM_BYTES_MIN && datagram.len() <= DATAGRAM_BYTES_MAX {
            match self.clients.by_key(&from) {
                Some(peer) => self.handle_peer(now, peer, datagram),
                None => self.handle_unknown(now, from, datagram),
            }
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        while let Some(peer) = self.clients.due(now) {
            let Some(client) = self.clients.get_mut(peer) else { continue };
            client.link.handle_timeout(now);
            self.settle(now, peer);
        }
    }

    fn poll_transmit(&mut self, _now: Instant, datagram: &mut Vec<u8>) -> Option<SocketAddr> {
        if let Some(to) = self.answers.pop(datagram) {
            return Some(to);
        }
        while let Some(peer) = self.clients.turn() {
            if let Some(client) = self.clients.get_mut(peer)
                && client.link.poll_transmit(datagram)
            {
                return Some(client.address);
            }
            self.clients.end_turn();
        }
        None
    }
}

/// The request of a search for games in the local network, and the answer.
const LISTING_REQUEST: [u8; 3] = [0x2A, 0x18, 0x09];
const LISTING_ANSWER: [u8; 1] = [0x2A];

/// Shorter datagrams are not frames; some of them are for NAT hole punching.
const DATAGRAM_BYTES_MIN: usize = 17;

/// The length of a client's GUID, as text.
const GUID_BYTES: usize = 36;
