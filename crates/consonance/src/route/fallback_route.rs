//! A primary network and its fallback, as one.
//!
//! ```text
//! connect ──▶ Connecting ── primary first, the fallback after a head start; the first that connects is used
//!               │    │
//!               ▼    ▼
//!       OnPrimary    OnFallback ── the primary is tried again in the background; once it is up, the driver
//!               ▲    │             may return: disconnect, and connect, which reports that link at once
//!               └────┘
//! ```

use std::collections::VecDeque;
use std::fmt;
use std::task::Waker;
use std::time::{Duration, Instant};

use consonance_transport::{
    ClientLinkEvent, ClientNetwork, Delivery, DirectLinks, DisconnectReason, PacketLimits, Statistics,
};

use super::attempts::{Attempts, is_silence};
use super::candidate::{Candidate, CandidateState};
use super::retiring::Retiring;
use super::return_plan::ReturnPlan;
use super::silence_watch::SilenceWatch;
use super::{FallbackSettings, LinkTransport};

/// Makes a link over the fallback; `None` if the server's address for it is unknown.
pub(crate) type DialFallback = Box<dyn FnMut() -> Option<Box<dyn ClientNetwork>> + Send>;

pub(crate) struct FallbackRoute {
    primary: Candidate,
    fallback: Option<Candidate>,
    dial: DialFallback,
    settings: FallbackSettings,
    stage: Stage,
    /// Outcomes to report before any event of the link in use.
    outcomes: VecDeque<Outcome>,
    /// Why the link in use has ended, until the next call.
    ended: Option<DisconnectReason>,
    retiring: Retiring,
    return_plan: ReturnPlan,
    silence: SilenceWatch,
    /// Whether the primary network is silent and there is no fallback to switch to.
    is_stuck: bool,
    /// How long the primary network is tried alone next time.
    head_start: Duration,
    is_returning: bool,
    /// The reason for the transport of the link in use.
    why: String,
    /// Packets for which there was no link.
    not_connected: u64,
    waker: Option<Waker>,
}

impl fmt::Debug for FallbackRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FallbackRoute").field("stage", &self.stage).finish_non_exhaustive()
    }
}

#[derive(Debug)]
enum Stage {
    Down,
    Connecting(Box<Attempts>),
    OnPrimary,
    OnFallback,
}

enum Outcome {
    Connected,
    Disconnected(DisconnectReason),
}

impl FallbackRoute {
    pub(crate) fn new(
        primary: Box<dyn ClientNetwork>,
        dial: DialFallback,
        settings: FallbackSettings,
    ) -> Self {
        Self {
            primary: Candidate::new(primary),
            fallback: None,
            dial,
            settings,
            stage: Stage::Down,
            outcomes: VecDeque::new(),
            ended: None,
            retiring: Retiring::default(),
            return_plan: ReturnPlan::new(&settings),
            silence: SilenceWatch::new(settings.silence_max),
            is_stuck: false,
            head_start: settings.head_start,
            is_returning: false,
            why: String::new(),
            not_connected: 0,
            waker: None,
        }
    }

    pub(super) fn in_use(&self) -> (LinkTransport, &str) {
        let transport = match self.stage {
            Stage::OnFallback => LinkTransport::WebSocket,
            Stage::Down | Stage::Connecting(_) | Stage::OnPrimary => LinkTransport::Primary,
        };
        (transport, &self.why)
    }

    pub(super) fn can_return(&self) -> bool {
        matches!(self.stage, Stage::OnFallback)
            && self.primary.is(CandidateState::Up)
            && self.fallback.as_ref().is_some_and(|link| link.is(CandidateState::Up))
    }

    pub(super) fn begin_return(&mut self) {
        self.is_returning = self.can_return();
    }

    /// Whether the link has become silent without a fallback to switch to; true only once.
    pub(super) fn take_silence(&mut self) -> bool {
        std::mem::take(&mut self.is_stuck)
    }

    /// Does what is due; the results are in `outcomes`.
    fn advance(&mut self, now: Instant) {
        self.retiring.poll(now);
        match self.stage {
            Stage::Connecting(_) => self.advance_attempts(now),
            Stage::OnFallback => self.probe_primary(now),
            Stage::Down => self.primary.drain(now),
            Stage::OnPrimary => self.watch_primary(now),
        }
    }

    fn advance_attempts(&mut self, now: Instant) {
        match self.primary.poll(now) {
            Some(Ok(())) => return self.use_primary(now),
            Some(Err(reason)) if !is_silence(&reason) => return self.give_up(now, reason),
            Some(Err(reason)) => self.note_primary_failed(now, reason),
            None => {}
        }
        self.begin_fallback(now);
        match self.fallback.as_mut().and_then(|fallback| fallback.poll(now)) {
            Some(Ok(())) => return self.use_fallback(now),
            Some(Err(reason)) => self.note_fallback_failed(reason),
            None => {}
        }
        if let Some(reason) = self.failure() {
            self.give_up(now, reason);
        }
    }

    fn note_primary_failed(&mut self, now: Instant, reason: DisconnectReason) {
        let Stage::Connecting(attempts) = &mut self.stage else { return };
        attempts.primary_failure = Some(reason);
        // Waiting longer gains nothing.
        attempts.fallback_at = attempts.fallback_at.map(|at| at.min(now));
    }

    fn note_fallback_failed(&mut self, reason: DisconnectReason) {
        self.drop_fallback();
        let Stage::Connecting(attempts) = &mut self.stage else { return };
        attempts.fallback_failure = Some(reason);
    }

    fn begin_fallback(&mut self, now: Instant) {
        let Stage::Connecting(attempts) = &mut self.stage else { return };
        if attempts.fallback_at.take_if(|at| *at <= now).is_none() {
            return;
        }
        if let Some(transport) = (self.dial)() {
            let mut fallback = Candidate::new(transport);
            self.waker.iter().for_each(|waker| fallback.set_waker(waker));
            fallback.begin(now);
            self.fallback = Some(fallback);
        }
    }

    /// The error, once failure is certain.
    fn failure(&self) -> Option<DisconnectReason> {
        match &self.stage {
            Stage::Connecting(attempts) if self.fallback.is_none() => attempts.failure(),
            _ => None,
        }
    }

    fn use_primary(&mut self, now: Instant) {
        self.retire_fallback(now);
        self.return_plan.end(now);
        self.silence.begin(now);
        self.is_stuck = false;
        self.stage = Stage::OnPrimary;
        "UDP gets through".clone_into(&mut self.why);
        self.outcomes.push_back(Outcome::Connected);
    }

    fn use_fallback(&mut self, now: Instant) {
        let Stage::Connecting(attempts) = std::mem::replace(&mut self.stage, Stage::OnFallback) else {
            return;
        };
        self.why = attempts.why_fallback();
        self.return_plan.begin(now);
        self.outcomes.push_back(Outcome::Connected);
    }

    fn give_up(&mut self, now: Instant, reason: DisconnectReason) {
        self.primary.abandon(now);
        self.retire_fallback(now);
        self.stage = Stage::Down;
        self.outcomes.push_back(Outcome::Disconnected(reason));
    }

    /// Gives up a silent primary network, if there is an alternative.
    fn watch_primary(&mut self, now: Instant) {
        if !self.silence.is_silent(now, &self.primary) {
            return;
        }
        if (self.dial)().is_none() {
            self.is_stuck = true;
            return self.silence.begin(now);
        }
        self.head_start = self.settings.head_start_after_loss;
        self.give_up(now, DisconnectReason::TimedOut);
    }

    /// Checks in the background whether the primary network works again.
    fn probe_primary(&mut self, now: Instant) {
        match self.primary.poll(now) {
            Some(Ok(())) | None => {}
            Some(Err(_)) => self.return_plan.note_failed(now),
        }
        if self.primary.is(CandidateState::Down) && self.return_plan.take_due(now) {
            self.primary.begin(now);
        }
    }

    fn retire_fallback(&mut self, now: Instant) {
        if let Some(fallback) = self.fallback.take() {
            self.retiring.add(now, fallback.transport);
        }
    }

    /// The fallback's link is over.
    fn drop_fallback(&mut self) {
        if let Some(fallback) = self.fallback.take() {
            self.retiring.note_gone(&*fallback.transport);
        }
    }

    /// Handles an end that was reported.
    fn settle(&mut self) {
        let Some(reason) = self.ended.take() else { return };
        match std::mem::replace(&mut self.stage, Stage::Down) {
            Stage::OnPrimary => {
                self.primary.state = CandidateState::Down;
                let is_silence = reason == DisconnectReason::TimedOut;
                self.head_start =
                    if is_silence { self.settings.head_start_after_loss } else { self.settings.head_start };
            }
            Stage::OnFallback => {
                self.drop_fallback();
                self.head_start = Duration::ZERO;
            }
            stage @ (Stage::Down | Stage::Connecting(_)) => self.stage = stage,
        }
    }

    /// The link in use, or the one that is about to end.
    fn active(&mut self) -> Option<&mut Candidate> {
        match self.stage {
            Stage::OnPrimary => Some(&mut self.primary),
            Stage::OnFallback => self.fallback.as_mut(),
            Stage::Down | Stage::Connecting(_) => None,
        }
    }

    /// A link that is still saying goodbye ends when another one is requested.
    fn finish_leaving(&mut self, now: Instant) {
        let is_leaving = self.active().is_some_and(|link| link.is(CandidateState::Leaving));
        if !is_leaving {
            return;
        }
        match self.stage {
            Stage::OnPrimary => self.primary.abandon(now),
            _ => self.retire_fallback(now),
        }
        self.stage = Stage::Down;
        self.outcomes.push_back(Outcome::Disconnected(DisconnectReason::ClosedByUs));
    }
}

impl ClientNetwork for FallbackRoute {
    fn connect(&mut self, now: Instant) {
        self.settle();
        self.finish_leaving(now);
        if !matches!(self.stage, Stage::Down) {
            return;
        }
        if self.primary.is(CandidateState::Up) {
            return self.use_primary(now);
        }
        self.stage = Stage::Connecting(Box::new(Attempts::new(now, self.head_start)));
        self.primary.begin(now);
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
        let link = match self.stage {
            Stage::OnPrimary => &mut self.primary,
            Stage::OnFallback => self.fallback.as_mut()?,
            Stage::Down | Stage::Connecting(_) => return None,
        };
        let event = link.transport.poll_event(now, bytes)?;
        if let ClientLinkEvent::Disconnected { reason } = &event {
            self.ended = Some(reason.clone());
        }
        Some(event)
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        self.settle();
        match self.active() {
            Some(link) => link.transport.send(now, delivery, packet),
            None => self.not_connected += 1,
        }
    }

    fn disconnect(&mut self, now: Instant) {
        self.settle();
        let is_returning = std::mem::take(&mut self.is_returning);
        match self.stage {
            Stage::Down => self.primary.abandon(now),
            Stage::Connecting(_) => self.give_up(now, DisconnectReason::ClosedByUs),
            Stage::OnPrimary => self.primary.leave(now),
            Stage::OnFallback if is_returning => {
                self.retire_fallback(now);
                self.stage = Stage::Down;
                self.outcomes.push_back(Outcome::Disconnected(DisconnectReason::ClosedByUs));
            }
            Stage::OnFallback => {
                self.primary.abandon(now);
                self.fallback.iter_mut().for_each(|link| link.leave(now));
            }
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let own = match &self.stage {
            Stage::Connecting(attempts) => attempts.fallback_at,
            Stage::OnFallback => self.return_plan.next_at(),
            Stage::OnPrimary => self.silence.next_at(),
            Stage::Down => None,
        };
        let fallback = self.fallback.as_ref().and_then(|link| link.transport.wants_poll_at());
        let all = [own, self.primary.transport.wants_poll_at(), fallback, self.retiring.wants_poll_at()];
        all.into_iter().flatten().min()
    }

    fn set_waker(&mut self, waker: Waker) {
        self.primary.set_waker(&waker);
        self.fallback.iter_mut().for_each(|link| link.set_waker(&waker));
        self.waker = Some(waker);
    }

    /// The packet limits that every link supports.
    fn limits(&self) -> PacketLimits {
        self.primary.transport.limits()
    }

    fn statistics(&self) -> Statistics {
        let (mut all, on_fallback) = (self.primary.transport.statistics(), self.in_use().0);
        if on_fallback == LinkTransport::WebSocket {
            all.quality = None;
        }
        all.dropped.not_connected += self.not_connected;
        let fallback = self.fallback.iter().map(|link| link.transport.statistics());
        fallback.chain([self.retiring.statistics()]).fold(all, |all, more| all.with(&more))
    }

    fn direct_links(&mut self) -> Option<&mut dyn DirectLinks> {
        match self.stage {
            Stage::OnPrimary => self.primary.transport.direct_links(),
            Stage::Down | Stage::Connecting(_) | Stage::OnFallback => None,
        }
    }
}
