//! When to try the primary network again while the fallback is in use.

use std::time::{Duration, Instant};

use super::settings::FallbackSettings;

/// A link over the primary network that is lost again within this time was no use.
const STABLE_AFTER: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub(super) struct ReturnPlan {
    min: Duration,
    max: Duration,
    /// Until the next attempt, from the beginning of the fallback or the end of the last attempt.
    interval: Duration,
    next_at: Option<Instant>,
    /// When the primary network was last taken into use after a fallback.
    returned_at: Option<Instant>,
}

impl ReturnPlan {
    pub(super) fn new(settings: &FallbackSettings) -> Self {
        // A lower limit, whatever was configured, so that the attempts cause no load.
        let min = settings.probe_interval_min.max(Duration::from_secs(1));
        Self {
            min,
            max: settings.probe_interval_max.max(min),
            interval: min,
            next_at: None,
            returned_at: None,
        }
    }

    /// The fallback is in use from now on.
    pub(super) fn begin(&mut self, now: Instant) {
        let is_unstable = self.returned_at.take().is_some_and(|at| now - at < STABLE_AFTER);
        self.interval = if is_unstable { self.longer() } else { self.min };
        self.next_at = Some(now + self.interval);
    }

    /// The primary network is in use again.
    pub(super) fn end(&mut self, now: Instant) {
        self.next_at = None;
        self.returned_at = Some(now);
    }

    /// Notes a failed attempt.
    pub(super) fn note_failed(&mut self, now: Instant) {
        self.interval = self.longer();
        self.next_at = Some(now + self.interval);
    }

    /// The time of the next attempt.
    pub(super) fn next_at(&self) -> Option<Instant> {
        self.next_at
    }

    /// Whether an attempt is due; true once for each.
    pub(super) fn take_due(&mut self, now: Instant) -> bool {
        self.next_at.take_if(|at| *at <= now).is_some()
    }

    fn longer(&self) -> Duration {
        self.interval.saturating_mul(2).min(self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_become_rare_up_to_a_bound_and_begin_again_after_a_stable_link() {
        let mut plan = ReturnPlan::new(&FallbackSettings::default());
        let mut now = Instant::now();
        plan.begin(now);
        let mut waits = Vec::new();
        for _ in 0..8 {
            let at = plan.next_at().unwrap();
            waits.push((at - now).as_secs());
            assert!(!plan.take_due(at.checked_sub(Duration::from_millis(1)).unwrap()));
            assert!(plan.take_due(at) && !plan.take_due(at), "once for each try");
            now = at;
            plan.note_failed(now);
        }
        assert_eq!(waits, [15, 30, 60, 120, 240, 480, 600, 600]);
        for (lasted, wait) in [(59, 600), (61, 15), (1, 30), (1, 60), (3600, 15)] {
            plan.end(now);
            assert_eq!(plan.next_at(), None);
            now += Duration::from_secs(lasted);
            plan.begin(now);
            assert_eq!(plan.next_at(), Some(now + Duration::from_secs(wait)), "after {lasted} s");
        }
    }
}
