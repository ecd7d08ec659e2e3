//! A session without a network, with an echo in it: for tutorials, and for hearing oneself as others would.

mod echo;
mod server;

use std::sync::{Arc, Mutex};
use std::task::Waker;
use std::time::{Duration, Instant};

use consonance_link::memory::{MemoryClient, MemoryNetwork};
use consonance_link::{ClientLinkEvent, ClientNetwork, Delivery, PacketLimits, Statistics};
use consonance_session::{CodecParameters, Instant as SessionInstant, ServerEvent};

use crate::lock::lock;
use echo::Echo;
use server::OfflineServer;

/// The address for [`VoiceChat::offline`](crate::VoiceChat::offline).
#[cfg(feature = "quic")]
pub(crate) const ADDRESS: &str = "offline:";
/// The name of the echo; `Loopback 2` if the player has that name itself.
const LOOPBACK: &str = "Loopback";
const SECOND_LOOPBACK: &str = "Loopback 2";
/// The most rounds of packets back and forth before the caller gets its turn; a handshake takes six.
const ROUNDS: usize = 32;
/// The most rooms that the echo has yet to join.
const WAITING_ROOMS_MAX: usize = 256;

/// The rooms that the player speaks to, so that the echo listens there: it hears nothing else. Clones share the list.
#[derive(Clone, Debug, Default)]
pub(crate) struct LoopbackRooms(Arc<Mutex<Vec<Box<str>>>>);

impl LoopbackRooms {
    pub(crate) fn listen(&self, room: &str) {
        let mut waiting = lock(&self.0);
        if waiting.len() < WAITING_ROOMS_MAX {
            waiting.push(room.into());
        }
    }

    fn take(&self) -> Vec<Box<str>> {
        std::mem::take(&mut *lock(&self.0))
    }
}

/// A network that contains its other end: a server and an echo, which run whenever the player polls.
pub(crate) struct OfflineNetwork {
    memory: MemoryNetwork,
    player: MemoryClient,
    server: OfflineServer,
    /// `None` until the player has joined: before that, its codec is unknown.
    echo: Option<Echo>,
    rooms: LoopbackRooms,
    /// The clock of the session starts with the first call.
    started: Option<Instant>,
    /// When something was sent that has not been received yet.
    waits_since: Option<Instant>,
}

impl OfflineNetwork {
    pub(crate) fn new(rooms: LoopbackRooms) -> Self {
        let memory = MemoryNetwork::new();
        let (server, player) = (OfflineServer::new(memory.listen()), memory.client(""));
        Self { memory, player, server, echo: None, rooms, started: None, waits_since: None }
    }

    /// Runs the server and the echo.
    fn run_once(&mut self, now: Instant) {
        let at = self.at(now);
        let mut quiet_rounds = 0;
        for _ in 0..ROUNDS {
            let mut is_busy = self.server.run_once(now, at);
            while let Some(event) = self.server.poll_event() {
                self.follow(event);
            }
            if let Some(echo) = &mut self.echo {
                self.rooms.take().iter().for_each(|room| echo.listen(room));
                is_busy |= echo.run_once(now, at);
            }
            quiet_rounds = if is_busy { 0 } else { quiet_rounds + 1 };
            // A link may have been opened or closed in the first quiet round.
            if quiet_rounds == 2 {
                self.waits_since = None;
                return;
            }
        }
        self.waits_since = Some(now);
    }

    fn follow(&mut self, event: ServerEvent) {
        match event {
            ServerEvent::ClientJoined { name, codec, .. } => self.welcome(&name, codec),
            // Where a player listens, it also sends texts.
            ServerEvent::EnteredRoom { name, room, .. } => {
                if let Some(echo) = &mut self.echo
                    && !echo.is(&name)
                {
                    echo.listen(&room);
                }
            }
            _ => {}
        }
    }

    /// The echo joins with the player, and again when the player's codec changes.
    fn welcome(&mut self, name: &str, codec: CodecParameters) {
        if self.echo.as_ref().is_some_and(|echo| echo.is(name) || echo.codec() == codec) {
            return;
        }
        let mut echo = Echo::new(self.memory.client(""), name, codec);
        if let Some(before) = &self.echo {
            before.rooms().for_each(|room| echo.listen(room));
        }
        self.echo = Some(echo);
    }

    fn at(&mut self, now: Instant) -> SessionInstant {
        let started = *self.started.get_or_insert(now);
        SessionInstant::START + now.saturating_duration_since(started)
    }
}

impl ClientNetwork for OfflineNetwork {
    fn connect(&mut self, now: Instant) {
        self.waits_since = Some(now);
        self.player.connect(now);
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        self.run_once(now);
        // The player meets the echo as soon as it has joined, so that even its first word is repeated.
        let is_ready = self.echo.as_ref().is_none_or(Echo::is_ready);
        if is_ready { self.player.poll_event(now, bytes) } else { None }
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        self.waits_since = Some(now);
        self.player.send(now, delivery, packet);
    }

    fn disconnect(&mut self, now: Instant) {
        self.waits_since = Some(now);
        self.player.disconnect(now);
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let started = self.started?;
        let timers = [self.server.poll_timeout(), self.echo.as_ref().and_then(Echo::poll_timeout)];
        let timers = timers.into_iter().flatten().map(|at| started + Duration::from_micros(at.as_micros()));
        timers.chain(self.waits_since).min()
    }

    fn set_waker(&mut self, waker: Waker) {
        self.player.set_waker(waker);
    }

    fn limits(&self) -> PacketLimits {
        self.player.limits()
    }

    fn statistics(&self) -> Statistics {
        self.player.statistics()
    }
}
