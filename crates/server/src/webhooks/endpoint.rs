//! One webhook: its outbox, and the thread that empties it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tracing::{info, warn};

use super::outbox::{Next, Outbox, OutboxCounters, OutboxLimits};
use super::settings::{Webhook, WebhookSettings};
use crate::operator_service::{ServiceClient, ServiceFailure};
use crate::random::random_u64;
use crate::spans::{OpenSpan, SpanKind, Tracer};
use crate::threads::{self, ThreadSpawnError};

/// The counters of one webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookStatistics {
    /// Its host; see [`Webhook::host`].
    pub host: String,
    /// Events that it took.
    pub delivered: u64,
    /// Attempts that failed.
    pub failed_attempts: u64,
    /// Events that were dropped because too many waited.
    pub overflowed: u64,
    /// Events that were dropped because their time was over, or the server was about to end.
    pub given_up: u64,
    /// Events that wait, with the one that is being sent.
    pub waiting: usize,
}

/// Shared by its thread and those that tell.
#[derive(Debug)]
pub(super) struct Endpoint {
    host: String,
    state: Mutex<State>,
    /// There is something new to do, or the thread has ended.
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    outbox: Outbox,
    settings: WebhookSettings,
    service: Arc<ServiceClient>,
    has_ended: bool,
}

/// Why one attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum DeliveryFailure {
    #[error(transparent)]
    Service(#[from] ServiceFailure),
    #[error("it answered with the status {0}")]
    Status(u16),
}

impl DeliveryFailure {
    /// A word for what failed, for spans.
    fn code(self) -> &'static str {
        match self {
            Self::Service(failure) => failure.code(),
            Self::Status(_) => "status",
        }
    }
}

impl Endpoint {
    /// Starts the thread, which ends after [`close`](Self::close).
    pub(super) fn start(webhook: Webhook, tracer: Tracer) -> Result<Arc<Self>, ThreadSpawnError> {
        let host = webhook.host().to_owned();
        let Webhook { settings, service } = webhook;
        let outbox = Outbox::new(limits(&settings), random_u64());
        let state = State { outbox, settings, service: Arc::new(service), has_ended: false };
        let endpoint = Arc::new(Self { host, state: Mutex::new(state), changed: Condvar::new() });
        let own = Arc::clone(&endpoint);
        threads::start("webhook", move || own.run(&tracer))?;
        Ok(endpoint)
    }

    /// Whether this is the same webhook, perhaps with other settings.
    pub(super) fn is_at(&self, webhook: &Webhook) -> bool {
        self.lock().settings.service.url == webhook.settings.service.url
    }

    /// Applies these settings from now on, also to pending events.
    pub(super) fn follow(&self, webhook: Webhook) {
        let mut state = self.lock();
        state.outbox.set_limits(limits(&webhook.settings));
        (state.settings, state.service) = (webhook.settings, Arc::new(webhook.service));
    }

    /// A bit for each event that it wants.
    pub(super) fn wanted(&self) -> u8 {
        self.lock().settings.events.iter().fold(0, |wanted, event| wanted | event.bit())
    }

    pub(super) fn push(&self, now: Instant, body: &Arc<[u8]>) {
        let has_dropped = self.lock().outbox.push(now, body);
        self.changed.notify_all();
        if has_dropped {
            warn!(webhook = self.host, "webhook queue full: dropping the oldest events");
        }
    }

    /// Takes no more events; the thread ends when those that wait are delivered, or one of them is not.
    pub(super) fn close(&self) {
        self.lock().outbox.close();
        self.changed.notify_all();
    }

    /// Waits for the end of a closed one, but no longer than this.
    pub(super) fn wait_for_end(&self, deadline: Instant) {
        let mut state = self.lock();
        while !state.has_ended {
            let patience = deadline.saturating_duration_since(Instant::now());
            if patience.is_zero() {
                break;
            }
            state = self.changed.wait_timeout(state, patience).unwrap_or_else(PoisonError::into_inner).0;
        }
        let lost = state.outbox.len();
        drop(state);
        if lost > 0 {
            warn!(webhook = self.host, lost, "webhook events not delivered before shutdown");
        }
    }

    pub(super) fn statistics(&self) -> WebhookStatistics {
        let state = self.lock();
        let OutboxCounters { delivered, failed_attempts, overflowed, given_up } = state.outbox.counters();
        let (host, waiting) = (self.host.clone(), state.outbox.len());
        WebhookStatistics { host, delivered, failed_attempts, overflowed, given_up, waiting }
    }

    fn run(&self, tracer: &Tracer) {
        while let Some((body, service)) = self.next() {
            let mut span = tracer.trace("webhook", SpanKind::Client);
            let result = deliver(&service, &body, &mut span);
            self.finish(span, result);
            let mut state = self.lock();
            match result {
                Ok(()) => {
                    let failed = state.outbox.handle_delivered();
                    drop(state);
                    if let Some(failed) = failed {
                        info!(webhook = self.host, failed, "webhook recovered");
                    }
                }
                Err(failure) => {
                    let begins = state.outbox.handle_failed(Instant::now());
                    drop(state);
                    if begins {
                        warn!(webhook = self.host, %failure, "webhook failing, retrying");
                    }
                }
            }
        }
        self.lock().has_ended = true;
        self.changed.notify_all();
    }

    fn finish(&self, mut span: OpenSpan, result: Result<(), DeliveryFailure>) {
        if span.is_recorded() {
            span.set("server.address", self.host.clone());
        }
        if let Err(failure) = result {
            span.fail(failure.code());
        }
    }

    /// Waits for the next event to send; `None` after the end.
    fn next(&self) -> Option<(Arc<[u8]>, Arc<ServiceClient>)> {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            match state.outbox.next(now) {
                Next::Send(body) => return Some((body, Arc::clone(&state.service))),
                Next::End => return None,
                Next::Wait(None) => {
                    state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                Next::Wait(Some(at)) => {
                    let waited = self.changed.wait_timeout(state, at.saturating_duration_since(now));
                    state = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
    }

    /// The outbox is whole whenever something can panic, so poison means nothing.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn limits(settings: &WebhookSettings) -> OutboxLimits {
    OutboxLimits { queue: settings.delivery.queue.max(1), retry_for: settings.delivery.retry_for }
}

/// Any status of 200 to 299 means that it was taken. The rest of such an answer means nothing; it is read, as far as it
/// is short, so that the connection can be used again.
fn deliver(service: &ServiceClient, body: &[u8], span: &mut OpenSpan) -> Result<(), DeliveryFailure> {
    let mut answer = service.post_within(span, body)?;
    match answer.status() {
        200..=299 => {
            let _ = answer.read();
            Ok(())
        }
        status => Err(DeliveryFailure::Status(status)),
    }
}
