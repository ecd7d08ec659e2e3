//! Which share of its time a worker does something, smoothed over about a second.

use std::time::{Duration, Instant};

use super::smoothed::Smoothed;

/// How often the share is made anew.
const WINDOW: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(super) struct BusyMeter {
    window_from: Instant,
    busy: Duration,
    share: Smoothed,
}

impl BusyMeter {
    pub(super) fn new(now: Instant) -> Self {
        Self { window_from: now, busy: Duration::ZERO, share: Smoothed::default() }
    }

    /// The worker did something all this time, and nothing between these times; the share, if there is a new one.
    pub(super) fn was_busy(&mut self, from: Instant, until: Instant) -> Option<f64> {
        self.busy += until.saturating_duration_since(from);
        let window = until.saturating_duration_since(self.window_from);
        if window < WINDOW {
            return None;
        }
        let share = self.share.note(window, self.busy.as_secs_f64());
        (self.window_from, self.busy) = (until, Duration::ZERO);
        Some(share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_follows_the_work_within_seconds_and_not_at_once() {
        let start = Instant::now();
        let mut meter = BusyMeter::new(start);
        // A turn every 10 ms that takes half of that, for five seconds; then nothing.
        let mut shares = (1..=1000_u32).map(|number| {
            let turn = if number <= 500 { Duration::from_millis(5) } else { Duration::ZERO };
            let from = start + Duration::from_millis(10) * number;
            meter.was_busy(from, from + turn)
        });
        let mut after_a_second = || shares.by_ref().take(100).flatten().last().unwrap();
        let seconds: Vec<f64> = (0..10).map(|_| after_a_second()).collect();
        assert!((0.25..0.4).contains(&seconds[0]), "{seconds:?}");
        assert!((0.48..=0.5).contains(&seconds[4]), "{seconds:?}");
        assert!(seconds[5] > 0.1 && seconds[9] < 0.01, "{seconds:?}");
    }
}
