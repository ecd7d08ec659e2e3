//! The round-trip time, from pings and their answers.

use std::time::{Duration, Instant};

/// The wait before a packet counts as lost: a fixed part, and a number of round trips (`LiteNetLib`'s own values).
const RESEND_BASE: Duration = Duration::from_millis(25);
const RESEND_ROUND_TRIPS: f64 = 2.1;

/// The round trip before anything was measured: what 27 ms leave for it.
const UNKNOWN: Duration = Duration::from_millis(1);

/// The number of ping intervals after which the mean restarts from its current value.
const INTERVALS_PER_MEAN: u32 = 3;

/// The mean of recent measurements.
#[derive(Debug)]
pub(super) struct RoundTrip {
    /// The number of the last ping; the first one has 2.
    number: u16,
    pinged_at: Option<Instant>,
    sum: Duration,
    samples: u32,
    /// The time at which the mean restarts.
    again_at: Option<Instant>,
}

impl Default for RoundTrip {
    fn default() -> Self {
        Self { number: 1, pinged_at: None, sum: Duration::ZERO, samples: 0, again_at: None }
    }
}

impl RoundTrip {
    /// Sends a ping with a number that is `step` after the last one; returns its number.
    pub(super) fn ping(&mut self, now: Instant, interval: Duration, step: u16) -> u16 {
        let again_at = self.again_at.get_or_insert(now + interval * INTERVALS_PER_MEAN);
        if *again_at <= now {
            *again_at = now + interval * INTERVALS_PER_MEAN;
            (self.sum, self.samples) = (self.mean(), self.samples.min(1));
        }
        self.number = self.number.wrapping_add(step);
        self.pinged_at = Some(now);
        self.number
    }

    /// Handles an answer. Only the answer to the last ping is measured.
    pub(super) fn handle_pong(&mut self, now: Instant, number: u16) {
        if number == self.number
            && let Some(pinged_at) = self.pinged_at.take()
        {
            self.sum += now.saturating_duration_since(pinged_at);
            self.samples += 1;
        }
    }

    pub(super) fn mean(&self) -> Duration {
        if self.samples == 0 { Duration::ZERO } else { self.sum / self.samples }
    }

    /// The time after which a packet that was not acknowledged is resent.
    pub(super) fn resend_after(&self) -> Duration {
        let mean = if self.samples == 0 { UNKNOWN } else { self.mean() };
        RESEND_BASE + mean.mul_f64(RESEND_ROUND_TRIPS)
    }
}

/// Whether a ping is newer than another; numbers are compared modulo 2^15, although they have 16 bits.
pub(super) fn is_newer(number: u16, than: u16) -> bool {
    let steps = number.wrapping_sub(than) & 0x7fff;
    (1..0x4000).contains(&steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn the_mean_starts_again_from_what_it_was_every_three_pings() {
        let mut round_trip = RoundTrip::default();
        let start = Instant::now();
        assert_eq!(round_trip.ping(start, SECOND, 1), 2);
        assert!(round_trip.resend_after().abs_diff(27 * MS) < MS);
        round_trip.handle_pong(start + 10 * MS, 2);
        assert_eq!(round_trip.ping(start + SECOND, SECOND, 1), 3);
        round_trip.handle_pong(start + SECOND + 30 * MS, 3);
        assert_eq!(round_trip.mean(), 20 * MS);
        assert_eq!(round_trip.resend_after(), 67 * MS);
        round_trip.ping(start + 3 * SECOND, SECOND, 1);
        round_trip.handle_pong(start + 3 * SECOND + 40 * MS, 4);
        assert_eq!(round_trip.mean(), 30 * MS, "20 from before count once");
    }

    #[test]
    fn an_answer_counts_once_and_only_to_the_last_ping() {
        let mut round_trip = RoundTrip::default();
        let start = Instant::now();
        round_trip.ping(start, SECOND, 1);
        round_trip.handle_pong(start + 10 * MS, 7);
        round_trip.handle_pong(start + 20 * MS, 2);
        round_trip.handle_pong(start + 500 * MS, 2);
        assert_eq!(round_trip.mean(), 20 * MS);
    }

    #[test]
    fn pings_are_compared_with_fifteen_bits() {
        for (number, than, expected) in [
            (2, 0, true),
            (2, 2, false),
            (1, 2, false),
            (0, 0xffff, true),
            (0x8000, 0x7fff, true),
            (0x7fff, 0x8000, false),
        ] {
            assert_eq!(is_newer(number, than), expected, "{number} after {than}");
        }
    }
}
