//! Which share of the processor time that the process may use it does use: networks have threads of their own, and a worker
//! that seldom comes to its turn because of them does not look busy by itself.

use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use super::smoothed::Smoothed;

#[derive(Debug)]
pub(super) struct ProcessShare {
    cores: f64,
    /// When it was looked at last, and what had been used by then; none where the system does not tell.
    former: Option<(Instant, Duration)>,
    share: Smoothed,
}

impl ProcessShare {
    pub(super) fn new(now: Instant) -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self::of_cores(cores, processor_time().map(|used| (now, used)))
    }

    fn of_cores(cores: usize, former: Option<(Instant, Duration)>) -> Self {
        Self { cores: cores as f64, former, share: Smoothed::default() }
    }

    /// From 0 to 1, of late; 0 where the system does not tell. To be asked several times a second.
    pub(super) fn look(&mut self, now: Instant) -> f64 {
        processor_time().map_or(0.0, |used| self.note(now, used))
    }

    fn note(&mut self, now: Instant, used: Duration) -> f64 {
        let Some((looked_at, former)) = self.former.replace((now, used)) else { return 0.0 };
        let window = now.saturating_duration_since(looked_at);
        self.share.note(window, used.saturating_sub(former).as_secs_f64() / self.cores)
    }
}

/// What all threads of the process have used together.
#[cfg(unix)]
fn processor_time() -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};
    clock_gettime(ClockId::ProcessCPUTime).try_into().ok()
}

/// It does not tell.
#[cfg(not(unix))]
fn processor_time() -> Option<Duration> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_uses_both_of_its_cores_wholly_uses_all_that_it_may() {
        let start = Instant::now();
        let mut share = ProcessShare::of_cores(2, Some((start, Duration::ZERO)));
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
