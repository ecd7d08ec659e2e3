//! A node's NATS counters, readable from other threads.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use consonance_cluster::NodeStatistics;

/// The counters of one node; a clone reads the same ones.
#[derive(Clone, Debug, Default)]
pub struct NatsCounters(Arc<Shared>);

/// The status of a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NatsStatus {
    /// Whether it has a connection to a server.
    pub is_connected: bool,
    /// Whether the store of sessions has answered just now; without it, no session begins.
    pub does_store_answer: bool,
    /// How often the connection was lost.
    pub disconnects: u64,
    /// Messages that were published.
    pub published: u64,
    /// And those that were not: there was no connection, or too many waited for it.
    pub dropped: u64,
    /// Messages that the client dropped because this node had not taken those before in time; in a flood, it does not
    /// report all of them.
    pub slow: u64,
    /// Messages that could not be read.
    pub malformed: u64,
    /// The node's own counters, up to 0.3 s old.
    pub node: NodeStatistics,
}

/// The counters that only grow.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Counter {
    Disconnects,
    Published,
    Dropped,
    Slow,
    Malformed,
}

#[derive(Debug, Default)]
struct Shared {
    is_connected: AtomicBool,
    does_store_answer: AtomicBool,
    /// By [`Counter`].
    counted: [AtomicU64; Counter::Malformed as usize + 1],
    node: Mutex<NodeStatistics>,
}

impl NatsCounters {
    /// The current values.
    pub fn read(&self) -> NatsStatus {
        let count = |counter: Counter| self.0.counted[counter as usize].load(Ordering::Relaxed);
        NatsStatus {
            is_connected: self.is_connected(),
            does_store_answer: self.0.does_store_answer.load(Ordering::Relaxed),
            disconnects: count(Counter::Disconnects),
            published: count(Counter::Published),
            dropped: count(Counter::Dropped),
            slow: count(Counter::Slow),
            malformed: count(Counter::Malformed),
            node: *self.0.node.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.0.is_connected.load(Ordering::Relaxed)
    }

    pub(crate) fn set_connected(&self, is_connected: bool) {
        self.0.is_connected.store(is_connected, Ordering::Relaxed);
    }

    pub(crate) fn set_store_answers(&self, does_store_answer: bool) {
        self.0.does_store_answer.store(does_store_answer, Ordering::Relaxed);
    }

    pub(crate) fn add(&self, counter: Counter) {
        self.0.counted[counter as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn set_node(&self, statistics: NodeStatistics) {
        *self.0.node.lock().unwrap_or_else(PoisonError::into_inner) = statistics;
    }
}
