//! The time for which parcels wait for others to share a bundle with.

use std::time::{Duration, Instant};

/// Parcels wait after each bundle, the longer the more there are: a bundle costs NATS as much as thirty parcels in it.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    /// The time of the last bundle.
    left: Option<Instant>,
    /// The time for which parcels wait after it.
    wait: Duration,
    /// The start of the time over which `parcels` are counted.
    since: Option<Instant>,
    parcels: u64,
}

/// The wait per parcel in a second: half a millisecond for 10 000 of them.
const WAIT_PER_RATE: Duration = Duration::from_nanos(50);
/// The longest wait.
pub(super) const WAIT_MAX: Duration = Duration::from_micros(2_500);
/// The shortest time over which parcels are counted.
const COUNTED: Duration = Duration::from_millis(20);

impl Gathering {
    /// One more parcel is to be sent.
    pub(super) fn note_parcel(&mut self) {
        self.parcels += 1;
    }

    /// A bundle is sent.
    pub(super) fn note_bundle(&mut self, now: Instant) {
        self.left = Some(now);
        let counted = now.saturating_duration_since(*self.since.get_or_insert(now));
        if counted >= COUNTED {
            let wait = WAIT_PER_RATE.as_secs_f64() * self.parcels as f64 / counted.as_secs_f64();
            self.wait = Duration::from_secs_f64(wait.min(WAIT_MAX.as_secs_f64()));
            (self.since, self.parcels) = (Some(now), 0);
        }
    }

    /// The time before which waiting parcels are not sent. `None` if no bundle was sent yet.
    pub(super) fn until(&self) -> Option<Instant> {
        self.left.map(|at| at + self.wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The wait if this many parcels come each second, and each leaves at once.
    fn wait_at(rate: u32) -> Duration {
        let (start, mut gathering) = (Instant::now(), Gathering::default());
        for parcel in 0..rate / 5 {
            gathering.note_parcel();
            gathering.note_bundle(start + parcel * Duration::from_secs(1) / rate);
        }
        gathering.wait
    }

    #[test]
    fn parcels_wait_the_longer_the_more_there_are() {
        for (rate, wait_us) in
            [(50, 2.5), (1_000, 50.0), (10_000, 500.0), (50_000, 2_500.0), (400_000, 2_500.0)]
        {
            let wait = wait_at(rate).as_secs_f64() * 1e6;
            assert!((wait / wait_us - 1.0).abs() < 0.1, "{wait} µs at {rate} in a second");
        }
    }

    #[test]
    fn after_a_pause_none_waits() {
        let (start, mut gathering) = (Instant::now(), Gathering::default());
        assert_eq!(gathering.until(), None);
        for parcel in 0..10_000 {
            gathering.note_parcel();
            gathering.note_bundle(start + parcel * Duration::from_micros(20));
        }
        assert!(gathering.wait >= WAIT_MAX.mul_f64(0.9));
        let later = start + Duration::from_mins(1);
        gathering.note_parcel();
        gathering.note_bundle(later);
        assert!(gathering.until().is_some_and(|until| until < later + Duration::from_micros(10)));
    }
}
