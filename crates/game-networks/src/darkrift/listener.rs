//! The server's half of the network: its connections, and checks of their messages. No sockets, no clock.

mod pending_handshakes;
mod tokens;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Instant;

use consonance_link::gateway::Timers;
use consonance_link::{
    ConnectionCounts, ConnectionSlots, DisconnectReason, NoHandshakeSlot, Peer, SlotsFull,
};

use self::pending_handshakes::PendingHandshakes;
use self::tokens::Tokens;
use crate::darkrift::client_ids::ClientIds;
use crate::darkrift::format::{self, HEADER_BYTES, Token};
use crate::darkrift::{ProtocolVersion, ServerSettings};

/// Decides for a server: streams and datagrams go in, messages and [orders](ListenerOrder) come out.
#[derive(Debug)]
pub struct Listener {
    settings: ServerSettings,
    tokens: Tokens,
    links: BTreeMap<Peer, Link>,
    pending: PendingHandshakes,
    /// The slots of clients that have both streams and datagrams.
    slots: ConnectionSlots<Peer>,
    /// The peer of each address.
    by_endpoint: BTreeMap<SocketAddr, Peer>,
    /// The handshake deadlines of pending connections.
    deadlines: Timers<Peer>,
    ids: ClientIds,
    orders: VecDeque<ListenerOrder>,
    counts: ConnectionCounts,
    malformed: u64,
    /// The latest time passed in.
    now: Option<Instant>,
}

/// An action for the driver.
#[derive(Debug, PartialEq, Eq)]
pub enum ListenerOrder {
    /// Write these bytes to the stream of this peer, in one piece.
    Write(Peer, Vec<u8>),
    /// Send this datagram.
    Datagram(SocketAddr, Vec<u8>),
    /// Close this stream gracefully: data written before is delivered.
    Finish(Peer),
    /// Close this stream at once. No further orders for it follow.
    Abort(Peer),
}

/// The result of reading a datagram or a piece of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListenerEvent<'a> {
    /// A client has both streams and datagrams, and waits to be [accepted](Listener::accept).
    Connected {
        /// The peer of the stream.
        peer: Peer,
        /// Its address over TCP.
        remote: SocketAddr,
    },
    /// A message, header included.
    Message {
        /// The peer.
        peer: Peer,
        /// Its bytes.
        message: &'a [u8],
    },
}

#[derive(Debug)]
struct Link {
    remote: SocketAddr,
    token: Token,
    phase: Phase,
    /// The client id that we assigned, to be released.
    id: Option<u16>,
}

#[derive(Debug, PartialEq, Eq)]
enum Phase {
    /// The token was sent over TCP and has not come back over UDP yet.
    Pending,
    /// Reported, and not accepted yet.
    Requested {
        endpoint: SocketAddr,
    },
    Up {
        endpoint: SocketAddr,
    },
    /// Being closed; this reason will be reported.
    Leaving {
        reason: DisconnectReason,
    },
}

impl Listener {
    /// The secret keeps tokens unguessable: it has to be random.
    pub fn new(settings: ServerSettings, secret: &[u8; 32]) -> Self {
        Self {
            pending: PendingHandshakes::new(settings.handshakes_max),
            slots: ConnectionSlots::new(settings.connections_max, settings.address_shares),
            settings,
            tokens: Tokens::new(secret),
            links: BTreeMap::new(),
            by_endpoint: BTreeMap::new(),
            deadlines: Timers::default(),
            ids: ClientIds::default(),
            orders: VecDeque::new(),
            counts: ConnectionCounts::default(),
            malformed: 0,
            now: None,
        }
    }

    /// A stream was opened.
    pub fn handle_opened(&mut self, now: Instant, peer: Peer, remote: SocketAddr) {
        self.now = Some(now);
        if !self.slots.has_room_for(now, remote.ip()) {
            self.counts.rejected_full += 1;
            self.orders.push_back(ListenerOrder::Abort(peer));
            return;
        }
        match self.pending.take_slot(now, remote.ip(), peer) {
            Ok(None) => {}
            Ok(Some(longest_here)) => self.reject(longest_here),
            Err(NoHandshakeSlot) => {
                self.reject(peer);
                return;
            }
        }
        let mut token = self.tokens.next();
        while self.pending.find(token).is_some() {
            token = self.tokens.next();
        }
        self.pending.insert(token, peer);
        self.deadlines.set(peer, now + self.settings.handshake_timeout);
        self.links.insert(peer, Link { remote, token, phase: Phase::Pending, id: None });
        self.orders.push_back(ListenerOrder::Write(peer, token.packet(self.settings.version).to_vec()));
    }

    /// A stream is gone: why its peer's end is to be reported, if it ever was reported as connected.
    pub fn handle_closed(&mut self, peer: Peer, reason: DisconnectReason) -> Option<DisconnectReason> {
        match self.forget(peer)?.phase {
            Phase::Pending => {
                self.counts.failed_handshakes += 1;
                None
            }
            Phase::Requested { .. } | Phase::Up { .. } => {
                self.counts.connected -= 1;
                self.counts.too_slow += u64::from(matches!(reason, DisconnectReason::Overloaded { .. }));
                Some(reason)
            }
            Phase::Leaving { reason } => {
                self.counts.connected -= 1;
                Some(reason)
            }
        }
    }

    /// The next message of a stream, and how many bytes it took from the beginning. With 0, more has to come first, or
    /// the peer is not accepted yet.
    pub fn handle_stream<'a>(&mut self, peer: Peer, stream: &'a [u8]) -> (usize, Option<ListenerEvent<'a>>) {
        let Some(link) = self.links.get(&peer) else { return (0, None) };
        match link.phase {
            Phase::Up { .. } => {}
            // A client that sends anything before it has its number does not speak this protocol.
            Phase::Pending if !stream.is_empty() => {
                self.counts.failed_handshakes += 1;
                self.forget(peer);
                self.orders.push_back(ListenerOrder::Abort(peer));
                return (0, None);
            }
            Phase::Pending | Phase::Requested { .. } | Phase::Leaving { .. } => return (0, None),
        }
        match format::next_message(stream, self.settings.incoming_message_bytes_max) {
            Ok(None) => (0, None),
            Ok(Some((taken, message))) => {
                let is_message = message.len() >= HEADER_BYTES;
                self.malformed += u64::from(!is_message);
                (taken, is_message.then_some(ListenerEvent::Message { peer, message }))
            }
            Err(format::BadLength) => {
                self.counts.protocol_violations += 1;
                let violation = "a message of impossible length".to_owned();
                self.leave(peer, DisconnectReason::ProtocolViolated { violation });
                (0, None)
            }
        }
    }

    /// A datagram came.
    pub fn handle_datagram<'a>(&mut self, from: SocketAddr, datagram: &'a [u8]) -> Option<ListenerEvent<'a>> {
        if let Some((version, token)) = Token::of_packet(datagram) {
            if let Some(peer) = self.pending.find(token) {
                return self.associate(peer, from);
            }
            if self.is_repeated(from, version, token) {
                self.acknowledge(from, token, 1);
                return None;
            }
        }
        let &peer = self.by_endpoint.get(&from)?;
        if datagram.len() < HEADER_BYTES {
            // Empty datagrams are normal: clients send them to punch holes in firewalls.
            self.malformed += u64::from(!datagram.is_empty());
            return None;
        }
        let is_up = matches!(self.links.get(&peer)?.phase, Phase::Up { .. });
        is_up.then_some(ListenerEvent::Message { peer, message: datagram })
    }

    /// The time of [`poll_timeout`](Self::poll_timeout) has come.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.now = Some(now);
        while let Some(peer) = self.deadlines.pop(now) {
            self.counts.failed_handshakes += 1;
            self.forget(peer);
            self.orders.push_back(ListenerOrder::Abort(peer));
        }
    }

    /// The handshake deadlines of pending connections.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.deadlines.next()
    }

    /// The next action for the driver.
    pub fn poll_order(&mut self) -> Option<ListenerOrder> {
        self.orders.pop_front()
    }

    /// Accepts a pending client and sends its number: the given one (two bytes, big-endian), or the next free one.
    pub fn accept(&mut self, peer: Peer, greeting: &[u8]) {
        let Some(link) = self.links.get_mut(&peer) else { return };
        let Phase::Requested { endpoint } = link.phase else { return };
        let own = if greeting.is_empty() { self.ids.take().map(u16::to_be_bytes) } else { None };
        let body = own.as_ref().map_or(greeting, |own| own.as_slice());
        link.id = own.map(u16::from_be_bytes);
        link.phase = Phase::Up { endpoint };
        self.counts.accepted += 1;
        self.orders.push_back(ListenerOrder::Write(peer, format::configure(body)));
    }

    /// Closes a connection gracefully; one that is not accepted yet is refused.
    pub fn disconnect(&mut self, peer: Peer) {
        self.leave(peer, DisconnectReason::ClosedByUs);
    }

    /// A peer has joined a session, or has left it.
    pub fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        if self.links.contains_key(&peer) {
            self.slots.set_joined(now, peer, is_joined);
        }
    }

    /// Ends all connections in order, and pending ones at once.
    pub fn shutdown(&mut self) {
        let peers: Vec<Peer> = self.links.keys().copied().collect();
        for peer in peers {
            if matches!(self.links[&peer].phase, Phase::Pending) {
                self.forget(peer);
                self.orders.push_back(ListenerOrder::Abort(peer));
            } else {
                self.disconnect(peer);
            }
        }
    }

    /// The destination of datagrams for a peer, while messages may be sent to it.
    pub fn endpoint(&self, peer: Peer) -> Option<SocketAddr> {
        match self.links.get(&peer)?.phase {
            Phase::Up { endpoint } => Some(endpoint),
            _ => None,
        }
    }

    /// Connections accepted, rejected and lost.
    pub fn counts(&self) -> ConnectionCounts {
        self.counts
    }

    /// The number of messages shorter than a header.
    pub fn malformed(&self) -> u64 {
        self.malformed
    }

    fn reject(&mut self, pending: Peer) {
        self.counts.rejected_handshaking += 1;
        self.forget(pending);
        self.orders.push_back(ListenerOrder::Abort(pending));
    }

    /// Whether a client shows its token again: the acknowledgement may have been lost.
    fn is_repeated(&self, from: SocketAddr, version: u8, token: Token) -> bool {
        let link = self.by_endpoint.get(&from).and_then(|peer| self.links.get(peer));
        version == self.settings.version.byte() && link.is_some_and(|link| link.token == token)
    }

    fn associate(&mut self, peer: Peer, from: SocketAddr) -> Option<ListenerEvent<'static>> {
        let link = self.links.get(&peer)?;
        if link.phase != Phase::Pending {
            return None;
        }
        let (remote, token) = (link.remote, link.token);
        if self.settings.same_address && remote.ip().to_canonical() != from.ip().to_canonical() {
            return None;
        }
        match self.slots.take(self.now?, remote.ip(), peer) {
            Ok(None) => {}
            Ok(Some(displaced)) => {
                self.counts.made_room += 1;
                self.disconnect(displaced);
            }
            Err(SlotsFull) => {
                self.counts.rejected_full += 1;
                self.forget(peer);
                self.orders.push_back(ListenerOrder::Abort(peer));
                return None;
            }
        }
        let link = self.links.get_mut(&peer)?;
        link.phase = Phase::Requested { endpoint: from };
        self.deadlines.clear(peer);
        self.pending.remove(token, remote.ip());
        // A former client of this address is gone or will notice: the token is the newer proof.
        self.by_endpoint.insert(from, peer);
        self.counts.connected += 1;
        let times =
            if self.settings.version == ProtocolVersion::Zero { 1 } else { self.settings.acknowledgements };
        self.acknowledge(from, token, times);
        Some(ListenerEvent::Connected { peer, remote })
    }

    fn acknowledge(&mut self, to: SocketAddr, token: Token, times: u8) {
        for _ in 0..times {
            let acknowledgement = token.acknowledgement(self.settings.version);
            self.orders.push_back(ListenerOrder::Datagram(to, acknowledgement));
        }
    }

    fn leave(&mut self, peer: Peer, reason: DisconnectReason) {
        let Some(link) = self.links.get_mut(&peer) else { return };
        let (Phase::Requested { endpoint } | Phase::Up { endpoint }) = link.phase else { return };
        link.phase = Phase::Leaving { reason };
        self.release(endpoint, peer);
        self.orders.push_back(ListenerOrder::Finish(peer));
    }

    /// Everything about a peer but the counters.
    fn forget(&mut self, peer: Peer) -> Option<Link> {
        let link = self.links.remove(&peer)?;
        self.slots.release(peer);
        match link.phase {
            Phase::Pending => {
                self.deadlines.clear(peer);
                self.pending.remove(link.token, link.remote.ip());
            }
            Phase::Requested { endpoint } | Phase::Up { endpoint } => self.release(endpoint, peer),
            Phase::Leaving { .. } => {}
        }
        if let Some(id) = link.id {
            self.ids.give_back(id);
        }
        Some(link)
    }

    fn release(&mut self, endpoint: SocketAddr, peer: Peer) {
        if self.by_endpoint.get(&endpoint) == Some(&peer) {
            self.by_endpoint.remove(&endpoint);
        }
    }
}
