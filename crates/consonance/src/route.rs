//! The link to a server: to one of several servers of the same session, and over a primary network, or over a fallback
//! while that network does not get through.
//!
//! ```text
//! connect ──▶ Connecting ── the last server first, each other a little after the one before; at each server the
//!               │  ▲        primary network first, and its fallback a little after
//!               ▼  │ connect, after its end
//!               Up
//! ```
//!
//! A [`Path`] leads to one server over its networks, a [`Race`] tries several paths, and [`Servers`] knows which.

#[cfg(test)]
pub(crate) mod gate;
mod known_servers;
mod link;
mod link_transport;
mod path;
mod race;
mod retiring;
mod return_plan;
mod servers;
mod settings;
mod silence_watch;
#[cfg(feature = "quic")]
mod web_socket;

use std::collections::VecDeque;
use std::fmt;
use std::task::Waker;
use std::time::Instant;

use consonance_link::{
    ClientLinkEvent, ClientNetwork, Delivery, DirectLinks, DisconnectReason, PacketLimits, Statistics,
};

use known_servers::KnownServers;
pub(crate) use known_servers::ServerAddress;
pub use link_transport::LinkTransport;
pub(crate) use path::Path;
use race::{Race, Turn, asks_elsewhere};
use retiring::Retiring;
use servers::{DialServer, NameServer, Servers};
pub use settings::FallbackSettings;
#[cfg(feature = "quic")]
pub(crate) use web_socket::quic_path;

/// The way to one server, or to several of the same session, as one network.
pub(crate) struct Route {
    /// `None` if there is only one.
    servers: Option<Servers>,
    /// The path to the server of the last link.
    current: Path,
    phase: Phase,
    /// Ends to report before any other event.
    ends: VecDeque<DisconnectReason>,
    retiring: Retiring,
    /// Packets for which there was no link.
    not_connected: u64,
    waker: Option<Waker>,
}

enum Phase {
    Down,
    Connecting(Box<Race>),
    Up,
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route").field("server", &self.server()).finish_non_exhaustive()
    }
}

impl Route {
    /// To one server.
    pub(crate) fn new(path: Path) -> Self {
        Self {
            servers: None,
            current: path,
            phase: Phase::Down,
            ends: VecDeque::new(),
            retiring: Retiring::default(),
            not_connected: 0,
            waker: None,
        }
    }

    /// To one server over one network.
    pub(crate) fn over(network: Box<dyn ClientNetwork>) -> Self {
        Self::new(Path::new(network))
    }

    /// To any server of a session. The path leads to the first of the game's servers. Clients with different seeds do
    /// not all move to another server at once.
    pub(crate) fn to_servers(
        (first, path): (ServerAddress, Path),
        others: Vec<ServerAddress>,
        ways: (DialServer, NameServer),
        seed: u64,
    ) -> Self {
        let servers = Servers::new(KnownServers::new(first, others), ways, seed);
        Self { servers: Some(servers), ..Self::new(path) }
    }

    /// The server in use, or last in use, if it is known.
    pub(crate) fn server(&self) -> Option<&str> {
        self.servers.as_ref().map(|servers| &*servers.current().address)
    }

    /// Sets the servers of the session as named by the current one, each by host and port.
    pub(crate) fn list_servers(&mut self, places: &[Box<str>]) {
        self.servers.iter_mut().for_each(|servers| servers.list(places));
    }

    /// Makes the next link lead to another server, if one is known and answers.
    pub(crate) fn leave_server(&mut self) {
        self.servers.iter_mut().for_each(Servers::leave_current);
    }

    /// The transport of the current link, and the reason for it, in words.
    pub(crate) fn in_use(&self) -> (LinkTransport, &str) {
        self.current.in_use()
    }

    /// Whether a link over the primary network is up and ready to replace the fallback's.
    pub(crate) fn can_return(&self) -> bool {
        matches!(self.phase, Phase::Up) && self.current.can_return()
    }

    /// Lets the next `disconnect` keep that link, which the following `connect` reports.
    pub(crate) fn begin_return(&mut self) {
        self.current.begin_return();
    }

    /// Whether there is nothing to try besides one network.
    fn has_one_network(&self) -> bool {
        self.servers.is_none() && !self.current.has_fallback()
    }

    fn advance_race(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        while let Some(event) = self.current.poll_event(now, bytes, &mut self.retiring) {
            match event {
                ClientLinkEvent::Connected => return Some(self.note_up(now, None)),
                ClientLinkEvent::Disconnected { reason } => {
                    if let Some(end) = self.note_failed(now, reason) {
                        return Some(end);
                    }
                }
                ClientLinkEvent::Direct { .. } => return Some(event),
                ClientLinkEvent::Packet { .. } => {}
            }
        }
        let Phase::Connecting(race) = &mut self.phase else { return None };
        let (winner, failures) = race.poll_others(now, &mut self.retiring);
        if let Some((server, path)) = winner {
            let former = std::mem::replace(&mut self.current, path);
            former.retire(now, &mut self.retiring);
            return Some(self.note_up(now, Some(server)));
        }
        for reason in failures {
            if let Some(end) = self.note_failed(now, reason) {
                return Some(end);
            }
        }
        self.begin_due(now);
        self.fail_if_none_is_left(now)
    }

    /// Handles a failed attempt; returns the end if it is one for all. A server that gave a reason speaks for the
    /// others, unless they may see it differently.
    fn note_failed(&mut self, now: Instant, reason: DisconnectReason) -> Option<ClientLinkEvent> {
        let Phase::Connecting(race) = &mut self.phase else { return None };
        if asks_elsewhere(&reason) {
            race.note_failed(now, reason);
            return None;
        }
        self.give_up(now);
        Some(ClientLinkEvent::Disconnected { reason })
    }

    fn begin_due(&mut self, now: Instant) {
        while let Phase::Connecting(race) = &mut self.phase
            && let Some(turn) = race.take_due(now)
        {
            match turn {
                Turn::Current => self.current.begin(now),
                Turn::Other(server) => {
                    let path = self.servers.as_ref().and_then(|servers| servers.dial(&server));
                    let Some(mut path) = path else { continue };
                    self.waker.iter().for_each(|waker| path.set_waker(waker));
                    path.begin(now);
                    race.add(server, path);
                }
            }
        }
    }

    fn fail_if_none_is_left(&mut self, now: Instant) -> Option<ClientLinkEvent> {
        let Phase::Connecting(race) = &self.phase else { return None };
        let reason = race.failure().filter(|_| !self.current.is_connecting())?;
        self.give_up(now);
        Some(ClientLinkEvent::Disconnected { reason })
    }

    /// A link leads to this server, or else to the current one.
    fn note_up(&mut self, now: Instant, other: Option<ServerAddress>) -> ClientLinkEvent {
        self.retire_others(now);
        if let Some(servers) = &mut self.servers {
            servers.note_up(other);
        }
        self.phase = Phase::Up;
        if !self.has_one_network() {
            self.current.watch_silence(now);
        }
        ClientLinkEvent::Connected
    }

    /// Ends all links; their ends are not reported.
    fn give_up(&mut self, now: Instant) {
        self.current.abandon(now, &mut self.retiring);
        self.retire_others(now);
        self.phase = Phase::Down;
    }

    fn retire_others(&mut self, now: Instant) {
        if let Phase::Connecting(race) = &mut self.phase {
            race.retire(now, &mut self.retiring);
        }
    }

    fn poll_link(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        if self.is_lost_in_silence(now) {
            self.give_up(now);
            self.note_lost();
            return Some(ClientLinkEvent::Disconnected { reason: DisconnectReason::TimedOut });
        }
        let event = self.current.poll_event(now, bytes, &mut self.retiring)?;
        if matches!(event, ClientLinkEvent::Disconnected { .. }) {
            self.note_lost();
        }
        Some(event)
    }

    fn note_lost(&mut self) {
        self.phase = Phase::Down;
        self.servers.iter_mut().for_each(Servers::note_lost);
    }

    /// Whether the link in use has become silent, and there is an alternative to it.
    fn is_lost_in_silence(&mut self, now: Instant) -> bool {
        if !self.current.is_silent(now) {
            return false;
        }
        let has_alternative =
            self.current.expects_fallback() || self.servers.as_ref().is_some_and(Servers::has_others);
        if !has_alternative {
            self.current.watch_silence(now);
        }
        has_alternative
    }
}

impl ClientNetwork for Route {
    fn connect(&mut self, now: Instant) {
        if self.current.is_leaving() {
            // A link that is still saying goodbye is ended at once when another one is requested.
            self.give_up(now);
            self.ends.push_back(DisconnectReason::ClosedByUs);
        }
        if !matches!(self.phase, Phase::Down) {
            return;
        }
        let race = match &mut self.servers {
            Some(servers) => servers.race(now),
            None => Race::of_others_first(now, Vec::new()),
        };
        self.phase = Phase::Connecting(Box::new(race));
        self.begin_due(now);
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        self.retiring.poll(now);
        if let Some(reason) = self.ends.pop_front() {
            return Some(ClientLinkEvent::Disconnected { reason });
        }
        match self.phase {
            Phase::Down => self.current.poll_event(now, bytes, &mut self.retiring),
            Phase::Connecting(_) => self.advance_race(now, bytes),
            Phase::Up => self.poll_link(now, bytes),
        }
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        match self.current.link_in_use() {
            Some(link) => link.transport_mut().send(now, delivery, packet),
            None => self.not_connected += 1,
        }
    }

    fn disconnect(&mut self, now: Instant) {
        match self.phase {
            Phase::Down => self.current.abandon(now, &mut self.retiring),
            Phase::Connecting(_) if !self.has_one_network() => {
                self.give_up(now);
                self.ends.push_back(DisconnectReason::ClosedByUs);
            }
            Phase::Connecting(_) | Phase::Up => {
                if self.current.leave(now, &mut self.retiring) {
                    self.note_lost();
                    self.ends.push_back(DisconnectReason::ClosedByUs);
                }
            }
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let race = match &self.phase {
            Phase::Connecting(race) => race.wants_poll_at(),
            Phase::Down | Phase::Up => None,
        };
        [race, self.current.wants_poll_at(), self.retiring.wants_poll_at()].into_iter().flatten().min()
    }

    fn set_waker(&mut self, waker: Waker) {
        self.current.set_waker(&waker);
        if let Phase::Connecting(race) = &mut self.phase {
            race.set_waker(&waker);
        }
        self.waker = Some(waker);
    }

    /// The packet limits that every link supports.
    fn limits(&self) -> PacketLimits {
        self.current.limits()
    }

    fn statistics(&self) -> Statistics {
        let mut all = self.current.statistics().with(&self.retiring.statistics());
        all.dropped.not_connected += self.not_connected;
        match &self.phase {
            Phase::Connecting(race) => all.with(&race.statistics()),
            Phase::Down | Phase::Up => all,
        }
    }

    fn direct_links(&mut self) -> Option<&mut dyn DirectLinks> {
        self.current.direct_links()
    }
}

#[cfg(test)]
mod tests;
