//! The load of a shard's driver.

use std::time::{Duration, Instant};

/// The interval at which it is measured.
const WINDOW: Duration = Duration::from_millis(50);

/// The share of the last few tenths of a second that turns took, from 0 to 1. Time in which the system let another
/// thread run counts, too: such a turn is as late as a busy one.
#[derive(Debug, Default)]
pub(super) struct BusyShare {
    window_from: Option<Instant>,
    turn_from: Option<Instant>,
    busy: Duration,
    share: f64,
}

impl BusyShare {
    /// Whether a turn has begun and not ended.
    pub(super) fn is_in_turn(&self) -> bool {
        self.turn_from.is_some()
    }

    pub(super) fn begin_turn(&mut self, now: Instant) {
        self.turn_from = Some(now);
        self.window_from.get_or_insert(now);
    }

    /// Ends a turn. Returns the share if it is time to update it.
    pub(super) fn end_turn(&mut self, now: Instant) -> Option<f64> {
        self.busy += now.saturating_duration_since(self.turn_from.take()?);
        let window = now.saturating_duration_since(self.window_from?);
        if window < WINDOW {
            return None;
        }
        let share = self.busy.as_secs_f64() / window.as_secs_f64();
        (self.window_from, self.busy) = (Some(now), Duration::ZERO);
        // A moving average over the last few windows, because one long turn is not yet load.
        self.share += (share.min(1.0) - self.share) / 4.0;
        Some(self.share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// The share after two seconds with a turn of this length every 10 ms.
    fn share(busy: Duration) -> f64 {
        let (mut meter, mut now, mut share) = (BusyShare::default(), Instant::now(), 0.0);
        for _ in 0..200 {
            meter.begin_turn(now);
            share = meter.end_turn(now + busy).unwrap_or(share);
            now += 10 * MS;
        }
        share
    }

    #[test]
    fn the_share_is_that_of_the_turns() {
        for (busy, expected) in [(Duration::ZERO, 0.0), (MS, 0.1), (5 * MS, 0.5), (10 * MS, 1.0)] {
            assert!((share(busy) - expected).abs() < 0.03, "{busy:?}: {}", share(busy));
        }
    }

    #[test]
    fn an_end_without_a_beginning_is_nothing() {
        assert_eq!(BusyShare::default().end_turn(Instant::now() + 100 * MS), None);
    }
}
