//! How long to wait for an acknowledgement, from how long earlier ones took: RFC 6298 as KCP has it, in milliseconds.

use crate::ArqSettings;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RoundTrip {
    /// Smoothed, and its variation, once there was a sample.
    estimate: Option<(u32, u32)>,
}

impl RoundTrip {
    pub(super) fn sample(&mut self, round_trip_ms: u32) {
        self.estimate = Some(match self.estimate {
            None => (round_trip_ms, round_trip_ms / 2),
            Some((smoothed, variation)) => (
                ((7 * smoothed + round_trip_ms) / 8).max(1),
                (3 * variation + smoothed.abs_diff(round_trip_ms)) / 4,
            ),
        });
    }

    pub(super) fn smoothed_ms(&self) -> Option<u32> {
        self.estimate.map(|(smoothed, _)| smoothed)
    }

    /// When what is sent now for the first time is sent again.
    pub(super) fn timeout_ms(&self, settings: &ArqSettings) -> u32 {
        let timeout = match self.estimate {
            None => settings.timeout_first_ms,
            Some((smoothed, variation)) => smoothed + settings.interval_ms.max(4 * variation),
        };
        timeout.max(settings.timeout_min_ms).min(settings.timeout_max_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_to_wait_follows_the_formula_within_its_bounds() {
        let settings = ArqSettings::default();
        let mut round_trip = RoundTrip::default();
        assert_eq!(round_trip.timeout_ms(&settings), 200);
        round_trip.sample(100);
        assert_eq!(round_trip.timeout_ms(&settings), 100 + 4 * 50);
        round_trip.sample(100);
        assert_eq!(round_trip.timeout_ms(&settings), 100 + 4 * 37);
        for _ in 0..100 {
            round_trip.sample(100);
        }
        assert_eq!(round_trip.timeout_ms(&settings), 110, "an interval more than the round trip");
        for _ in 0..100 {
            round_trip.sample(0);
        }
        assert_eq!(round_trip.timeout_ms(&settings), settings.timeout_min_ms);
        for _ in 0..100 {
            round_trip.sample(settings.timeout_max_ms);
        }
        assert_eq!(round_trip.timeout_ms(&settings), settings.timeout_max_ms);
    }
}
