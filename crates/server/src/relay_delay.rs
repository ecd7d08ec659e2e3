//! How long voice stays in a worker: a histogram.

use std::time::{Duration, Instant};

/// The upper bounds of the buckets but the last, which has none.
const BOUNDS: [Duration; 12] = [
    Duration::from_micros(5),
    Duration::from_micros(10),
    Duration::from_micros(20),
    Duration::from_micros(50),
    Duration::from_micros(100),
    Duration::from_micros(200),
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_millis(2),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(50),
];

/// Relayed packets by the time from a network's `poll` that gave one to the end of all that the worker sent for it.
///
/// What a packet waits for before the worker takes it is not in it; while a worker has less to do than it
/// can, that is next to nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RelayDelay {
    /// Packets by bucket; see [`bounds`](Self::bounds).
    pub packets: [u64; BOUNDS.len() + 1],
    /// The times of all together.
    pub sum: Duration,
}

impl RelayDelay {
    /// What each bucket but the last has at most; the last has the rest.
    pub const fn bounds() -> &'static [Duration] {
        &BOUNDS
    }

    /// Adds a packet.
    pub fn count(&mut self, delay: Duration) {
        let bucket = BOUNDS.partition_point(|bound| *bound < delay);
        self.packets[bucket] += 1;
        self.sum += delay;
    }
}

/// When those packets came that have been relayed and may not have left yet.
#[derive(Debug, Default)]
pub(crate) struct RelayClock {
    waiting: Vec<Instant>,
    pub(crate) delay: RelayDelay,
}

impl RelayClock {
    /// A packet that came then is being relayed.
    pub(crate) fn relayed(&mut self, came: Instant) {
        self.waiting.push(came);
    }

    /// All of them have left by now.
    pub(crate) fn flushed(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let now = Instant::now();
        for came in self.waiting.drain(..) {
            self.delay.count(now.saturating_duration_since(came));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_in_the_first_bucket_that_has_room_for_it() {
        let mut delay = RelayDelay::default();
        for micros in [0, 5, 6, 50_000, 50_001] {
            delay.count(Duration::from_micros(micros));
        }
        let last = RelayDelay::bounds().len();
        let filled = |bucket: usize| delay.packets[bucket];
        assert_eq!([0, 1, last - 1, last].map(filled), [2, 1, 1, 1]);
        assert_eq!(delay.sum, Duration::from_micros(100_012));
    }
}
