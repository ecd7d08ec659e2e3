//! Bursts of arrivals: packets that a queue held back arrive at once.

use crate::block::SamplePosition;

/// So many heaps of arrivals in a row that are slow are no accident.
pub(super) const SHIFTED_HEAPS: usize = 2;

/// So many show how fast the path is now.
const HEAPS: usize = 8;

/// The last heaps of arrivals. What comes less than half a frame after the packet before is of the same heap.
#[derive(Debug)]
pub(super) struct Heaps {
    /// The transit of the fastest arrival of each, newest first: after a queue spike the last packet is in time again.
    fastest: [i64; HEAPS],
    last_arrived: SamplePosition,
    /// Since the arrival before, if the last one began a heap.
    gap: Option<u64>,
    is_spike: bool,
    apart_samples: u64,
}

impl Heaps {
    /// None yet of frames of so many samples.
    pub(super) fn new(frame_samples: usize) -> Self {
        Self {
            fastest: [i64::MIN; HEAPS],
            last_arrived: SamplePosition::default(),
            gap: None,
            is_spike: false,
            apart_samples: frame_samples as u64 / 2,
        }
    }

    /// Notes an arrival; `fastest` is the fastest transit known.
    pub(super) fn note(&mut self, arrived: SamplePosition, transit: i64, fastest: i64) {
        let gap = arrived.samples_since(self.last_arrived);
        self.last_arrived = arrived;
        self.gap = Some(gap).filter(|gap| *gap >= self.apart_samples);
        if self.gap.is_none() {
            // In a draining queue, each packet has waited one frame less than the packet before it.
            self.is_spike &= transit < self.fastest[0].saturating_add_unsigned(self.apart_samples);
            self.fastest[0] = self.fastest[0].min(transit);
            return;
        }
        self.fastest.rotate_right(1);
        self.fastest[0] = transit;
        // The previous packet was sent one frame earlier and arrived in time.
        self.is_spike = transit > fastest && gap >= transit.abs_diff(fastest) + self.apart_samples;
    }

    /// Whether the last arrival was the first of its heap.
    pub(super) fn has_begun(&self) -> bool {
        self.gap.is_some()
    }

    /// Whether nothing came before the current heap for as long as its first arrival was late: a queue stood still.
    pub(super) fn is_spike(&self) -> bool {
        self.is_spike
    }

    /// The fastest transit of each of the last few heaps, newest first.
    pub(super) fn fastest(&self) -> &[i64] {
        &self.fastest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: u64 = 960;

    /// Frames of 20 ms that arrive so many samples after they were spoken.
    fn after(delays: &[u64]) -> Heaps {
        let mut heaps = Heaps::new(FRAME as usize);
        for (sequence, delay) in (0..).zip(delays) {
            heaps.note(SamplePosition(sequence * FRAME + delay), *delay as i64, 0);
        }
        heaps
    }

    #[test]
    fn what_a_queue_held_back_is_one_heap() {
        let heaps = after(&[0, 0, 3_840, 2_880, 1_920, 960, 0]);
        assert!(heaps.is_spike() && !heaps.has_begun());
        assert_eq!(heaps.fastest()[..2], [0, 0], "its last packet is in time");
    }

    #[test]
    fn a_packet_that_others_overtook_is_no_spike() {
        let mut heaps = after(&[0, 0, 0]);
        for arrived in [2_880 + 960, 2_880 + 1_920] {
            heaps.note(SamplePosition(arrived), 0, 0);
        }
        heaps.note(SamplePosition(2_880 + 2_500), 2_500, 0);
        assert!(heaps.has_begun() && !heaps.is_spike());
    }

    #[test]
    fn on_a_slower_path_each_heap_is_slower() {
        assert_eq!(after(&[0, 0, 0, 3_000, 3_000, 3_000]).fastest()[..4], [3_000, 3_000, 3_000, 0]);
    }
}
