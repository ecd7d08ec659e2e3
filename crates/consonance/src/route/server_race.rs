//! The servers of one session, as one network: a link leads to the same server as the last one, or else to the first
//! other server that responds.
//!
//! ```text
//! connect ──▶ Connecting ── the last server first, each other a little after the one before
//!               │  ▲
//!               ▼  │ connect, after its end
//!               Up
//! ```

mod attempts;

use std::collections::VecDeque;
use std::fmt;
use std::task::Waker;
use std::time::{Duration, Instant};

use consonance_transport::random::Random;
use consonance_transport::{
    ClientLinkEvent, ClientNetwork, Delivery, DirectLinks, DisconnectReason, PacketLimits, Statistics,
};

use super::candidate::{Candidate, CandidateState};
use super::known_servers::{KnownServers, ServerAddress};
use super::retiring::Retiring;
use super::silence_watch::SilenceWatch;
use super::{FallbackSettings, LinkTransport, Route};
use attempts::{Attempts, Turn, asks_elsewhere};

/// Makes the path to a server's address; `None` if the address is invalid.
pub(crate) type DialServer = Box<dyn Fn(&str) -> Option<Route> + Send>;

/// The server at a place that another one has named, with the same requirements for its certificate. `None` if the
/// place is invalid.
pub(crate) type NameServer = fn(&ServerAddress, &str) -> Option<ServerAddress>;

pub(crate) struct ServerRace {
    dial: DialServer,
    name: NameServer,
    known: KnownServers,
    /// The path to the server of the last link.
    present: Candidate<Route>,
    stage: Stage,
    /// Outcomes to report before any event of the link in use.
    outcomes: VecDeque<Outcome>,
    /// Whether the link in use has ended, which the next call handles.
    has_ended: bool,
    /// Whether the next attempts follow the loss of a link.
    is_after_loss: bool,
    retiring: Retiring,
    /// For a route without a fallback.
    silence: SilenceWatch,
    random: Random,
    /// Packets for which there was no link.
    not_connected: u64,
    waker: Option<Waker>,
}

enum Stage {
    Down,
    Connecting(Box<Attempts>),
    Up,
}

enum Outcome {
    Connected,
    Disconnected(DisconnectReason),
}

impl fmt::Debug for ServerRace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerRace").field("server", &self.known.current().place).finish_non_exhaustive()
    }
}

impl ServerRace {
    /// `first` leads to the first of the game's servers. Clients with different seeds do not all move to another server
    /// at once.
    pub(crate) fn new(
        (first, present): (ServerAddress, Route),
        others: Vec<ServerAddress>,
        (dial, name): (DialServer, NameServer),
        seed: u64,
    ) -> Self {
        Self {
            dial,
            name,
            known: KnownServers::new(first, others),
            present: Candidate::new(present),
            stage: Stage::Down,
            outcomes: VecDeque::new(),
            has_ended: false,
            is_after_loss: false,
            retiring: Retiring::default(),
            silence: SilenceWatch::new(FallbackSettings::default().silence_max),
            random: Random::new(seed, "another server"),
            not_connected: 0,
            waker: None,
        }
    }

    /// The server in use, or the one that was in use last.
    pub(crate) fn server(&self) -> &str {
        &self.known.current().address
    }

    /// Sets the servers of the session as named by the current one, each by host and port.
    pub(crate) fn list_servers(&mut self, places: &[Box<str>]) {
        let (current, name) = (self.known.current().clone(), self.name);
        self.known.list(places.iter().filter_map(|place| name(&current, place)));
    }

    /// Makes the next link lead to another server, if one answers.
    pub(crate) fn leave_server(&mut self) {
        self.known.leave_current();
    }

    pub(super) fn in_use(&self) -> (LinkTransport, &str) {
        self.present.transport.in_use()
    }

    pub(super) fn can_return(&self) -> bool {
        matches!(self.stage, Stage::Up) && self.present.transport.can_return()
    }

    pub(super) fn begin_return(&mut self) {
        if self.can_return() {
            self.present.transport.begin_return();
        }
    }

    /// Does what is due; the results are in `outcomes`.
    fn advance(&mut self, now: Instant) {
        self.retiring.poll(now);
        match self.stage {
            Stage::Connecting(_) => self.advance_attempts(now),
            Stage::Down => self.present.drain(now),
            Stage::Up => self.watch_silence(now),
        }
    }

    fn advance_attempts(&mut self, now: Instant) {
        if self.present.is(CandidateState::Trying) {
            match self.present.poll(now) {
                Some(Ok(())) => return self.use_present(now),
                Some(Err(reason)) => self.note_failed(now, reason),
                None => {}
            }
        } else {
            self.present.drain(now);
        }
        let Stage::Connecting(attempts) = &mut self.stage else { return };
        let (mut connected, mut failures) = (None, Vec::new());
        attempts.others.retain_mut(|(server, candidate)| match candidate.poll(now) {
            Some(Ok(())) if connected.is_none() => {
                connected = Some(server.clone());
                true
            }
            Some(Err(reason)) => {
                self.retiring.note_gone(&candidate.transport);
                failures.push(reason);
                false
            }
            _ => true,
        });
        if let Some(server) = connected {
            return self.use_other(now, &server);
        }
        for reason in failures {
            self.note_failed(now, reason);
        }
        self.begin_due(now);
        self.give_up_if_none_is_left(now);
    }

    /// Handles a failed attempt. A server that gave a reason speaks for the others, unless they may see it differently.
    fn note_failed(&mut self, now: Instant, reason: DisconnectReason) {
        let Stage::Connecting(attempts) = &mut self.stage else { return };
        if asks_elsewhere(&reason) {
            attempts.note_failed(now, reason);
        } else {
            self.give_up(now, reason);
        }
    }

    fn begin_due(&mut self, now: Instant) {
        while let Stage::Connecting(attempts) = &mut self.stage
            && let Some(turn) = attempts.take_due(now)
        {
            match turn {
                Turn::Present => self.present.begin(now),
                Turn::Other(server) => {
                    let Some(route) = (self.dial)(&server.address) else { continue };
                    let mut candidate = Candidate::new(route);
                    self.waker.iter().for_each(|waker| candidate.set_waker(waker));
                    candidate.begin(now);
                    attempts.others.push((server, candidate));
                }
            }
        }
    }

    fn give_up_if_none_is_left(&mut self, now: Instant) {
        let is_trying = self.present.is(CandidateState::Trying);
        if let Stage::Connecting(attempts) = &mut self.stage
            && !is_trying
            && let Some(reason) = attempts.failure()
        {
            self.give_up(now, reason);
        }
    }

    fn use_present(&mut self, now: Instant) {
        self.retire_others(now);
        let current = self.known.current().clone();
        self.known.set_current(current);
        self.note_up(now);
    }

    fn use_other(&mut self, now: Instant, server: &ServerAddress) {
        let Stage::Connecting(attempts) = &mut self.stage else { return };
        let Some(index) = attempts.others.iter().position(|(it, _)| it == server) else { return };
        let (server, candidate) = attempts.others.swap_remove(index);
        let former = std::mem::replace(&mut self.present, candidate);
        if former.is(CandidateState::Down) {
            self.retiring.note_gone(&former.transport);
        } else {
            self.retiring.add(now, Box::new(former.transport));
        }
        self.retire_others(now);
        self.known.set_current(server);
        self.note_up(now);
    }

    fn note_up(&mut self, now: Instant) {
        self.stage = Stage::Up;
        self.silence.begin(now);
        self.outcomes.push_back(Outcome::Connected);
    }

    fn give_up(&mut self, now: Instant, reason: DisconnectReason) {
        self.present.abandon(now);
        self.retire_others(now);
        self.stage = Stage::Down;
        self.outcomes.push_back(Outcome::Disconnected(reason));
    }

    fn retire_others(&mut self, now: Instant) {
        let Stage::Connecting(attempts) = &mut self.stage else { return };
        for (_, candidate) in attempts.others.drain(..) {
            self.retiring.add(now, Box::new(candidate.transport));
        }
    }

    /// Gives up a silent server, if there is an alternative.
    fn watch_silence(&mut self, now: Instant) {
        // A route with a fallback switches to it by itself, after its own time limit.
        let is_silent = match &mut self.present.transport {
            Route::WithFallback(route) => route.take_silence(),
            Route::Plain(_) | Route::ToServers(_) => self.silence.is_silent(now, &self.present),
        };
        if !is_silent {
            return;
        }
        if !self.known.has_others() {
            return self.silence.begin(now);
        }
        self.is_after_loss = true;
        self.give_up(now, DisconnectReason::TimedOut);
    }

    /// Handles an end that was reported.
    fn settle(&mut self) {
        if std::mem::take(&mut self.has_ended) {
            (self.stage, self.present.state) = (Stage::Down, CandidateState::Down);
            self.is_after_loss = true;
        }
    }
}

impl ClientNetwork for ServerRace {
    fn connect(&mut self, now: Instant) {
        self.settle();
        if self.present.is(CandidateState::Leaving) {
            // A link that is still saying goodbye is ended at once when another one is requested.
            self.give_up(now, DisconnectReason::ClosedByUs);
        }
        if !matches!(self.stage, Stage::Down) {
            return;
        }
        let (others, leaves) = (self.known.others(), self.known.take_leaves_current());
        let spread = SPREAD_MAX.mul_f64(self.random.unit());
        let attempts = if leaves && !others.is_empty() {
            Attempts::of_others_first(now + spread, others)
        } else {
            let head_start =
                if std::mem::take(&mut self.is_after_loss) { HEAD_START_AFTER_LOSS } else { HEAD_START };
            Attempts::of_present_first(now, head_start, spread, others)
        };
        self.stage = Stage::Connecting(Box::new(attempts));
        self.begin_due(now);
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        self.settle();
        self.advance(now);
        if let Some(outcome) = self.outcomes.pop_front() {
            return Some(match outcome {
                Outcome::Connected => ClientLinkEvent::Connected,
                Outcome::Disconnected(reason) => ClientLinkEvent::Disconnected { reason },
            });
        }
        if !matches!(self.stage, Stage::Up) {
            return None;
        }
        let event = self.present.transport.poll_event(now, bytes)?;
        self.has_ended = matches!(event, ClientLinkEvent::Disconnected { .. });
        Some(event)
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        self.settle();
        match self.stage {
            Stage::Up => self.present.transport.send(now, delivery, packet),
            Stage::Down | Stage::Connecting(_) => self.not_connected += 1,
        }
    }

    fn disconnect(&mut self, now: Instant) {
        self.settle();
        match self.stage {
            Stage::Down => {}
            Stage::Connecting(_) => self.give_up(now, DisconnectReason::ClosedByUs),
            Stage::Up => self.present.leave(now),
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let own = match &self.stage {
            Stage::Connecting(attempts) => attempts.wants_poll_at(),
            Stage::Up if matches!(self.present.transport, Route::WithFallback(_)) => None,
            Stage::Up => self.silence.next_at(),
            Stage::Down => None,
        };
        let all = [own, self.present.transport.wants_poll_at(), self.retiring.wants_poll_at()];
        all.into_iter().flatten().min()
    }

    fn set_waker(&mut self, waker: Waker) {
        self.present.set_waker(&waker);
        if let Stage::Connecting(attempts) = &mut self.stage {
            attempts.others.iter_mut().for_each(|(_, candidate)| candidate.set_waker(&waker));
        }
        self.waker = Some(waker);
    }

    /// The packet limits that every link supports.
    fn limits(&self) -> PacketLimits {
        self.present.transport.limits()
    }

    fn statistics(&self) -> Statistics {
        let mut all = self.present.transport.statistics().with(&self.retiring.statistics());
        all.dropped.not_connected += self.not_connected;
        let others = match &self.stage {
            Stage::Connecting(attempts) => &attempts.others[..],
            Stage::Down | Stage::Up => &[],
        };
        others.iter().fold(all, |all, (_, candidate)| all.with(&candidate.transport.statistics()))
    }

    fn direct_links(&mut self) -> Option<&mut dyn DirectLinks> {
        match self.stage {
            Stage::Up => self.present.transport.direct_links(),
            Stage::Down | Stage::Connecting(_) => None,
        }
    }
}

/// How long the first server is tried alone when a chat starts: the path may be long, and a datagram may be lost.
const HEAD_START: Duration = Duration::from_secs(1);
/// The same for the server whose link was lost: most likely it is gone.
const HEAD_START_AFTER_LOSS: Duration = Duration::from_millis(250);
/// Clients of a server that is gone move to the others over this time.
const SPREAD_MAX: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests;
