//! A server of a game's network, for voice only or in front of the game's own server.

mod admission;
mod messages;
mod player;
mod voice;
mod voice_peers;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::task::Waker;
use std::time::Instant;

use crate::gateway::upstream::{self, Upstreams};
use crate::gateway::{
    EnvelopeKind, MessageParts, NoUpstream, Timers, UpstreamSettings, VoiceClosed, VoiceStart,
};
use crate::{
    CapabilityRequest, ClientNetwork, Delivery, EndCode, EndReason, GameStatistics, MessageChannel,
    NetworkStatistics, PacketLimits, Peer, ServerLinkEvent, ServerNetwork, Statistics,
};

use admission::Goodbye;
use player::Player;
use voice_peers::{NumberedPeers, VoicePeers};

/// A [`ServerNetwork`] for the clients of a game: takes voice packets out of their messages and puts voice packets
/// into messages for them.
///
/// ```text
///   client ══ ServerNetwork ── messages ──▶ Envelope ── voice packets ──▶ session
///                                                  └─── the game's ──▶ ClientNetwork ══ the game's server
/// ```
///
/// Without an [upstream](Self::upstream), whatever else clients say is answered as far as the envelope can, and
/// otherwise ignored. With one, each client has its own connection to the game's server, with the same greeting as
/// the client's own. The client is admitted once that server has admitted it, with the server's greeting. From then on
/// messages pass both ways unchanged, in order for each channel, except those that the envelope recognizes as voice.
/// When one of the two connections ends, so does the other one, after everything that was sent before; the client
/// learns the reason as far as it is known.
///
/// Nothing is buffered here: messages wait in the queues of the two connections, each of which ends its connection
/// when it is full. A client sends no messages before it is admitted.
pub struct EnvelopeServer<G, E: EnvelopeKind, C = NoUpstream> {
    network: G,
    envelope_kind: E,
    /// The connections to the game's server, if there is one.
    upstreams: Option<Upstreams<C>>,
    settings: Settings,
    /// The clients, by their names on the network.
    players: BTreeMap<Peer, Player<E::Envelope>>,
    voices: VoicePeers,
    /// Reported as connected by the last poll: admitted by the next call unless that rejects it.
    newcomer: Option<Peer>,
    /// Events to report to the session. There is one packet at most, and its bytes are those at hand.
    events: VecDeque<ServerLinkEvent>,
    /// The message or the part at hand.
    bytes: Vec<u8>,
    /// Parts of the last message, and the client that they belong to.
    parts: MessageParts,
    parts_of: Peer,
    /// A message that is being written.
    message: Vec<u8>,
    /// When envelopes want to be asked.
    timers: Timers<Peer>,
    /// Voice packets that the session was given and has sent.
    statistics: Statistics,
    protocol_violations: u64,
}

#[derive(Debug)]
struct Settings {
    /// The session of clients that name none.
    session: String,
    /// Whether newcomers name theirs.
    sessions_by_greeting: bool,
    name: Option<&'static str>,
    voice_start: VoiceStart,
    voice_closed: VoiceClosed,
}

impl<G: fmt::Debug, E: EnvelopeKind, C> fmt::Debug for EnvelopeServer<G, E, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvelopeServer")
            .field("network", &self.network)
            .field("session", &self.settings.session)
            .field("players", &self.players.len())
            .finish_non_exhaustive()
    }
}

impl<G: ServerNetwork<MessageChannel>, E: EnvelopeKind> EnvelopeServer<G, E> {
    /// All clients of this network join this session.
    pub fn new(network: G, envelope_kind: E, session: impl Into<String>) -> Self {
        let settings = Settings {
            session: session.into(),
            sessions_by_greeting: false,
            name: None,
            voice_start: VoiceStart::AtOnce,
            voice_closed: VoiceClosed::GameEnds,
        };
        Self::with(network, envelope_kind, None, VoicePeers::OfNetwork, settings)
    }

    /// The same for networks whose clients name a session in the [greeting](ServerLinkEvent::Connected), in
    /// UTF-8. A client that names none still joins the one of [`new`](Self::new).
    ///
    /// Not with an [upstream](Self::upstream), to which the greeting belongs.
    #[must_use]
    pub fn sessions_by_greeting(mut self) -> Self {
        self.settings.sessions_by_greeting = true;
        self
    }

    /// Puts this server in front of the game's own one: opens a connection to that for each client, and passes on
    /// whatever is not voice. `open` makes the connection, not connected yet, for a client at this address.
    ///
    /// # Errors
    /// If the system lacks the resources to wait for many connections. [`io::ErrorKind::InvalidInput`] if clients name
    /// [sessions by their greeting](Self::sessions_by_greeting), which is the game's here.
    pub fn upstream<C: ClientNetwork<MessageChannel>>(
        self,
        open: impl FnMut(SocketAddr) -> io::Result<C> + Send + 'static,
        settings: UpstreamSettings,
    ) -> io::Result<EnvelopeServer<G, E, C>> {
        if self.settings.sessions_by_greeting {
            let what = "a greeting cannot name a session and be for the game's server";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        }
        let upstreams = Upstreams::new(&self.network, open, settings.timeout)?;
        let voices = VoicePeers::Numbered(NumberedPeers::default());
        let settings = Settings { voice_closed: settings.voice_closed, ..self.settings };
        Ok(EnvelopeServer::with(self.network, self.envelope_kind, Some(upstreams), voices, settings))
    }
}

impl<G: ServerNetwork<MessageChannel>, E: EnvelopeKind, C: ClientNetwork<MessageChannel>>
    EnvelopeServer<G, E, C>
{
    fn with(
        network: G,
        envelope_kind: E,
        upstreams: Option<Upstreams<C>>,
        voices: VoicePeers,
        settings: Settings,
    ) -> Self {
        Self {
            network,
            envelope_kind,
            upstreams,
            settings,
            players: BTreeMap::new(),
            voices,
            newcomer: None,
            events: VecDeque::new(),
            bytes: Vec::new(),
            parts: MessageParts::in_place(),
            parts_of: Peer(0),
            message: Vec::new(),
            timers: Timers::default(),
            statistics: Statistics::default(),
            protocol_violations: 0,
        }
    }

    /// Sets the name for counters, for servers with several envelopes on one kind of network: one word in lower case,
    /// such as `mirror-kcp`.
    #[must_use]
    pub fn named(mut self, name: &'static str) -> Self {
        self.settings.name = Some(name);
        self
    }

    /// Sets when clients become peers of the session; [`VoiceStart::AtOnce`] by default.
    #[must_use]
    pub fn voice_start(mut self, voice_start: VoiceStart) -> Self {
        self.settings.voice_start = voice_start;
        self
    }

    /// The game network below.
    pub fn network(&self) -> &G {
        &self.network
    }

    /// Traffic between the game's clients and its server; none without an [upstream](EnvelopeServer::upstream).
    pub fn game_statistics(&self) -> GameStatistics {
        self.upstreams.as_ref().map(Upstreams::statistics).unwrap_or_default()
    }
}

impl<G: ServerNetwork<MessageChannel>, E: EnvelopeKind, C: ClientNetwork<MessageChannel>> ServerNetwork
    for EnvelopeServer<G, E, C>
{
    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        self.admit_newcomer(now);
        while self.events.is_empty() {
            if !self.route_part(now) && !self.step(now) {
                return None;
            }
        }
        let event = self.events.pop_front()?;
        match &event {
            ServerLinkEvent::Connected { peer, .. } => self.newcomer = Some(*peer),
            ServerLinkEvent::Packet { .. } => std::mem::swap(bytes, &mut self.bytes),
            ServerLinkEvent::Disconnected { .. } => {}
        }
        Some(event)
    }

    fn send(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        self.admit_newcomer(now);
        if !self.limits().allow(delivery, packet.len()) {
            self.statistics.dropped.too_large += 1;
            return;
        }
        for &peer in peers {
            if self.send_voice(now, peer, delivery, packet) {
                self.statistics.sent.count(delivery, 1, packet.len());
            } else {
                self.statistics.dropped.not_connected += 1;
            }
        }
    }

    fn flush(&mut self, now: Instant) {
        self.network.flush(now);
    }

    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        self.close_voice(now, peer, Goodbye::Words(reason));
    }

    fn reject(&mut self, now: Instant, peer: Peer, reason: &EndReason) {
        self.close_voice(now, peer, Goodbye::Reason(reason));
    }

    /// Not with an upstream: what clients read there is the game's.
    fn carries_end_reasons(&self) -> bool {
        self.upstreams.is_none() && self.network.carries_end_reasons()
    }

    /// With an upstream, all clients have joined the game.
    fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        if self.upstreams.is_none() {
            self.network.set_joined(now, peer, is_joined);
        }
    }

    fn probe(&mut self, now: Instant, peer: Peer) -> Option<Instant> {
        self.network.probe(now, self.voices.client_of(peer)?)
    }

    fn shutdown(&mut self, now: Instant) {
        let reason = EndCode::ShuttingDown.into();
        let peers: Vec<Peer> = self.players.keys().copied().collect();
        for peer in peers {
            self.end(now, peer, Goodbye::Reason(&reason));
        }
        self.network.shutdown(now);
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let upstreams = self.upstreams.as_ref();
        upstreams.and_then(Upstreams::more_waits_since).or_else(|| {
            let below = upstreams.and_then(Upstreams::wants_poll_at);
            [self.timers.next(), below, self.network.wants_poll_at()].into_iter().flatten().min()
        })
    }

    fn set_waker(&mut self, waker: Waker) {
        if let Some(upstreams) = &self.upstreams {
            upstreams.set_waker(waker.clone());
        }
        self.network.set_waker(waker);
    }

    fn wakes(&self) -> bool {
        (upstream::SEES || self.upstreams.is_none()) && self.network.wakes()
    }

    #[cfg(unix)]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        #[cfg(target_os = "linux")]
        if let Some(upstreams) = &self.upstreams {
            return Some(upstreams.descriptor());
        }
        self.network.descriptor()
    }

    fn network(&self) -> &'static str {
        self.settings.name.unwrap_or_else(|| self.network.network())
    }

    fn limits(&self) -> PacketLimits {
        self.envelope_kind.limits(self.network.limits())
    }

    /// Links are voice only; connections are those of the game, counted with an upstream until both ends are gone.
    fn statistics(&self) -> NetworkStatistics {
        let mut statistics = self.network.statistics();
        let dropped = Statistics { dropped: statistics.links.dropped, ..Statistics::default() };
        statistics.links = self.statistics.with(&dropped);
        statistics.connections.protocol_violations += self.protocol_violations;
        if self.upstreams.is_some() {
            statistics.connections.connected = self.players.len() as u64;
        }
        statistics
    }

    fn provide(&self, now: Instant, request: &mut CapabilityRequest<'_>) {
        match &self.upstreams {
            None => self.network.provide(now, request),
            Some(upstreams) => {
                let game = upstreams.statistics();
                request.provide(|| Some(game)).provide(|| Some(game.metrics()));
            }
        }
    }
}
