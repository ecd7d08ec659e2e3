//! The share of the available processor time that a thread or process uses.
//!
//! Of the process: networks have threads of their own, and a worker that seldom runs because of them does
//! not look busy by itself. Of the worker's thread: one that the system interrupts within an iteration
//! looks busier than it is.

use std::time::{Duration, Instant};

#[cfg(windows)]
use cpu_time::{ProcessTime, ThreadTime};
#[cfg(unix)]
use rustix::time::{ClockId, clock_gettime};

use super::smoothed::Smoothed;

/// Processor time that has been used by now; none where the system does not tell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Used {
    /// By the thread that asks.
    pub(super) by_thread: Option<Duration>,
    /// The time used by all threads of the process.
    pub(super) by_process: Option<Duration>,
}

impl Used {
    /// The processor time of this thread and its process.
    #[cfg(unix)]
    pub(super) fn here() -> Self {
        let used = |clock| clock_gettime(clock).try_into().ok();
        Self { by_thread: used(ClockId::ThreadCPUTime), by_process: used(ClockId::ProcessCPUTime) }
    }

    /// The processor time of this thread and its process.
    #[cfg(windows)]
    pub(super) fn here() -> Self {
        let by_thread = ThreadTime::try_now().map(|time| time.as_duration()).ok();
        Self { by_thread, by_process: ProcessTime::try_now().map(|time| time.as_duration()).ok() }
    }

    /// The processor time of this thread and its process, which is unknown here.
    #[cfg(not(any(unix, windows)))]
    pub(super) fn here() -> Self {
        Self { by_thread: None, by_process: None }
    }
}

#[derive(Debug)]
pub(super) struct ProcessorShare {
    cores: f64,
    /// The time of the last measurement, and the processor time that had been used by then.
    former: Option<(Instant, Duration)>,
    share: Smoothed,
}

impl ProcessorShare {
    /// A share of this many cores, starting from the time used so far.
    pub(super) fn new(cores: usize, now: Instant, used: Option<Duration>) -> Self {
        let former = used.map(|used| (now, used));
        Self { cores: cores as f64, former, share: Smoothed::default() }
    }

    /// The recent share, from 0 to 1; `None` if the system does not provide it. To be called several times a second.
    pub(super) fn note(&mut self, now: Instant, used: Option<Duration>) -> Option<f64> {
        let used = used?;
        let Some((looked_at, former)) = self.former.replace((now, used)) else { return Some(0.0) };
        let window = now.saturating_duration_since(looked_at);
        Some(self.share.note(window, used.saturating_sub(former).as_secs_f64() / self.cores))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(any(unix, windows))]
    #[test]
    fn work_takes_processor_time_of_its_thread_and_of_the_process() {
        // Measure the process before and after the thread, so that its interval includes the thread's.
        let (process, thread) = (Used::here().by_process, Used::here().by_thread);
        let grown =
            |used: Option<Duration>, before: Option<Duration>| used.unwrap().saturating_sub(before.unwrap());
        let mut worked = 0_u64;
        // Work until it shows: the test is about whether time is counted, not about the speed of this machine.
        while grown(Used::here().by_thread, thread) < Duration::from_millis(5) {
            worked = std::hint::black_box(worked + 1);
        }
        assert!(worked > 0);
        assert!(grown(Used::here().by_process, process) >= Duration::from_millis(5));
    }

    #[test]
    fn a_process_that_uses_both_of_its_cores_wholly_uses_all_that_it_may() {
        let start = Instant::now();
        let mut share = ProcessorShare::new(2, start, Some(Duration::ZERO));
        let mut after = |seconds: u32, cores: u32| {
            let mut last = 0.0;
            for _ in 0..10 * seconds {
                let (at, used) = share.former.unwrap();
                let window = Duration::from_millis(100);
                last = share.note(at + window, Some(used + cores * window)).unwrap();
            }
            last
        };
        assert!(after(5, 2) > 0.99);
        assert!((0.49..0.51).contains(&after(5, 1)));
        assert!(after(5, 0) < 0.01);
    }
}
