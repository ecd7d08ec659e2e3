//! The time that voice spends in a worker: a histogram.

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

/// A histogram of relayed packets by delay: from the network's `poll_event` that returned a packet until the worker
/// has sent everything for it.
///
/// The wait of a packet before the worker takes it is not included; while the worker has capacity left, that is next
/// to nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RelayDelay {
    /// Packets by bucket; see [`bounds`](Self::bounds).
    pub packets: [u64; BOUNDS.len() + 1],
    /// The times of all together.
    pub sum: Duration,
}

impl RelayDelay {
    /// The upper bound of each bucket but the last; the last has the rest.
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

/// The arrival times of packets that have been relayed and may not have left yet.
#[derive(Debug, Default)]
pub(crate) struct RelayClock {
    waiting: Vec<Instant>,
    pub(crate) delay: RelayDelay,
    /// The worker's time for relayed packets: from the arrival of each until it was given to the networks, and while
    /// the networks sent them.
    pub(crate) busy: Duration,
}

impl RelayClock {
    /// A packet that came then is being relayed.
    pub(crate) fn relayed(&mut self, came: Instant) {
        self.waiting.push(came);
        self.busy += came.elapsed();
    }

    /// The time at which the networks begin to send relayed packets; none if there are none.
    pub(crate) fn flushing(&self) -> Option<Instant> {
        (!self.waiting.is_empty()).then(Instant::now)
    }

    /// All packets have been sent by now; the networks began sending at `flushing`.
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
