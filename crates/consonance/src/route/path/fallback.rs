//! The second network to a server, for when the primary one does not get through.

use std::task::Waker;
use std::time::{Duration, Instant};

use consonance_link::{ClientLinkEvent, ClientNetwork, DisconnectReason};

use crate::route::link::{Link, LinkState};
use crate::route::retiring::Retiring;
use crate::route::return_plan::ReturnPlan;
use crate::route::settings::FallbackSettings;

/// Makes a link over the fallback; `None` if the server's address for it is unknown.
pub(crate) type DialFallback = Box<dyn FnMut() -> Option<Box<dyn ClientNetwork>> + Send>;

pub(super) struct Fallback {
    dial: DialFallback,
    settings: FallbackSettings,
    /// Created again for each attempt.
    link: Option<Link>,
    /// How long the primary network is tried alone next time.
    head_start: Duration,
    return_plan: ReturnPlan,
    waker: Option<Waker>,
}

impl Fallback {
    pub(super) fn new(dial: DialFallback, settings: FallbackSettings) -> Self {
        Self {
            dial,
            settings,
            link: None,
            head_start: settings.head_start,
            return_plan: ReturnPlan::new(&settings),
            waker: None,
        }
    }

    pub(super) fn set_waker(&mut self, waker: &Waker) {
        self.link.iter_mut().for_each(|link| link.set_waker(waker));
        self.waker = Some(waker.clone());
    }

    pub(super) fn link(&self) -> Option<&Link> {
        self.link.as_ref()
    }

    pub(super) fn link_mut(&mut self) -> Option<&mut Link> {
        self.link.as_mut()
    }

    pub(super) fn is_up(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.is(LinkState::Up))
    }

    pub(super) fn return_plan(&mut self) -> &mut ReturnPlan {
        &mut self.return_plan
    }

    pub(super) fn returns_at(&self) -> Option<Instant> {
        self.return_plan.next_at()
    }

    pub(super) fn head_start(&self) -> Duration {
        self.head_start
    }

    /// The primary network's link is over, so that this one may be needed soon.
    pub(super) fn note_primary_ended(&mut self, reason: &DisconnectReason) {
        let is_silence = *reason == DisconnectReason::TimedOut;
        self.head_start =
            if is_silence { self.settings.head_start_after_loss } else { self.settings.head_start };
    }

    /// Whether the server's address for it is known.
    pub(super) fn is_known(&mut self) -> bool {
        (self.dial)().is_some()
    }

    /// Starts a link, if the server's address for it is known.
    pub(super) fn begin(&mut self, now: Instant) {
        let Some(transport) = (self.dial)() else { return };
        let mut link = Link::new(transport);
        self.waker.iter().for_each(|waker| link.set_waker(waker));
        link.begin(now);
        self.link = Some(link);
    }

    /// The next event of its link, which is gone after its end.
    pub(super) fn poll_event(
        &mut self,
        now: Instant,
        bytes: &mut Vec<u8>,
        retiring: &mut Retiring,
    ) -> Option<ClientLinkEvent> {
        let event = self.link.as_mut()?.poll_event(now, bytes)?;
        if matches!(event, ClientLinkEvent::Disconnected { .. }) {
            self.retire(now, retiring);
        }
        Some(event)
    }

    /// Its link is lost: the next one is made at once, beside the primary network's.
    pub(super) fn note_ended(&mut self) {
        self.head_start = Duration::ZERO;
    }

    pub(super) fn retire(&mut self, now: Instant, retiring: &mut Retiring) {
        if let Some(link) = self.link.take() {
            retiring.add(now, link);
        }
    }
}
