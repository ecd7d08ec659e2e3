//! How long there and back takes, from pings and their answers.

use std::time::{Duration, Instant};

/// What is waited for besides before something counts as lost, and how many round trips (`LiteNetLib`'s own figures).
const RESEND_BASE: Duration = Duration::from_millis(25);
const RESEND_ROUND_TRIPS: f64 = 2.1;

/// Before anything was measured: what 27 ms leave for a round trip.
const UNKNOWN: Duration = Duration::from_millis(1);

/// After so many ping intervals the mean starts again from what it was.
const INTERVALS_PER_MEAN: u32 = 3;

/// The mean of recent measurements.
#[derive(Debug)]
pub(super) struct RoundTrip {
    /// The number of the last ping; the first one has 2.
    number: u16,
    pinged_at: Option<Instant>,
    sum: Duration,
    samples: u32,
    /// When the mean starts again.
    again_at: Option<Instant>,
}

impl Default for RoundTrip {
    fn default() -> Self {
        Self { number: 1, pinged_at: None, sum: Duration::ZERO, samples: 0, again_at: None }
    }
}

impl RoundTrip {
    /// A ping leaves, so far after the one before: its number.
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

    /// An answer came. Only that to the last ping says how long it took.
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

    /// After how long a packet that was not acknowledged is sent again.
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
