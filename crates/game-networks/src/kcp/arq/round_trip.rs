//! The timeout for an acknowledgement, from earlier round trips: RFC 6298 as in KCP, in milliseconds.

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RoundTrip {
    /// The smoothed round trip and its variation, once there was a sample.
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

    /// The time after which a segment sent now for the first time is resent.
    pub(super) fn timeout_ms(&self) -> u32 {
        let timeout = match self.estimate {
            None => TIMEOUT_FIRST_MS,
            Some((smoothed, variation)) => smoothed + INTERVAL_MS.max(4 * variation),
        };
        timeout.clamp(TIMEOUT_MIN_MS, TIMEOUT_MS_MAX)
    }
}

// The values of Mirror's transport; both ends need not have the same.

/// The smallest wait for an acknowledgement beyond the round trip.
const INTERVAL_MS: u32 = 10;
/// The shortest time after which a segment is resent.
const TIMEOUT_MIN_MS: u32 = 30;
/// The time after which a segment is resent before a round trip is known.
const TIMEOUT_FIRST_MS: u32 = 200;
/// The longest time after which a segment is resent.
pub(super) const TIMEOUT_MS_MAX: u32 = 60_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_to_wait_follows_the_formula_within_its_bounds() {
        let mut round_trip = RoundTrip::default();
        assert_eq!(round_trip.timeout_ms(), 200);
        round_trip.sample(100);
        assert_eq!(round_trip.timeout_ms(), 100 + 4 * 50);
        round_trip.sample(100);
        assert_eq!(round_trip.timeout_ms(), 100 + 4 * 37);
        for _ in 0..100 {
            round_trip.sample(100);
        }
        assert_eq!(round_trip.timeout_ms(), 110, "an interval more than the round trip");
        for _ in 0..100 {
            round_trip.sample(0);
        }
        assert_eq!(round_trip.timeout_ms(), TIMEOUT_MIN_MS);
        for _ in 0..100 {
            round_trip.sample(TIMEOUT_MS_MAX);
        }
        assert_eq!(round_trip.timeout_ms(), TIMEOUT_MS_MAX);
    }
}
