//! A server for voice only on a game's network.

mod arrival;

use std::collections::BTreeMap;
use std::fmt;
#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::task::Waker;
use std::time::Instant;

use crate::{
    CapabilityRequest, Delivery, DisconnectReason, EndCode, EndReason, MessageChannel, NetworkStatistics,
    PacketLimits, Peer, ServerLinkEvent, ServerNetwork, Statistics,
};

use crate::gateway::wrapping::wrap_for_client;
use crate::gateway::{
    Envelope, EnvelopeEnd as _, EnvelopeKind, MessagePart, MessageParts, Timers, VoiceStart,
};

use arrival::{ArrivalState, Connection, Introduction};

/// A [`ServerNetwork`] for the clients of a game: takes voice packets out of their messages and puts voice packets
/// into messages for them. Whatever else clients say is answered as far as the envelope can, and otherwise ignored.
pub struct EnvelopeServer<G, E: EnvelopeKind> {
    network: G,
    envelope_kind: E,
    /// The session of clients that name none.
    session: String,
    /// Whether newcomers name theirs.
    sessions_by_greeting: bool,
    name: Option<&'static str>,
    voice_start: VoiceStart,
    peers: BTreeMap<Peer, Connection<E::Envelope>>,
    /// When envelopes want to be asked.
    timers: Timers<Peer>,
    /// Reported as connected by the last poll: admitted unless the next call rejects it.
    newcomer: Option<Peer>,
    /// Parts of the last message, and the peer that they belong to.
    parts: MessageParts,
    parts_of: Peer,
    /// The packet to report next, whose player was reported first.
    first_packet: Option<(Peer, Delivery)>,
    /// Its bytes.
    first_packet_bytes: Vec<u8>,
    /// A message that is being written.
    message: Vec<u8>,
    statistics: Statistics,
    protocol_violations: u64,
}

impl<G: fmt::Debug, E: EnvelopeKind> fmt::Debug for EnvelopeServer<G, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvelopeServer")
            .field("network", &self.network)
            .field("session", &self.session)
            .field("peers", &self.peers.len())
            .finish_non_exhaustive()
    }
}

impl<G: ServerNetwork<MessageChannel>, E: EnvelopeKind> EnvelopeServer<G, E> {
    /// All clients of this network join this session.
    pub fn new(network: G, envelope_kind: E, session: impl Into<String>) -> Self {
        Self {
            network,
            envelope_kind,
            session: session.into(),
            sessions_by_greeting: false,
            name: None,
            voice_start: VoiceStart::AtOnce,
            peers: BTreeMap::new(),
            timers: Timers::default(),
            newcomer: None,
            parts: MessageParts::default(),
            parts_of: Peer(0),
            first_packet: None,
            first_packet_bytes: Vec::new(),
            message: Vec::new(),
            statistics: Statistics::default(),
            protocol_violations: 0,
        }
    }

    /// Sets the name for counters, for servers with several envelopes on one kind of network: one word in lower case,
    /// such as `mirror-kcp`.
    #[must_use]
    pub fn named(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    /// The same for networks whose clients name a session in the [greeting](ServerLinkEvent::Connected), in
    /// UTF-8. A client that names none still joins the one of [`new`](Self::new).
    #[must_use]
    pub fn sessions_by_greeting(mut self) -> Self {
        self.sessions_by_greeting = true;
        self
    }

    /// Sets when clients become peers of the session; [`VoiceStart::AtOnce`] by default.
    #[must_use]
    pub fn voice_start(mut self, voice_start: VoiceStart) -> Self {
        self.voice_start = voice_start;
        self
    }

    /// The game network below.
    pub fn network(&self) -> &G {
        &self.network
    }

    /// An envelope was asked something: what follows for its connection.
    fn settle(&mut self, now: Instant, peer: Peer) {
        self.parts_of = peer;
        let Some(connection) = self.peers.get_mut(&peer) else { return };
        self.timers.set(peer, connection.envelope.poll_timeout());
        if let Some(violation) = self.parts.take_violation() {
            self.protocol_violations += 1;
            // Replies that are already queued may give the reason in the game's own protocol.
            self.answer(now);
            self.disconnect(now, peer, violation);
        }
    }

    /// Sends the parts for the client, for envelopes that found no voice.
    fn answer(&mut self, now: Instant) {
        while let Some((part, bytes)) = self.parts.pop() {
            if let MessagePart::ToClient(channel) = part {
                self.network.send(now, &[self.parts_of], channel, bytes);
            }
        }
    }

    /// The next voice packet of the last message; parts for the client are sent.
    fn next_packet(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<Delivery> {
        while let Some(part) = self.parts.take(bytes) {
            match part {
                MessagePart::Voice(delivery) => return Some(delivery),
                MessagePart::ToClient(channel) => self.network.send(now, &[self.parts_of], channel, bytes),
                MessagePart::ToGame(_) => {}
            }
        }
        None
    }

    fn packet_event(&mut self, peer: Peer, delivery: Delivery, packet: &[u8]) -> ServerLinkEvent {
        self.statistics.received.count(delivery, 1, packet.len());
        ServerLinkEvent::Packet { peer, channel: delivery }
    }

    fn run_timers(&mut self, now: Instant) {
        while let Some(peer) = self.timers.pop(now) {
            let Some(connection) = self.peers.get_mut(&peer) else { continue };
            if !connection.is_ending() {
                connection.envelope.handle_timeout(now, &mut self.parts);
                self.settle(now, peer);
                self.answer(now);
            }
        }
    }

    /// Handles the next event of the network: a step towards an event of this server.
    fn step(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<Step> {
        Some(match self.network.poll_event(now, bytes)? {
            ServerLinkEvent::Connected { peer, remote, .. } => {
                let named = if self.sessions_by_greeting { bytes.as_slice() } else { &[] };
                let session = match named {
                    [] => self.session.clone(),
                    named => String::from_utf8_lossy(named).into_owned(),
                };
                Step::Connected(peer, Introduction { session, remote })
            }
            ServerLinkEvent::Packet { peer, channel } => {
                let connection = self.peers.get_mut(&peer).filter(|connection| !connection.is_ending());
                if let Some(connection) = connection {
                    connection.envelope.handle_from_client(now, channel, bytes, &mut self.parts);
                }
                Step::Message(peer)
            }
            ServerLinkEvent::Disconnected { peer, reason } => Step::Disconnected(peer, reason),
        })
    }
}

enum Step {
    Connected(Peer, Introduction),
    Message(Peer),
    Disconnected(Peer, DisconnectReason),
}

impl<G: ServerNetwork<MessageChannel>, E: EnvelopeKind> ServerNetwork for EnvelopeServer<G, E> {
    fn flush(&mut self, now: Instant) {
        self.network.flush(now);
    }

    fn probe(&mut self, now: Instant, peer: Peer) -> Option<Instant> {
        self.network.probe(now, peer)
    }

    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        if self.newcomer == Some(peer) {
            self.newcomer = None;
        }
        let Some(connection) = self.peers.get_mut(&peer).filter(|connection| !connection.is_ending()) else {
            return;
        };
        connection.state = match connection.state {
            ArrivalState::Silent(_) => ArrivalState::EndingUnknown,
            _ => ArrivalState::Ending,
        };
        self.first_packet.take_if(|(of, _)| *of == peer);
        if self.parts_of == peer {
            self.parts.clear();
        }
        self.network.disconnect(now, peer, reason);
    }

    fn carries_end_reasons(&self) -> bool {
        self.network.carries_end_reasons()
    }

    fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        self.network.set_joined(now, peer, is_joined);
    }

    fn shutdown(&mut self, now: Instant) {
        let peers: Vec<Peer> = self.peers.keys().copied().collect();
        for peer in peers {
            self.reject(now, peer, &EndCode::ShuttingDown.into());
        }
        self.network.shutdown(now);
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        [self.timers.next(), self.network.wants_poll_at()].into_iter().flatten().min()
    }

    fn set_waker(&mut self, waker: Waker) {
        self.network.set_waker(waker);
    }

    fn wakes(&self) -> bool {
        self.network.wakes()
    }

    #[cfg(unix)]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.network.descriptor()
    }

    fn network(&self) -> &'static str {
        self.name.unwrap_or_else(|| self.network.network())
    }

    fn statistics(&self) -> NetworkStatistics {
        let below = self.network.statistics();
        let mut statistics = NetworkStatistics { links: self.statistics, ..below };
        statistics.links =
            statistics.links.with(&Statistics { dropped: below.links.dropped, ..Statistics::default() });
        statistics.connections.protocol_violations += self.protocol_violations;
        statistics
    }

    fn provide(&self, now: Instant, request: &mut CapabilityRequest<'_>) {
        self.network.provide(now, request);
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        self.accept_newcomer(now);
        if let Some((peer, delivery)) = self.first_packet.take() {
            std::mem::swap(bytes, &mut self.first_packet_bytes);
            return Some(self.packet_event(peer, delivery, bytes));
        }
        loop {
            if let Some(delivery) = self.next_packet(now, bytes) {
                let peer = self.parts_of;
                if let Some(Introduction { session, remote }) = self.introduce(peer) {
                    self.first_packet = Some((peer, delivery));
                    std::mem::swap(bytes, &mut self.first_packet_bytes);
                    return Some(ServerLinkEvent::Connected { peer, session, remote });
                }
                return Some(self.packet_event(peer, delivery, bytes));
            }
            self.run_timers(now);
            match self.step(now, bytes)? {
                Step::Connected(peer, newcomer) => {
                    if let Some(Introduction { session, remote }) = self.open(now, peer, newcomer) {
                        return Some(ServerLinkEvent::Connected { peer, session, remote });
                    }
                }
                Step::Message(peer) => self.settle(now, peer),
                Step::Disconnected(peer, reason) => {
                    if self.close(peer) {
                        return Some(ServerLinkEvent::Disconnected { peer, reason });
                    }
                }
            }
        }
    }

    fn send(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        self.accept_newcomer(now);
        if !self.limits().allow(delivery, packet.len()) {
            self.statistics.dropped.too_large += 1;
            return;
        }
        for &peer in peers {
            let connection = self.peers.get_mut(&peer).filter(|connection| !connection.is_ending());
            let is_wrapped = connection.is_some_and(|connection| {
                let (envelope, network) = (&mut connection.envelope, &mut self.network);
                wrap_for_client(envelope, now, (delivery, packet), &mut self.message, |channel, message| {
                    network.send(now, &[peer], channel, message);
                })
            });
            if is_wrapped {
                self.statistics.sent.count(delivery, 1, packet.len());
            } else {
                self.statistics.dropped.not_connected += 1;
            }
        }
    }

    fn reject(&mut self, now: Instant, peer: Peer, reason: &EndReason) {
        let line = if self.carries_end_reasons() { reason.encode() } else { reason.to_string() };
        self.disconnect(now, peer, &line);
    }

    fn limits(&self) -> PacketLimits {
        self.envelope_kind.limits(self.network.limits())
    }
}
