//! The gauges of a worker: written by its thread, and read by any other without waiting for it.

use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

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

/// Each number is right by itself; two of them may be of different moments.
#[derive(Debug, Default)]
pub(crate) struct Gauges {
    busy_permille: AtomicU32,
    iterations: AtomicU64,
    sessions: AtomicU64,
    clients: AtomicU64,
    links: AtomicU64,
    packets_in: AtomicU64,
    packets_out: AtomicU64,
    relay_delay: [AtomicU64; RelayDelay::bounds().len() + 1],
    relay_delay_sum_ns: AtomicU64,
    shedding: AtomicU64,
    pub(crate) jobs_waiting: AtomicUsize,
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
    pub(crate) fn publish(&self, counted: &WorkerStatistics) {
        let numbers = [
            (&self.sessions, counted.sessions),
            (&self.clients, counted.clients),
            (&self.links, counted.links),
            (&self.packets_in, counted.packets_in),
            (&self.packets_out, counted.packets_out),
            (&self.relay_delay_sum_ns, counted.relay_delay.sum.as_nanos() as u64),
            (&self.shedding, counted.shedding.into()),
        ];
        for (gauge, number) in
            numbers.into_iter().chain(self.relay_delay.iter().zip(counted.relay_delay.packets))
        {
            gauge.store(number, Ordering::Relaxed);
        }
    }

    pub(crate) fn read(&self, worker: usize) -> WorkerStatistics {
        let number = |gauge: &AtomicU64| gauge.load(Ordering::Relaxed);
        WorkerStatistics {
            worker,
            busy_share: f64::from(self.busy_permille()) / 1000.0,
            iterations: self.iterations(),
            sessions: number(&self.sessions),
            clients: number(&self.clients),
            links: number(&self.links),
            packets_in: number(&self.packets_in),
            packets_out: number(&self.packets_out),
            shedding: number(&self.shedding) as u8,
            jobs_waiting: self.jobs_waiting.load(Ordering::Relaxed) as u64,
            relay_delay: RelayDelay {
                packets: std::array::from_fn(|bucket| number(&self.relay_delay[bucket])),
                sum: Duration::from_nanos(number(&self.relay_delay_sum_ns)),
            },
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
