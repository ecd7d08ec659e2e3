//! The gauges of a worker: written by its thread, and read by any other without waiting for it.

use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::relay_delay::RelayDelay;
use crate::shedding::Shedding;

/// How a worker is doing, as plain data.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct WorkerStatistics {
    /// The number of the worker, from 0.
    pub worker: usize,
    /// The share of its time that it does something, from 0 to 1, smoothed over about a second.
    pub busy_share: f64,
    /// Iterations of its loop.
    pub iterations: u64,
    /// Sessions that it serves now.
    pub sessions: u64,
    /// Players in them.
    pub clients: u64,
    /// Links that are up, those that have not joined included.
    pub links: u64,
    /// Packets that came in for its sessions.
    pub packets_in: u64,
    /// Packets that it gave to the networks; one for ten listeners counts ten times.
    pub packets_out: u64,
    /// Jobs that wait for it; see [`ServerHandle::ask`](crate::ServerHandle::ask).
    pub jobs_waiting: u64,
    /// How long relayed packets stayed in it.
    pub relay_delay: RelayDelay,
    /// The current step of load shedding: 0 for nothing, up to 4; see [`Shedding`](crate::Shedding).
    pub shedding: u8,
}

/// What changes with every iteration or job, or is read by workers, has an atomic of its own, and may be of another
/// moment than what was published.
#[derive(Debug, Default)]
pub(crate) struct Gauges {
    busy_permille: AtomicU32,
    iterations: AtomicU64,
    shedding: AtomicU64,
    pub(crate) jobs_waiting: AtomicUsize,
    /// Locked for a copy only: by the worker a few times a second, and whenever all numbers are read.
    published: Mutex<WorkerStatistics>,
}

impl Gauges {
    pub(crate) fn busy_permille(&self) -> u32 {
        self.busy_permille.load(Ordering::Relaxed)
    }

    /// The share of its time that the worker does something, from 0 to 1.
    pub(crate) fn set_busy(&self, share: f64) {
        self.busy_permille.store((share.clamp(0.0, 1.0) * 1000.0).round() as u32, Ordering::Relaxed);
    }

    /// The current step of load shedding.
    pub(crate) fn shedding(&self) -> Shedding {
        Shedding::from_number(self.shedding.load(Ordering::Relaxed))
    }

    pub(crate) fn iterations(&self) -> u64 {
        self.iterations.load(Ordering::Relaxed)
    }

    pub(crate) fn count_iteration(&self) {
        self.iterations.fetch_add(1, Ordering::Relaxed);
    }

    /// Publishes a loop's own counters.
    pub(crate) fn publish(&self, counted: WorkerStatistics) {
        self.shedding.store(counted.shedding.into(), Ordering::Relaxed);
        *self.published.lock().unwrap_or_else(PoisonError::into_inner) = counted;
    }

    pub(crate) fn read(&self, worker: usize) -> WorkerStatistics {
        WorkerStatistics {
            worker,
            busy_share: f64::from(self.busy_permille()) / 1000.0,
            iterations: self.iterations(),
            jobs_waiting: self.jobs_waiting.load(Ordering::Relaxed) as u64,
            ..*self.published.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busy_share_is_told_as_it_was_set_between_none_and_all() {
        let gauges = Gauges::default();
        for (set, told) in [(0.25, 0.25), (-1.0, 0.0), (7.0, 1.0), (0.0004, 0.0)] {
            gauges.set_busy(set);
            assert_eq!(gauges.read(0).busy_share.to_bits(), f64::to_bits(told), "{set}");
        }
    }
}
