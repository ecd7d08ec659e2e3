//! Which share of the processor time that it may use somebody does use.
//!
//! Of the process: networks have threads of their own, and a worker that seldom comes to its turn because
//! of them does not look busy by itself. Of the worker's thread: one that the system interrupts in its
//! turns looks busier than it is.

use std::thread::available_parallelism;
use std::time::{Duration, Instant};

#[cfg(unix)]
use rustix::time::{ClockId, clock_gettime};

use super::smoothed::Smoothed;

#[derive(Debug)]
pub(super) struct ProcessorShare {
    /// What has been used by now; none where the system does not tell.
    used: fn() -> Option<Duration>,
    cores: f64,
    /// When it was looked at last, and what had been used by then.
    former: Option<(Instant, Duration)>,
    share: Smoothed,
}

impl ProcessorShare {
    /// Of the process, with all its threads.
    pub(super) fn of_process(now: Instant) -> Self {
        Self::new(available_parallelism().map_or(1, usize::from), used_by_process, now)
    }

    /// Of the thread that calls this, and that is to look at it.
    pub(super) fn of_this_thread(now: Instant) -> Self {
        Self::new(1, used_by_this_thread, now)
    }

    fn new(cores: usize, used: fn() -> Option<Duration>, now: Instant) -> Self {
        let former = used().map(|used| (now, used));
        Self { used, cores: cores as f64, former, share: Smoothed::default() }
    }

    /// From 0 to 1, of late; nothing where the system does not tell. To be asked several times a second.
    pub(super) fn look(&mut self, now: Instant) -> Option<f64> {
        (self.used)().map(|used| self.note(now, used))
    }

    fn note(&mut self, now: Instant, used: Duration) -> f64 {
        let Some((looked_at, former)) = self.former.replace((now, used)) else { return 0.0 };
        let window = now.saturating_duration_since(looked_at);
        self.share.note(window, used.saturating_sub(former).as_secs_f64() / self.cores)
    }
}

#[cfg(unix)]
fn used_by_process() -> Option<Duration> {
    clock_gettime(ClockId::ProcessCPUTime).try_into().ok()
}

#[cfg(unix)]
fn used_by_this_thread() -> Option<Duration> {
    clock_gettime(ClockId::ThreadCPUTime).try_into().ok()
}

#[cfg(not(unix))]
fn used_by_process() -> Option<Duration> {
    None
}

#[cfg(not(unix))]
fn used_by_this_thread() -> Option<Duration> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_uses_both_of_its_cores_wholly_uses_all_that_it_may() {
        let start = Instant::now();
        let mut share = ProcessorShare::new(2, || Some(Duration::ZERO), start);
        let mut after = |seconds: u32, cores: u32| {
            let mut last = 0.0;
            for _ in 0..10 * seconds {
                let (at, used) = share.former.unwrap();
                let window = Duration::from_millis(100);
                last = share.note(at + window, used + cores * window);
            }
            last
        };
        assert!(after(5, 2) > 0.99);
        assert!((0.49..0.51).contains(&after(5, 1)));
        assert!(after(5, 0) < 0.01);
    }
}
