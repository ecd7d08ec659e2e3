//! How long packets wait on their way, as far as round trips show it.

use std::time::{Duration, Instant};

use super::QUEUE_MAX;

/// The shortest recent round trip is the way itself; what others take longer, they have waited.
#[derive(Debug)]
pub(super) struct RoundTrips {
    /// The shortest since then, and of the stretch before it: a way may become longer.
    since: Instant,
    shortest: Duration,
    formerly: Duration,
    newest: Option<Sample>,
    before: Option<Sample>,
}

#[derive(Clone, Copy, Debug)]
struct Sample {
    at: Instant,
    queue: Duration,
}

impl RoundTrips {
    pub(super) fn new(now: Instant) -> Self {
        let (shortest, formerly) = (Duration::MAX, Duration::MAX);
        Self { since: now, shortest, formerly, newest: None, before: None }
    }

    pub(super) fn note(&mut self, now: Instant, round_trip: Duration) {
        if now >= self.since + STRETCH {
            (self.formerly, self.shortest) = (self.shortest, Duration::MAX);
            self.since = now;
        }
        self.shortest = self.shortest.min(round_trip);
        let queue = round_trip.saturating_sub(self.shortest.min(self.formerly));
        self.before = self.newest.replace(Sample { at: now, queue });
    }

    /// Takes the present delay for the length of the path: packets are delayed for a reason other than the rate sent
    /// here.
    pub(super) fn take_as_shortest(&mut self) {
        let queue = self.queue();
        (self.shortest, self.formerly) =
            (self.shortest.min(self.formerly).saturating_add(queue), Duration::MAX);
        (self.newest, self.before) = (None, None);
    }

    /// How long packets waited, as of the newest round trip.
    pub(super) fn queue(&self) -> Duration {
        self.newest.map_or(Duration::ZERO, |newest| newest.queue)
    }

    /// Whether packets have waited for long twice in a row, and not for much less the second time: one late packet is
    /// nothing, and a queue that becomes shorter needs only time.
    pub(super) fn is_queue_standing(&self) -> bool {
        let (Some(newest), Some(before)) = (self.newest, self.before) else { return false };
        newest.queue >= QUEUE_MAX && before.queue >= QUEUE_MAX && newest.queue >= before.queue.mul_f64(0.8)
    }

    /// By how many seconds the queue has become longer in a second; 0 if it has not.
    pub(super) fn queue_growth(&self) -> f64 {
        let (Some(newest), Some(before)) = (self.newest, self.before) else { return 0.0 };
        let growth = newest.queue.saturating_sub(before.queue).as_secs_f64();
        growth / newest.at.saturating_duration_since(before.at).as_secs_f64().max(0.1)
    }
}

/// How long a shortest round trip holds, and once more as long.
const STRETCH: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(samples: &[(u64, u64)]) -> RoundTrips {
        let start = Instant::now();
        let mut round_trips = RoundTrips::new(start);
        for (at, round_trip) in samples {
            round_trips.note(start + Duration::from_secs(*at), Duration::from_millis(*round_trip));
        }
        round_trips
    }

    #[test]
    fn what_takes_longer_than_the_shortest_has_waited() {
        for (samples, queue_ms) in [
            (&[][..], 0),
            (&[(1, 200)], 0),
            (&[(1, 50), (2, 130)], 80),
            (&[(1, 130), (2, 50)], 0),
            (&[(1, 50), (70, 130)], 80),
            (&[(1, 50), (70, 130), (140, 130)], 0),
        ] {
            assert_eq!(noted(samples).queue(), Duration::from_millis(queue_ms), "{samples:?}");
        }
    }

    #[test]
    fn a_queue_stands_if_it_is_long_twice_and_does_not_become_shorter() {
        for (samples, is_standing) in [
            (&[(1, 50), (2, 500)][..], false),
            (&[(1, 50), (2, 500), (3, 60)], false),
            (&[(1, 50), (2, 500), (3, 300)], false),
            (&[(1, 50), (2, 160), (3, 155)], true),
            (&[(1, 50), (2, 160), (3, 900)], true),
        ] {
            assert_eq!(noted(samples).is_queue_standing(), is_standing, "{samples:?}");
        }
        assert!((noted(&[(1, 50), (2, 150), (4, 1150)]).queue_growth() - 0.5).abs() < 1e-9);
    }
}
