//! How much of its time a thread works.

use std::time::{Duration, Instant};

/// How often it is measured.
const INTERVAL: Duration = Duration::from_millis(50);

/// The share of the last tenths of a second that the calling thread was on a processor, from 0 to 1.
#[derive(Debug, Default)]
pub(super) struct BusyShare {
    last: Option<(Instant, Duration)>,
    share: f64,
}

impl BusyShare {
    /// The share, if it was measured now; the same thread has to ask each time. Systems whose clocks do not tell have
    /// none.
    pub(super) fn measure(&mut self, now: Instant) -> Option<f64> {
        if self.last.is_some_and(|(at, _)| now.saturating_duration_since(at) < INTERVAL) {
            return None;
        }
        let worked = thread_time()?;
        let (at, before) = self.last.replace((now, worked))?;
        let passed = now.saturating_duration_since(at).as_secs_f64();
        let share = worked.saturating_sub(before).as_secs_f64() / passed;
        // A mean over the last few intervals: one long turn is no load.
        self.share += (share.min(1.0) - self.share) / 4.0;
        Some(self.share)
    }
}

#[cfg(target_os = "linux")]
fn thread_time() -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};

    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).ok()
}

#[cfg(not(target_os = "linux"))]
fn thread_time() -> Option<Duration> {
    None
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_does_little_is_hardly_busy() {
        let mut busy = BusyShare::default();
        let now = Instant::now();
        assert_eq!(busy.measure(now), None);
        assert_eq!(busy.measure(now + INTERVAL / 2), None);
        // By the clock that is given, a day has passed; by the thread's own, next to nothing.
        let share = busy.measure(now + Duration::from_hours(24)).unwrap();
        assert!(share < 0.1, "{share}");
    }

    #[test]
    fn a_thread_that_works_is_busier() {
        let mut busy = BusyShare::default();
        let now = Instant::now();
        busy.measure(now);
        let until = thread_time().unwrap() + INTERVAL;
        while thread_time().unwrap() < until {}
        // By the clock that is given, just as much time has passed.
        let share = busy.measure(now + INTERVAL).unwrap();
        assert!((0.2..=0.25).contains(&share), "a quarter counts at once: {share}");
    }
}
