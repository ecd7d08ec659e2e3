//! Counters of a listener.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;

/// Counters of a listener since its start; clones share the same counters.
#[derive(Clone, Debug, Default)]
pub struct HttpCounters(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// Connections that were accepted, and those of them that have ended.
    accepted: AtomicU64,
    ended: AtomicU64,
    rejected: AtomicU64,
    tls_failed: AtomicU64,
    unreadable: AtomicU64,
    timed_out: AtomicU64,
    broken_off: AtomicU64,
    /// Answers by the first digit of their status, from 1 to 5.
    answers: [AtomicU64; 5],
}

/// The counters of one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpStatistics {
    /// Open connections, including `WebSocket`s.
    pub connections: u64,
    /// Connections that were accepted.
    pub accepted: u64,
    /// Connections that were closed at once, because there were too many from their address.
    pub rejected: u64,
    /// Connections whose TLS handshake failed.
    pub tls_failed: u64,
    /// Connections that ended because the head of a request was too long or malformed.
    pub unreadable: u64,
    /// Connections that ended because no request came in time, including those of browsers that have no further
    /// requests, or because they reached their maximum lifetime.
    pub timed_out: u64,
    /// `WebSocket`s that ended because their page broke the protocol, was silent for too long, or broke off.
    pub broken_off: u64,
    /// Answers with statuses from 100 to 199 (mostly `WebSocket`s), from 200 to 299, and so on up to 599.
    pub answers: [u64; 5],
}

impl HttpCounters {
    /// Reads all counters.
    pub fn read(&self) -> HttpStatistics {
        let Counts { accepted, ended, rejected, tls_failed, unreadable, timed_out, broken_off, answers } =
            &*self.0;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        // Order matters: `ended` is read first, so that it cannot exceed `accepted`.
        let (ended, accepted) = (read(ended), read(accepted));
        HttpStatistics {
            connections: accepted.saturating_sub(ended),
            accepted,
            rejected: read(rejected),
            tls_failed: read(tls_failed),
            unreadable: read(unreadable),
            timed_out: read(timed_out),
            broken_off: read(broken_off),
            answers: std::array::from_fn(|index| read(&answers[index])),
        }
    }

    /// Counts a `WebSocket` that ends because of its messages, or because none came.
    pub fn count_broken_off(&self) {
        count(&self.0.broken_off);
    }

    pub(crate) fn count_accepted(&self) {
        count(&self.0.accepted);
    }

    pub(crate) fn count_ended(&self) {
        count(&self.0.ended);
    }

    pub(crate) fn count_rejected(&self) {
        count(&self.0.rejected);
    }

    pub(crate) fn count_failed_tls(&self) {
        count(&self.0.tls_failed);
    }

    pub(crate) fn count_unreadable(&self) {
        count(&self.0.unreadable);
    }

    pub(crate) fn count_timed_out(&self) {
        count(&self.0.timed_out);
    }

    pub(crate) fn count_answer(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).wrapping_sub(1);
        if let Some(counter) = self.0.answers.get(class) {
            count(counter);
        }
    }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
