//! The path to one server: a primary network, and a fallback if there is one.
//!
//! ```text
//! begin ──▶ Connecting ── primary first, the fallback after a head start; the first that connects is used
//!             │    │
//!             ▼    ▼
//!     OnPrimary    OnFallback ── the primary is tried again in the background; once it is up, the route may
//!             ▲    │             return: leave, and begin, after which that link is up at once
//!             └────┘
//! ```

mod attempts;
mod fallback;

use std::task::Waker;
use std::time::Instant;

use consonance_link::{
    ClientLinkEvent, ClientNetwork, DirectLinks, DisconnectReason, PacketLimits, Statistics,
};

use super::link::{Link, LinkState, is_silence};
use super::link_transport::LinkTransport;
use super::retiring::Retiring;
use super::settings::FallbackSettings;
use super::silence_watch::SilenceWatch;
use attempts::Attempts;
use fallback::{DialFallback, Fallback};

pub(crate) struct Path {
    primary: Link,
    fallback: Option<Fallback>,
    phase: Phase,
    silence: SilenceWatch,
    is_returning: bool,
    /// The reason for the transport of the link in use.
    why: String,
}

enum Phase {
    Idle,
    Connecting(Box<Attempts>),
    OnPrimary,
    OnFallback,
}

impl Path {
    /// Over one network.
    pub(crate) fn new(network: Box<dyn ClientNetwork>) -> Self {
        Self {
            primary: Link::new(network),
            fallback: None,
            phase: Phase::Idle,
            silence: SilenceWatch::new(FallbackSettings::default().idle_timeout),
            is_returning: false,
            why: String::new(),
        }
    }

    /// Over a primary network and a fallback.
    pub(crate) fn with_fallback(
        primary: Box<dyn ClientNetwork>,
        dial: DialFallback,
        settings: FallbackSettings,
    ) -> Self {
        Self {
            fallback: Some(Fallback::new(dial, settings)),
            silence: SilenceWatch::new(settings.idle_timeout),
            ..Self::new(primary)
        }
    }

    pub(super) fn has_fallback(&self) -> bool {
        self.fallback.is_some()
    }

    pub(super) fn in_use(&self) -> (LinkTransport, &str) {
        let transport = match self.phase {
            Phase::OnFallback => LinkTransport::WebSocket,
            Phase::Idle | Phase::Connecting(_) | Phase::OnPrimary => LinkTransport::Primary,
        };
        (transport, &self.why)
    }

    pub(super) fn is_connecting(&self) -> bool {
        matches!(self.phase, Phase::Connecting(_))
    }

    pub(super) fn can_return(&self) -> bool {
        matches!(self.phase, Phase::OnFallback)
            && self.primary.is(LinkState::Up)
            && self.fallback.as_ref().is_some_and(Fallback::is_up)
    }

    pub(super) fn begin_return(&mut self) {
        self.is_returning = self.can_return();
    }

    pub(super) fn set_waker(&mut self, waker: &Waker) {
        self.primary.set_waker(waker);
        self.fallback.iter_mut().for_each(|fallback| fallback.set_waker(waker));
    }

    /// Starts to connect, if nothing is going on.
    pub(super) fn begin(&mut self, now: Instant) {
        if matches!(self.phase, Phase::Idle) {
            let head_start = self.fallback.as_ref().map(Fallback::head_start);
            self.phase = Phase::Connecting(Box::new(Attempts::new(now, head_start)));
            self.primary.begin(now);
        }
    }

    /// Does what is due, and returns the next event: of direct links at any time, and of the link to the server as a
    /// network reports them.
    pub(super) fn poll_event(
        &mut self,
        now: Instant,
        bytes: &mut Vec<u8>,
        retiring: &mut Retiring,
    ) -> Option<ClientLinkEvent> {
        match self.phase {
            Phase::Idle => self.drain(now, bytes),
            Phase::Connecting(_) => self.advance_attempts(now, bytes, retiring),
            Phase::OnPrimary => {
                let event = self.primary.poll_event(now, bytes)?;
                if let ClientLinkEvent::Disconnected { reason } = &event {
                    self.phase = Phase::Idle;
                    self.fallback.iter_mut().for_each(|fallback| fallback.note_primary_ended(reason));
                }
                Some(event)
            }
            Phase::OnFallback => {
                self.probe_primary(now, bytes);
                let fallback = self.fallback.as_mut()?;
                let event = fallback.poll_event(now, bytes, retiring)?;
                if matches!(event, ClientLinkEvent::Disconnected { .. }) {
                    fallback.note_ended();
                    self.phase = Phase::Idle;
                }
                Some(event)
            }
        }
    }

    /// Whether the started link is up now, or the error. Any other event is dropped.
    pub(super) fn poll_outcome(
        &mut self,
        now: Instant,
        retiring: &mut Retiring,
    ) -> Option<Result<(), DisconnectReason>> {
        let mut dropped = Vec::new();
        loop {
            match self.poll_event(now, &mut dropped, retiring)? {
                ClientLinkEvent::Connected => return Some(Ok(())),
                ClientLinkEvent::Disconnected { reason } => return Some(Err(reason)),
                ClientLinkEvent::Packet { .. } | ClientLinkEvent::Direct { .. } => {}
            }
        }
    }

    /// Takes the ends of abandoned links. A link that waits for the return stays as it is.
    fn drain(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        while self.primary.is(LinkState::Down) {
            let event = self.primary.poll_event(now, bytes)?;
            if matches!(event, ClientLinkEvent::Direct { .. }) {
                return Some(event);
            }
        }
        None
    }

    fn advance_attempts(
        &mut self,
        now: Instant,
        bytes: &mut Vec<u8>,
        retiring: &mut Retiring,
    ) -> Option<ClientLinkEvent> {
        if self.primary.is(LinkState::Up) {
            return Some(self.use_primary(now, retiring));
        }
        while let Some(event) = self.primary.poll_event(now, bytes) {
            match event {
                ClientLinkEvent::Connected => return Some(self.use_primary(now, retiring)),
                ClientLinkEvent::Disconnected { reason }
                    if self.fallback.is_none() || !is_silence(&reason) =>
                {
                    return Some(self.fail(now, reason, retiring));
                }
                ClientLinkEvent::Disconnected { reason } => {
                    if let Phase::Connecting(attempts) = &mut self.phase {
                        attempts.note_primary_failed(now, reason);
                    }
                }
                ClientLinkEvent::Direct { .. } => return Some(event),
                ClientLinkEvent::Packet { .. } => {}
            }
        }
        self.advance_fallback(now, bytes, retiring)
    }

    fn advance_fallback(
        &mut self,
        now: Instant,
        bytes: &mut Vec<u8>,
        retiring: &mut Retiring,
    ) -> Option<ClientLinkEvent> {
        let (Phase::Connecting(attempts), Some(fallback)) = (&mut self.phase, &mut self.fallback) else {
            return None;
        };
        if attempts.take_fallback_due(now) {
            fallback.begin(now);
        }
        while let Some(event) = fallback.poll_event(now, bytes, retiring) {
            match event {
                ClientLinkEvent::Connected => {
                    self.why = attempts.why_fallback();
                    fallback.return_plan().begin(now);
                    self.phase = Phase::OnFallback;
                    return Some(event);
                }
                ClientLinkEvent::Disconnected { reason } => attempts.note_fallback_failed(reason),
                ClientLinkEvent::Packet { .. } | ClientLinkEvent::Direct { .. } => {}
            }
        }
        let failure = if fallback.link().is_none() { attempts.failure() } else { None };
        failure.map(|reason| self.fail(now, reason, retiring))
    }

    fn use_primary(&mut self, now: Instant, retiring: &mut Retiring) -> ClientLinkEvent {
        if let Some(fallback) = &mut self.fallback {
            fallback.retire(now, retiring);
            fallback.return_plan().end(now);
            "UDP gets through".clone_into(&mut self.why);
        }
        self.phase = Phase::OnPrimary;
        ClientLinkEvent::Connected
    }

    fn fail(&mut self, now: Instant, reason: DisconnectReason, retiring: &mut Retiring) -> ClientLinkEvent {
        self.abandon(now, retiring);
        ClientLinkEvent::Disconnected { reason }
    }

    /// Checks in the background whether the primary network works again.
    fn probe_primary(&mut self, now: Instant, bytes: &mut Vec<u8>) {
        let Some(fallback) = &mut self.fallback else { return };
        while let Some(event) = self.primary.poll_event(now, bytes) {
            if matches!(event, ClientLinkEvent::Disconnected { .. }) {
                fallback.return_plan().note_failed(now);
            }
        }
        if self.primary.is(LinkState::Down) && fallback.return_plan().take_due(now) {
            self.primary.begin(now);
        }
    }

    /// The primary network's link is in use, and counts as heard now.
    pub(super) fn watch_silence(&mut self, now: Instant) {
        self.silence.begin(now);
    }

    /// Whether nothing has arrived for too long over the primary network's link in use.
    pub(super) fn is_silent(&mut self, now: Instant) -> bool {
        matches!(self.phase, Phase::OnPrimary) && self.silence.is_silent(now, &self.primary)
    }

    /// Prepares for the fallback after a silence; false if there is none.
    pub(super) fn expects_fallback(&mut self) -> bool {
        if let Some(fallback) = &mut self.fallback
            && fallback.is_known()
        {
            fallback.note_primary_ended(&DisconnectReason::TimedOut);
            return true;
        }
        false
    }

    /// The link in use, or the one that is about to end.
    pub(super) fn link_in_use(&mut self) -> Option<&mut Link> {
        match self.phase {
            Phase::OnPrimary => Some(&mut self.primary),
            Phase::OnFallback => self.fallback.as_mut()?.link_mut(),
            Phase::Idle | Phase::Connecting(_) => None,
        }
    }

    pub(super) fn is_leaving(&self) -> bool {
        let link = match self.phase {
            Phase::Idle | Phase::Connecting(_) | Phase::OnPrimary => Some(&self.primary),
            Phase::OnFallback => self.fallback.as_ref().and_then(Fallback::link),
        };
        link.is_some_and(|link| link.is(LinkState::Leaving))
    }

    /// Ends the link in order; its end is still to be reported, unless it is ended for the return: then it is true.
    pub(super) fn leave(&mut self, now: Instant, retiring: &mut Retiring) -> bool {
        let is_returning = std::mem::take(&mut self.is_returning);
        if !matches!(self.phase, Phase::OnFallback) {
            self.primary.leave(now);
            return false;
        }
        let Some(fallback) = &mut self.fallback else { return false };
        if is_returning {
            fallback.retire(now, retiring);
            self.phase = Phase::Idle;
        } else {
            self.primary.abandon(now);
            fallback.link_mut().into_iter().for_each(|link| link.leave(now));
        }
        is_returning
    }

    /// Ends all links; their ends are not reported.
    pub(super) fn abandon(&mut self, now: Instant, retiring: &mut Retiring) {
        self.primary.abandon(now);
        self.fallback.iter_mut().for_each(|fallback| fallback.retire(now, retiring));
        self.phase = Phase::Idle;
        self.is_returning = false;
    }

    /// Ends all links for good.
    pub(super) fn retire(mut self, now: Instant, retiring: &mut Retiring) {
        self.fallback.iter_mut().for_each(|fallback| fallback.retire(now, retiring));
        retiring.add(now, self.primary);
    }

    pub(super) fn wants_poll_at(&self) -> Option<Instant> {
        let fallback = self.fallback.as_ref();
        let own = match &self.phase {
            Phase::Idle => None,
            Phase::Connecting(attempts) => attempts.fallback_at(),
            Phase::OnPrimary => self.silence.next_at().filter(|_| self.primary.is(LinkState::Up)),
            Phase::OnFallback => fallback.and_then(Fallback::returns_at),
        };
        let link = fallback.and_then(Fallback::link).and_then(|link| link.transport().wants_poll_at());
        [own, self.primary.transport().wants_poll_at(), link].into_iter().flatten().min()
    }

    /// The packet limits that every link supports.
    pub(super) fn limits(&self) -> PacketLimits {
        self.primary.transport().limits()
    }

    pub(super) fn statistics(&self) -> Statistics {
        let mut all = self.primary.transport().statistics();
        if matches!(self.phase, Phase::OnFallback) {
            all.quality = None;
        }
        let fallback = self.fallback.as_ref().and_then(Fallback::link);
        fallback.map_or(all, |link| all.with(&link.transport().statistics()))
    }

    /// The direct links of the primary network: no fallback has any.
    pub(super) fn direct_links(&mut self) -> Option<&mut dyn DirectLinks> {
        self.primary.transport_mut().direct_links()
    }
}
