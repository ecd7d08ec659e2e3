//! A proxy in front of a game's server: it forwards everything except voice, which it takes out.

mod clients;
mod parts;
mod player;
mod poll_order;
mod settings;
mod upstream_wakers;
mod upstreams;
mod voice;
mod watching;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use crate::{
    CapabilityRequest, ClientNetwork, Delivery, DisconnectReason, GameStatistics, MessageChannel,
    NetworkStatistics, PacketLimits, Peer, Remote, SHUTTING_DOWN, ServerLinkEvent, ServerNetwork, Statistics,
};

use crate::gateway::readiness::Readiness;
use crate::gateway::{EnvelopeKind, MessageParts, Timers};

use player::{Player, Voice};
use poll_order::{PollOrder, Timer};
pub use settings::{ProxySettings, VoiceClosed};
use upstream_wakers::UpstreamWakers;

/// A [`ServerNetwork`] that sits between a game's clients and the game's server.
///
/// ```text
///   client ══ ServerNetwork ── messages ──▶ Envelope ── the game's ──▶ ClientNetwork ══ the game's server
///                                                  └─────── voice packets ──▶ session
/// ```
///
/// Each client has its own connection to the game's server, with the same greeting as the client's own. The client is
/// admitted once that server has admitted it, with the server's greeting. From then on messages pass both ways
/// unchanged, in order for each channel, except those that the envelope recognizes as voice. When one of the two
/// connections ends, so does the other one, after everything that was sent before; the client learns the reason as
/// far as it is known.
///
/// Nothing is buffered here: messages wait in the queues of the two connections, each of which ends its connection
/// when it is full. A client sends no messages before it is admitted.
pub struct Proxy<G, C, E: EnvelopeKind> {
    clients: G,
    open_upstream: Box<dyn FnMut(SocketAddr) -> io::Result<C> + Send>,
    envelope_kind: E,
    /// The session of all clients here.
    session: String,
    settings: ProxySettings,
    name: Option<&'static str>,
    /// The players, by their names on the network towards clients.
    players: BTreeMap<Peer, Player<C, E::Envelope>>,
    /// The players of the session's peers.
    voices: BTreeMap<Peer, Peer>,
    last_voice: Peer,
    /// Reported as connected by the last poll: admitted by the next call unless that rejects it.
    newcomer: Option<Peer>,
    happenings: VecDeque<Happening>,
    /// Parts of the last message, and the peer that they belong to.
    parts: MessageParts,
    parts_of: Peer,
    /// The message or the part at hand, or the voice packet to report next.
    bytes: Vec<u8>,
    /// A message that is being written.
    message: Vec<u8>,
    timers: Timers<(Peer, Timer)>,
    readiness: Readiness,
    wakers: Arc<UpstreamWakers>,
    poll_order: PollOrder,
    /// Voice packets that the session was given and has sent.
    voice: Statistics,
    game: GameStatistics,
    protocol_violations: u64,
}

impl<G: fmt::Debug, C, E: EnvelopeKind> fmt::Debug for Proxy<G, C, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("clients", &self.clients)
            .field("session", &self.session)
            .field("players", &self.players.len())
            .finish_non_exhaustive()
    }
}

/// An event to report to the session.
#[derive(Debug)]
enum Happening {
    Connected(Peer, Remote),
    /// The packet is in its buffer.
    Packet(Peer, Delivery),
    Disconnected(Peer, DisconnectReason),
}

impl<G: ServerNetwork<MessageChannel>, C: ClientNetwork<MessageChannel>, E: EnvelopeKind> Proxy<G, C, E> {
    /// Admits clients over one network, and opens a connection to the game's server for each: `open_upstream` makes
    /// it, not connected yet, for a client at this address.
    ///
    /// Voice goes to this session.
    ///
    /// # Errors
    /// If the system lacks the resources to wait for many connections.
    pub fn new(
        clients: G,
        open_upstream: impl FnMut(SocketAddr) -> io::Result<C> + Send + 'static,
        envelope_kind: E,
        session: impl Into<String>,
        settings: ProxySettings,
    ) -> io::Result<Self> {
        let mut readiness = Readiness::new()?;
        watching::watch_clients(&mut readiness, &clients)?;
        Ok(Self {
            clients,
            open_upstream: Box::new(open_upstream),
            envelope_kind,
            session: session.into(),
            settings,
            name: None,
            players: BTreeMap::new(),
            voices: BTreeMap::new(),
            last_voice: Peer(0),
            newcomer: None,
            happenings: VecDeque::new(),
            parts: MessageParts::default(),
            parts_of: Peer(0),
            bytes: Vec::new(),
            message: Vec::new(),
            timers: Timers::default(),
            readiness,
            wakers: Arc::default(),
            poll_order: PollOrder::default(),
            voice: Statistics::default(),
            game: GameStatistics::default(),
            protocol_violations: 0,
        })
    }

    /// Sets the name for counters, for proxies with several envelopes on one kind of network: one word in lower case,
    /// such as `mirror-kcp`.
    #[must_use]
    pub fn named(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    /// Traffic between the game's clients and its server.
    pub fn game_statistics(&self) -> GameStatistics {
        self.game
    }

    /// The network towards the clients.
    pub fn clients(&self) -> &G {
        &self.clients
    }
}

impl<G: ServerNetwork<MessageChannel>, C: ClientNetwork<MessageChannel>, E: EnvelopeKind> ServerNetwork
    for Proxy<G, C, E>
{
    fn flush(&mut self, now: Instant) {
        self.clients.flush(now);
    }

    fn probe(&mut self, now: Instant, peer: Peer) -> Option<Instant> {
        let name = *self.voices.get(&peer)?;
        self.clients.probe(now, name)
    }

    fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
        self.newcomer = self.newcomer.filter(|newcomer| *newcomer != peer);
        let Some(&name) = self.voices.get(&peer) else { return };
        let Some(player) = self.players.get_mut(&name).filter(|player| player.voice == Voice::Open(peer))
        else {
            return;
        };
        self.happenings.retain(|happening| !matches!(happening, Happening::Packet(of, _) if *of == peer));
        match self.settings.voice_closed {
            VoiceClosed::GameGoesOn { again_after } => {
                player.voice = Voice::Closed { again_at: now + again_after };
                self.forget_voice(peer, DisconnectReason::ClosedByUs);
                self.admit(now, name);
            }
            VoiceClosed::GameEnds => {
                player.voice = Voice::Ending(peer);
                self.end(now, name, reason);
            }
        }
    }

    fn shutdown(&mut self, now: Instant) {
        let players: Vec<Peer> = self.players.keys().copied().collect();
        for peer in players {
            self.end(now, peer, SHUTTING_DOWN);
        }
        self.clients.shutdown(now);
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        self.poll_order
            .more_waits_since()
            .or_else(|| [self.timers.next(), self.clients.wants_poll_at()].into_iter().flatten().min())
    }

    fn set_waker(&mut self, waker: Waker) {
        self.wakers.set_driver(waker.clone());
        self.clients.set_waker(waker);
    }

    fn wakes(&self) -> bool {
        watching::SEES && self.clients.wakes()
    }

    #[cfg(unix)]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        #[cfg(target_os = "linux")]
        return Some(self.readiness.descriptor());
        #[cfg(not(target_os = "linux"))]
        self.clients.descriptor()
    }

    fn network(&self) -> &'static str {
        self.name.unwrap_or_else(|| self.clients.network())
    }

    /// Links are voice only; connections are those of the game, counted until both of their legs are gone.
    fn statistics(&self) -> NetworkStatistics {
        let mut below = self.clients.statistics();
        let dropped = Statistics { dropped: below.links.dropped, ..Statistics::default() };
        below.links = self.voice.with(&dropped);
        below.connections.connected = self.players.len() as u64;
        below.connections.protocol_violations += self.protocol_violations;
        below
    }

    fn provide(&self, _now: Instant, request: &mut CapabilityRequest<'_>) {
        request.provide(|| Some(self.game)).provide(|| Some(self.game.metrics()));
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
        self.take_newcomer_in(now);
        let happening = loop {
            if let Some(happening) = self.happenings.pop_front() {
                break happening;
            }
            if !self.route_part(now) && !self.step(now) {
                return None;
            }
        };
        Some(match happening {
            Happening::Connected(peer, remote) => {
                self.newcomer = Some(peer);
                ServerLinkEvent::Connected { peer, session: self.session.clone(), remote }
            }
            Happening::Packet(peer, delivery) => {
                std::mem::swap(bytes, &mut self.bytes);
                ServerLinkEvent::Packet { peer, channel: delivery }
            }
            Happening::Disconnected(peer, reason) => ServerLinkEvent::Disconnected { peer, reason },
        })
    }

    fn send(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        self.take_newcomer_in(now);
        if !self.limits().allow(delivery, packet.len()) {
            self.voice.dropped.too_large += 1;
            return;
        }
        for voice in peers {
            self.send_voice(now, *voice, delivery, packet);
        }
    }

    fn limits(&self) -> PacketLimits {
        self.envelope_kind.limits(self.clients.limits())
    }
}
