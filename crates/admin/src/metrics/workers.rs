//! The workers one by one, and how long voice stays in all of them.

use std::time::Duration;

use consonance_link::MetricFamily;
use consonance_server::{RelayDelay, WorkerStatistics};

use super::families::{
    RELAY_DELAY, WORKER_BUSY, WORKER_CLIENTS, WORKER_ITERATIONS, WORKER_JOBS, WORKER_PACKETS,
    WORKER_SESSIONS, WORKER_SHEDDING,
};
use super::observation::Observation;
use super::samples::Samples;

pub(super) fn write(out: &mut Samples, observation: &Observation) {
    let workers = &observation.workers;
    each(out, &WORKER_BUSY, workers, |worker| worker.busy_share);
    each(out, &WORKER_ITERATIONS, workers, |worker| worker.iterations as f64);
    each(out, &WORKER_SESSIONS, workers, |worker| worker.sessions as f64);
    each(out, &WORKER_CLIENTS, workers, |worker| worker.clients as f64);
    let mut packets = out.family(&WORKER_PACKETS);
    for worker in workers {
        let number = worker.worker.to_string();
        packets.sample(&[&number, "in"], worker.packets_in).sample(&[&number, "out"], worker.packets_out);
    }
    each(out, &WORKER_JOBS, workers, |worker| worker.jobs_waiting as f64);
    each(out, &WORKER_SHEDDING, workers, |worker| worker.shedding.into());
    delay(out, workers);
}

fn each(
    out: &mut Samples,
    family: &'static MetricFamily,
    workers: &[WorkerStatistics],
    of: fn(&WorkerStatistics) -> f64,
) {
    let mut samples = out.family(family);
    for worker in workers {
        samples.sample(&[&worker.worker.to_string()], of(worker));
    }
}

fn delay(out: &mut Samples, workers: &[WorkerStatistics]) {
    let delays = || workers.iter().map(|worker| &worker.relay_delay);
    let packets = |bucket: usize| delays().map(|delay| delay.packets[bucket]).sum::<u64>();
    let bounds = RelayDelay::bounds();
    let buckets: Vec<_> =
        bounds.iter().enumerate().map(|(at, bound)| (bound.as_secs_f64(), packets(at))).collect();
    let sum: Duration = delays().map(|delay| delay.sum).sum();
    out.family(&RELAY_DELAY).histogram(&buckets, packets(bounds.len()), sum.as_secs_f64());
}
