//! The connections to the game's server, one for each of its clients.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
#[cfg(target_os = "linux")]
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use crate::{
    ClientLinkEvent, ClientNetwork, Delivery, DisconnectReason, GameStatistics, MessageChannel, Peer,
    ServerNetwork,
};

use super::poll_order::PollOrder;
use super::wakers::UpstreamWakers;
use super::watching;
use crate::gateway::Timers;
use crate::gateway::readiness::{Readiness, Ready};

/// They have the names of their clients.
pub(crate) struct Upstreams<C> {
    open: Box<dyn FnMut(SocketAddr) -> io::Result<C> + Send>,
    timeout: Duration,
    connections: BTreeMap<Peer, Upstream<C>>,
    /// When connections want to be polled.
    timers: Timers<Peer>,
    /// When connections have to be up.
    deadlines: Timers<Peer>,
    order: PollOrder,
    readiness: Readiness,
    /// Sockets that were found ready, for a moment.
    seen: Vec<Ready>,
    wakers: Arc<UpstreamWakers>,
    statistics: GameStatistics,
}

/// An event on one connection.
#[derive(Debug)]
pub(crate) enum UpstreamEvent {
    /// The game's server has admitted the client, with the greeting in the buffer.
    Admitted,
    /// The game's server has sent the message in the buffer.
    Message(MessageChannel),
    /// It ends for this reason. When we have ended it, this comes once more when it is gone.
    Ended(DisconnectReason),
}

#[derive(Debug)]
struct Upstream<C> {
    connection: C,
    state: UpstreamState,
    /// In the queue of those to be polled.
    is_queued: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum UpstreamState {
    Connecting,
    Up,
    /// Its end was asked for.
    Ending,
}

impl<C> fmt::Debug for Upstreams<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstreams").field("connections", &self.connections.len()).finish_non_exhaustive()
    }
}

impl<C: ClientNetwork<MessageChannel>> Upstreams<C> {
    /// For the clients of this network. `open` makes the connection, not connected yet, for a client at this address.
    ///
    /// # Errors
    /// If the system lacks the resources to wait for many connections.
    pub(crate) fn new(
        clients: &impl ServerNetwork<MessageChannel>,
        open: impl FnMut(SocketAddr) -> io::Result<C> + Send + 'static,
        timeout: Duration,
    ) -> io::Result<Self> {
        let mut readiness = Readiness::new()?;
        watching::watch_clients(&mut readiness, clients)?;
        Ok(Self {
            open: Box::new(open),
            timeout,
            connections: BTreeMap::new(),
            timers: Timers::default(),
            deadlines: Timers::default(),
            order: PollOrder::default(),
            readiness,
            seen: Vec::new(),
            wakers: Arc::default(),
            statistics: GameStatistics::default(),
        })
    }

    /// Connects to the game's server on behalf of a client at this address, with its greeting.
    ///
    /// # Errors
    /// If the client has no address, or the system has no more connections.
    pub(crate) fn open(
        &mut self,
        now: Instant,
        peer: Peer,
        address: Option<SocketAddr>,
        greeting: &[u8],
    ) -> io::Result<()> {
        let opened = self.try_open(now, peer, address, greeting);
        self.statistics.upstreams_failed += u64::from(opened.is_err());
        opened
    }

    fn try_open(
        &mut self,
        now: Instant,
        peer: Peer,
        address: Option<SocketAddr>,
        greeting: &[u8],
    ) -> io::Result<()> {
        let mut connection = (self.open)(address.ok_or(io::ErrorKind::AddrNotAvailable)?)?;
        connection.set_waker(self.wakers.waker(peer));
        connection.set_greeting(greeting);
        connection.connect(now);
        watching::watch_upstream(&mut self.readiness, &connection, peer)?;
        self.deadlines.set(peer, now + self.timeout);
        let state = UpstreamState::Connecting;
        self.connections.insert(peer, Upstream { connection, state, is_queued: true });
        self.order.push(peer);
        Ok(())
    }

    /// Whether a client's connection is not gone yet.
    pub(crate) fn contains(&self, peer: Peer) -> bool {
        self.connections.contains_key(&peer)
    }

    /// Sends a client's message to the game's server, if that has admitted it.
    pub(crate) fn send(
        &mut self,
        now: Instant,
        peer: Peer,
        (channel, delivery): (MessageChannel, Delivery),
        message: &[u8],
    ) {
        let upstream = self.connections.get_mut(&peer);
        if let Some(upstream) = upstream.filter(|upstream| upstream.state == UpstreamState::Up) {
            self.statistics.to_server.count(delivery, 1, message.len());
            upstream.connection.send(now, channel, message);
            upstream.queue(peer, &mut self.order);
        }
    }

    /// Ends a client's connection in order.
    pub(crate) fn end(&mut self, now: Instant, peer: Peer) {
        if let Some(upstream) = self.connections.get_mut(&peer) {
            if upstream.state != UpstreamState::Ending {
                upstream.state = UpstreamState::Ending;
                upstream.connection.disconnect(now);
                self.deadlines.clear(peer);
            }
            upstream.queue(peer, &mut self.order);
        }
    }

    /// Ends a connection that has taken too long to come up: its client, if there is one.
    pub(crate) fn give_up(&mut self, now: Instant) -> Option<Peer> {
        let peer = self.deadlines.pop(now)?;
        self.statistics.upstreams_failed += 1;
        self.end(now, peer);
        Some(peer)
    }

    /// Takes one event of a client out of the share of clients; false if the upstreams have their turn.
    pub(crate) fn take_client_share(&mut self) -> bool {
        self.order.take_client_share()
    }

    /// The next event of any connection; `None` when the turn is over, after what was sent has left.
    pub(crate) fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<(Peer, UpstreamEvent)> {
        if self.order.begin_upstreams() {
            self.find_ready(now);
        }
        while let Some(peer) = self.order.next() {
            let upstream = self.connections.get_mut(&peer);
            let polled = upstream.and_then(|upstream| upstream.connection.poll_event(now, bytes));
            let is_queued = self.order.polled(polled.is_some());
            if let Some(upstream) = self.connections.get_mut(&peer) {
                upstream.is_queued = is_queued;
                if polled.is_none() {
                    self.timers.set(peer, upstream.connection.wants_poll_at());
                }
            }
            if let Some(event) = polled.and_then(|polled| self.handle(now, peer, polled)) {
                return Some((peer, event));
            }
        }
        self.order.end_turn(now);
        None
    }

    /// Queues the connections that have something.
    fn find_ready(&mut self, now: Instant) {
        let Self { connections, timers, order, readiness, seen, wakers, .. } = self;
        let mut queue = |peer| {
            if let Some(upstream) = connections.get_mut(&peer) {
                upstream.queue(peer, order);
            }
        };
        while let Some(peer) = timers.pop(now) {
            queue(peer);
        }
        readiness.look(seen);
        seen.drain(..).filter_map(watching::upstream_of).for_each(&mut queue);
        wakers.take(queue);
    }

    fn handle(
        &mut self,
        now: Instant,
        peer: Peer,
        event: ClientLinkEvent<MessageChannel>,
    ) -> Option<UpstreamEvent> {
        let upstream = self.connections.get_mut(&peer)?;
        match (event, upstream.state) {
            (ClientLinkEvent::Connected, UpstreamState::Connecting) => {
                self.deadlines.clear(peer);
                upstream.state = UpstreamState::Up;
                // The socket may be another one than that which was watched while it was connecting.
                if watching::watch_upstream(&mut self.readiness, &upstream.connection, peer).is_ok() {
                    return Some(UpstreamEvent::Admitted);
                }
                self.end(now, peer);
                Some(UpstreamEvent::Ended(DisconnectReason::refused(CANNOT_BE_KEPT.as_bytes())))
            }
            (ClientLinkEvent::Packet { channel }, UpstreamState::Up) => Some(UpstreamEvent::Message(channel)),
            (ClientLinkEvent::Disconnected { reason }, state) => {
                self.count_end(state, &reason);
                self.connections.remove(&peer);
                self.timers.clear(peer);
                self.deadlines.clear(peer);
                watching::forget(&mut self.readiness, peer);
                Some(UpstreamEvent::Ended(reason))
            }
            (
                ClientLinkEvent::Connected | ClientLinkEvent::Packet { .. } | ClientLinkEvent::Direct { .. },
                _,
            ) => None,
        }
    }

    fn count_end(&mut self, state: UpstreamState, reason: &DisconnectReason) {
        match (state, reason) {
            (UpstreamState::Connecting, _) => self.statistics.upstreams_failed += 1,
            (UpstreamState::Up, DisconnectReason::Overloaded { .. }) => {
                self.statistics.upstreams_too_slow += 1;
            }
            (UpstreamState::Up, _) => self.statistics.upstreams_lost += 1,
            (UpstreamState::Ending, _) => {}
        }
    }

    /// When a connection wants to be polled although nothing arrives, or has taken too long.
    pub(crate) fn wants_poll_at(&self) -> Option<Instant> {
        [self.timers.next(), self.deadlines.next()].into_iter().flatten().min()
    }

    /// The time since which there is work that no waker will announce.
    pub(crate) fn more_waits_since(&self) -> Option<Instant> {
        self.order.more_waits_since()
    }

    /// Sets the waker to be called when a connection has something.
    pub(crate) fn set_waker(&self, waker: Waker) {
        self.wakers.set_driver(waker);
    }

    /// Readable when the clients' socket or a connection has something.
    #[cfg(target_os = "linux")]
    pub(crate) fn descriptor(&self) -> BorrowedFd<'_> {
        self.readiness.descriptor()
    }

    /// Traffic between the game's clients and its server.
    pub(crate) fn statistics(&self) -> GameStatistics {
        self.statistics
    }

    /// Counts a message of so many bytes that is passed on to its client.
    pub(crate) fn count_from_server(&mut self, delivery: Delivery, bytes: usize) {
        self.statistics.from_server.count(delivery, 1, bytes);
    }

    /// Counts a voice packet of a player whose voice is closed.
    pub(crate) fn count_unwanted_voice(&mut self) {
        self.statistics.voice_unwanted += 1;
    }
}

impl<C> Upstream<C> {
    /// Has it polled in this turn of the upstreams, or in the next one if this one is over.
    fn queue(&mut self, peer: Peer, order: &mut PollOrder) {
        if !self.is_queued {
            self.is_queued = true;
            order.push(peer);
        }
    }
}

/// The refusal of a client whose connection to the game's server cannot be waited for.
const CANNOT_BE_KEPT: &str = "no connection to the game's server can be kept";
