//! How a worker is doing: written by its thread, read by all without waiting for it.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Each number is right by itself; two of them may be of different moments.
#[derive(Debug, Default)]
pub(crate) struct Gauges {
    busy_permille: AtomicU32,
    turns: AtomicU64,
}

impl Gauges {
    pub(crate) fn busy_permille(&self) -> u32 {
        self.busy_permille.load(Ordering::Relaxed)
    }

    /// The share of its time that the worker does something, from 0 to 1.
    pub(crate) fn set_busy(&self, share: f64) {
        self.busy_permille.store((share.clamp(0.0, 1.0) * 1000.0).round() as u32, Ordering::Relaxed);
    }

    pub(crate) fn turns(&self) -> u64 {
        self.turns.load(Ordering::Relaxed)
    }

    pub(crate) fn count_turn(&self) {
        self.turns.fetch_add(1, Ordering::Relaxed);
    }
}
