//! Webhooks: an operator's services are told over HTTP of sessions, players, bans and recordings.
//!
//! ```text
//!   session loops, bans, recorder ── tell ──▶ outbox of each webhook ──▶ its thread ──▶ POST
//!                                             bounded, oldest dropped     one at a time, tried again
//! ```
//!
//! To tell is to put a finished body into each queue, behind a lock that is never held while a service is asked. What
//! waits is in memory only. The order of a webhook is that of the events; one that fails holds up those behind it.

mod endpoint;
mod event;
mod message;
mod outbox;
mod settings;

use std::fmt;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};

use endpoint::Endpoint;
pub use endpoint::WebhookStatistics;
pub use event::WebhookEvent;
pub(crate) use message::Occurrence;
use message::body;
pub use message::{WebhookMessage, WebhookPlayer};
pub use settings::{Webhook, WebhookDelivery, WebhookError, WebhookSettings};

use crate::random::random_u64;
use crate::spans::Tracer;
use crate::threads::ThreadSpawnError;
use crate::utc::seconds_since_1970;

/// The webhooks of a server; a clone is the same ones, and the default is none.
#[derive(Clone, Default)]
pub struct Webhooks(Arc<Shared>);

struct Shared {
    endpoints: RwLock<Vec<Arc<Endpoint>>>,
    /// A bit for each event that any of them wants: what no webhook wants costs nothing.
    wanted: AtomicU8,
    /// The first half of all ids, so that those of two processes differ.
    process: u64,
    told: AtomicU64,
    tracer: Tracer,
}

impl Webhooks {
    /// None yet; requests to them are recorded as spans.
    pub fn traced(tracer: Tracer) -> Self {
        Self(Arc::new(Shared::traced(tracer)))
    }

    /// Replaces the webhooks. One with the URL of a present one takes over its queue; one that is no longer listed
    /// tries once to deliver its pending events, and ends.
    ///
    /// # Errors
    /// If the operating system gives no thread; those before it in the list are followed.
    pub fn follow(&self, webhooks: Vec<Webhook>) -> Result<(), ThreadSpawnError> {
        // Start threads without the lock, which the senders of events need.
        let mut former = self.endpoints().clone();
        let (mut endpoints, mut result) = (Vec::new(), Ok(()));
        for webhook in webhooks {
            let place = former.iter().position(|endpoint| endpoint.is_at(&webhook));
            match place.map(|place| former.swap_remove(place)) {
                Some(endpoint) => {
                    endpoint.follow(webhook);
                    endpoints.push(endpoint);
                }
                None => match Endpoint::start(webhook, self.0.tracer.clone()) {
                    Ok(endpoint) => endpoints.push(endpoint),
                    Err(error) => result = Err(error),
                },
            }
        }
        let wanted = endpoints.iter().fold(0, |wanted, endpoint| wanted | endpoint.wanted());
        *self.0.endpoints.write().unwrap_or_else(PoisonError::into_inner) = endpoints;
        self.0.wanted.store(wanted, Ordering::Relaxed);
        for endpoint in &former {
            endpoint.close();
        }
        result
    }

    /// How each of them is doing, in the order of the settings.
    pub fn statistics(&self) -> Vec<WebhookStatistics> {
        self.endpoints().iter().map(|endpoint| endpoint.statistics()).collect()
    }

    /// Accepts no more events, and gives each webhook at most this long in total to deliver the pending ones. The rest
    /// is dropped, and a warning states how much.
    pub fn stop(&self, patience: Duration) {
        let endpoints = self.endpoints().clone();
        self.0.wanted.store(0, Ordering::Relaxed);
        let deadline = Instant::now() + patience;
        for endpoint in &endpoints {
            endpoint.close();
        }
        for endpoint in &endpoints {
            endpoint.wait_for_end(deadline);
        }
    }

    /// Puts this into the queues of the webhooks that want it. Never waits for a service.
    pub(crate) fn tell(&self, occurrence: &Occurrence<'_>) {
        let event = occurrence.event();
        if self.0.wanted.load(Ordering::Relaxed) & event.bit() == 0 {
            return;
        }
        let id = format!("{:016x}-{}", self.0.process, self.0.told.fetch_add(1, Ordering::Relaxed) + 1);
        let body = body(&id, seconds_since_1970(), occurrence);
        let now = Instant::now();
        for endpoint in self.endpoints().iter().filter(|endpoint| endpoint.wanted() & event.bit() != 0) {
            endpoint.push(now, &body);
        }
    }

    /// A list that a panic left is whole, so poison means nothing.
    fn endpoints(&self) -> RwLockReadGuard<'_, Vec<Arc<Endpoint>>> {
        self.0.endpoints.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Shared {
    fn default() -> Self {
        Self::traced(Tracer::default())
    }
}

impl Shared {
    fn traced(tracer: Tracer) -> Self {
        Self {
            endpoints: RwLock::default(),
            wanted: AtomicU8::new(0),
            process: random_u64(),
            told: AtomicU64::new(0),
            tracer,
        }
    }
}

/// The threads do not hold it, so the last one that can tell ends them.
impl Drop for Shared {
    fn drop(&mut self) {
        let endpoints = self.endpoints.get_mut().unwrap_or_else(PoisonError::into_inner);
        for endpoint in endpoints {
            endpoint.close();
        }
    }
}

impl fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhooks").field("statistics", &self.statistics()).finish_non_exhaustive()
    }
}
