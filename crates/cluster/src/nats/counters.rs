//! A node's NATS counters, readable from other threads.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::{ClusterStatus, NodeStatistics};

/// The counters of one node; a clone reads the same ones.
#[derive(Clone, Debug, Default)]
pub struct NatsCounters(Arc<Shared>);

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
    pub fn read(&self) -> ClusterStatus {
        let count = |counter: Counter| self.0.counted[counter as usize].load(Ordering::Relaxed);
        ClusterStatus {
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
