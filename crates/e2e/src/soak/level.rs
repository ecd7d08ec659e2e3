//! The level that a process's memory, descriptors and threads have to return to after a wave.

use std::fmt;

use crate::soak::process::{Figures, megabytes};

/// The resources of a process once it had settled: after its first whole wave, or with all players connected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Level(Figures);

/// How much of the heap may be in use after a wave: a tenth more than at its level, and the moderators' records since
/// then.
const HEAP_FACTOR: f64 = 1.1;
const HEAP_SLACK: f64 = 2.0 * 1024.0 * 1024.0;
/// The factor for anonymous memory where the heap is counted: allocators keep fragments of freed memory.
const KEPT_FACTOR: f64 = 1.5;
/// The same where it is not counted.
const MEMORY_FACTOR: f64 = 1.25;
const MEMORY_SLACK: f64 = 4.0 * 1024.0 * 1024.0;
/// Added to the same factor for peaks of anonymous memory.
const PEAK_SLACK: f64 = 16.0 * 1024.0 * 1024.0;
/// The operators' listener starts threads for slow requests, and ends them ten seconds later; metrics are scraped all
/// the time.
const THREADS_SLACK: usize = 2;

impl Level {
    pub(crate) fn new(figures: Figures) -> Self {
        Self(figures)
    }

    /// Whether a process with these figures has returned to it.
    pub(crate) fn holds(&self, now: &Figures) -> bool {
        self.holds_memory(now)
            && now.descriptors <= self.0.descriptors
            && now.threads <= self.0.threads + THREADS_SLACK
    }

    fn holds_memory(&self, now: &Figures) -> bool {
        let (anonymous, anonymous_now) = (self.0.anonymous as f64, now.anonymous as f64);
        match self.heap(now) {
            Some((heap, heap_now)) => {
                heap_now as f64 <= heap as f64 * HEAP_FACTOR + HEAP_SLACK
                    && anonymous_now <= anonymous * KEPT_FACTOR
            }
            None => anonymous_now <= anonymous * MEMORY_FACTOR + MEMORY_SLACK,
        }
    }

    /// How far these figures are above it, in megabytes: of the heap where it is counted, otherwise of anonymous
    /// memory.
    pub(crate) fn megabytes_over(&self, now: &Figures) -> f64 {
        let (level, now) = self.heap(now).unwrap_or((self.0.anonymous, now.anonymous));
        megabytes(now) - megabytes(level)
    }

    /// The heap in use at the level, and the heap in use in these figures, if both are counted.
    fn heap(&self, now: &Figures) -> Option<(u64, u64)> {
        self.0.heap.zip(now.heap)
    }

    /// Whether anonymous memory is within the limit for any moment, where all clients already talked at the level.
    pub(crate) fn allows_peak(&self, now: &Figures) -> bool {
        now.anonymous as f64 <= self.0.anonymous as f64 * MEMORY_FACTOR + PEAK_SLACK
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn figures(anonymous: u64, heap: Option<u64>, descriptors: usize, threads: usize) -> Figures {
        let bytes = |megabytes: u64| megabytes << 20;
        let cpu = Duration::ZERO;
        Figures { anonymous: bytes(anonymous), heap: heap.map(bytes), descriptors, threads, cpu }
    }

    fn level(anonymous: u64, heap: Option<u64>) -> Level {
        Level::new(figures(anonymous, heap, 100, 10))
    }

    #[test]
    fn the_heap_in_use_may_grow_by_a_tenth_and_two_megabytes() {
        let level = level(60, Some(40));
        assert!(level.holds(&figures(60, Some(46), 100, 10)));
        assert!(!level.holds(&figures(60, Some(47), 100, 10)));
    }

    #[test]
    fn allocators_may_keep_half_as_much_again_while_the_heap_in_use_stays() {
        let level = level(60, Some(40));
        assert!(level.holds(&figures(90, Some(40), 100, 10)));
        assert!(!level.holds(&figures(91, Some(40), 100, 10)));
    }

    #[test]
    fn where_the_heap_is_not_counted_memory_may_grow_by_a_quarter_and_four_megabytes() {
        let level = level(60, None);
        assert!(level.holds(&figures(79, None, 100, 10)));
        assert!(!level.holds(&figures(80, None, 100, 10)));
    }

    #[test]
    fn descriptors_return_and_two_threads_may_stay() {
        let level = level(60, Some(40));
        assert!(level.holds(&figures(60, Some(40), 100, 12)));
        assert!(!level.holds(&figures(60, Some(40), 101, 10)));
        assert!(!level.holds(&figures(60, Some(40), 100, 13)));
    }

    #[test]
    fn what_is_over_it_is_of_the_heap_where_that_is_counted() {
        let over = |level: Level, now| format!("{:+.1}", level.megabytes_over(&now));
        assert_eq!(over(level(60, Some(40)), figures(80, Some(43), 100, 10)), "+3.0");
        assert_eq!(over(level(60, None), figures(55, None, 100, 10)), "-5.0");
    }

    #[test]
    fn a_peak_may_be_a_quarter_and_sixteen_megabytes_over_it() {
        let level = level(40, Some(20));
        assert!(level.allows_peak(&figures(66, Some(60), 900, 90)));
        assert!(!level.allows_peak(&figures(67, Some(20), 100, 10)));
    }
}
