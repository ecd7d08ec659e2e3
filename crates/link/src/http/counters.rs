//! Counters of a listener.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;

/// Counters of a listener since its start; clones share the same counters.
#[derive(Clone, Debug, Default)]
pub struct HttpCounters(Arc<Mutex<HttpStatistics>>);

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
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a `WebSocket` that ends because of its messages, or because none came.
    pub fn count_broken_off(&self) {
        self.count(|counts| counts.broken_off += 1);
    }

    pub(crate) fn count_accepted(&self) {
        self.count(|counts| {
            counts.accepted += 1;
            counts.connections += 1;
        });
    }

    pub(crate) fn count_ended(&self) {
        self.count(|counts| counts.connections = counts.connections.saturating_sub(1));
    }

    pub(crate) fn count_rejected(&self) {
        self.count(|counts| counts.rejected += 1);
    }

    pub(crate) fn count_failed_tls(&self) {
        self.count(|counts| counts.tls_failed += 1);
    }

    pub(crate) fn count_unreadable(&self) {
        self.count(|counts| counts.unreadable += 1);
    }

    pub(crate) fn count_timed_out(&self) {
        self.count(|counts| counts.timed_out += 1);
    }

    pub(crate) fn count_answer(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).wrapping_sub(1);
        self.count(|counts| counts.answers.get_mut(class).into_iter().for_each(|answers| *answers += 1));
    }

    fn count(&self, count: impl FnOnce(&mut HttpStatistics)) {
        count(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
