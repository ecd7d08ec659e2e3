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
    /// What the worker has done for relayed packets: from when each came until it was given to the networks, and while
    /// the networks sent them.
    pub(crate) busy: Duration,
}

impl RelayClock {
    /// A packet that came then is being relayed.
    pub(crate) fn relayed(&mut self, came: Instant) {
        self.waiting.push(came);
        self.busy += came.elapsed();
    }

    /// When the networks begin to send what was relayed; nothing if nothing was.
    pub(crate) fn flushing(&self) -> Option<Instant> {
        (!self.waiting.is_empty()).then(Instant::now)
    }

    /// All of them have left by now, after the networks have been sending since then.
    pub(crate) fn flushed(&mut self, flushing: Option<Instant>) {
        let Some(flushing) = flushing else { return };
        let now = Instant::now();
        self.busy += now.saturating_duration_since(flushing);
        for came in self.waiting.drain(..) {
            self.delay.count(now.saturating_duration_since(came));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_for_relayed_packets_counts_and_that_of_turns_without_any_does_not() {
        let mut clock = RelayClock::default();
        assert!(clock.flushing().is_none());
        clock.flushed(None);
        assert_eq!(clock.busy, Duration::ZERO);
        let span = Duration::from_millis(5);
        let ago = |span| Instant::now().checked_sub(span).unwrap();
        clock.relayed(ago(span));
        clock.relayed(ago(span));
        assert!(clock.busy >= 2 * span);
        assert!(clock.flushing().is_some());
        clock.flushed(Some(ago(span)));
        assert!(clock.busy >= 3 * span);
        assert!(clock.flushing().is_none());
    }

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
