//! The estimate of the round trip time.

use std::time::Duration;

/// Unity Transport's estimate, in milliseconds: RFC 6298's, with initial values of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct RoundTrip {
    smoothed_ms: f64,
    variation_ms: f64,
}

/// The shortest delay before a packet is sent again.
const RESEND_AFTER_MIN: Duration = Duration::from_millis(64);

impl RoundTrip {
    pub(super) fn smoothed(&self) -> Duration {
        Duration::from_secs_f64(self.smoothed_ms / 1e3)
    }

    pub(super) fn sample(&mut self, round_trip: Duration) {
        let difference = round_trip.as_secs_f64() * 1e3 - self.smoothed_ms;
        self.smoothed_ms += difference / 8.0;
        self.variation_ms += (difference.abs() - self.variation_ms) / 4.0;
    }

    pub(super) fn resend_after(&self, max: Duration) -> Duration {
        let wait = Duration::from_secs_f64((self.smoothed_ms + 4.0 * self.variation_ms) / 1e3);
        wait.min(max).max(RESEND_AFTER_MIN)
    }
}

impl Default for RoundTrip {
    fn default() -> Self {
        Self { smoothed_ms: 50.0, variation_ms: 5.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resend_waits_four_times_the_variation_longer_than_a_round_trip_within_bounds() {
        let max = Duration::from_millis(500);
        let mut round_trip = RoundTrip::default();
        assert_eq!(round_trip.resend_after(max), Duration::from_millis(70));
        round_trip.sample(Duration::from_millis(90));
        // Smoothed: 50 + 40 / 8 ms. Variation: 5 + (40 - 5) / 4 ms.
        assert_eq!(round_trip.smoothed(), Duration::from_millis(55));
        assert_eq!(round_trip.resend_after(max), Duration::from_millis(110));
        for _ in 0..100 {
            round_trip.sample(Duration::from_millis(1));
        }
        assert_eq!(round_trip.resend_after(max), RESEND_AFTER_MIN);
        round_trip.sample(Duration::from_hours(1));
        assert_eq!(round_trip.resend_after(max), max);
    }
}
