//! Transit times of the last frames of one utterance.

use super::heaps::{Heaps, SHIFTED_HEAPS};
use crate::block::SamplePosition;
use crate::limits::TARGET_DELAY_SAMPLES_MAX;

/// How long arrivals are remembered, 2.56 s …
const WINDOW_SAMPLES: usize = 122_880;

/// … but at least so many and at most so many of them.
const LEAST_FRAMES: usize = 64;
const MOST_FRAMES: usize = 256;

/// After so many arrivals the fastest of them is known well.
const SETTLED_FRAMES: usize = LEAST_FRAMES;

/// A jump of the sender's time line by more than this, 2 s, starts the measurement again.
const TRANSIT_JUMP_SAMPLES_MAX: u64 = 96_000;

/// So does a path that for so long, 150 ms, and so many arrivals has been slower than any target could wait for: the
/// packets of a stall come faster than they were sent.
const SLOWER_PATH_SAMPLES: u64 = 7_200;
const SLOWER_PATH_FRAMES: u32 = 4;

/// Transit times of the last frames of one utterance: arrival minus the frame's place on the sender's time
/// line. Only differences between them mean anything.
#[derive(Debug)]
pub(super) struct Transits {
    last: [i64; MOST_FRAMES],
    window: usize,
    count: usize,
    fastest: i64,
    /// Of all, but for queue spikes and what no target could wait for.
    slowest_of_jitter: i64,
    too_slow: Option<TooSlow>,
    heaps: Heaps,
}

/// Arrivals one after the other that no target could wait for.
#[derive(Debug)]
struct TooSlow {
    since: SamplePosition,
    frames: u32,
}

impl Transits {
    /// None yet of frames of so many samples.
    pub(super) fn new(frame_samples: usize) -> Self {
        Self {
            last: [0; MOST_FRAMES],
            window: Self::window(frame_samples),
            count: 0,
            fastest: 0,
            slowest_of_jitter: i64::MIN,
            too_slow: None,
            heaps: Heaps::new(frame_samples),
        }
    }

    /// How many frames of so many samples are remembered.
    pub(super) fn window(frame_samples: usize) -> usize {
        (WINDOW_SAMPLES / frame_samples).clamp(LEAST_FRAMES, MOST_FRAMES)
    }

    /// Notes one arrival; `false` if the time line jumped or the path is a slower one, so that everything before it is
    /// forgotten.
    pub(super) fn note(&mut self, arrived: SamplePosition, transit: i64) -> bool {
        let again = self.is_jump(transit) || self.is_slower_path(arrived, transit);
        if again {
            (self.count, self.too_slow) = (0, None);
            self.slowest_of_jitter = i64::MIN;
        }
        self.heaps.note(arrived, transit, if self.count == 0 { transit } else { self.fastest });
        self.last[self.count % self.window] = transit;
        self.count += 1;
        let known = &self.last[..self.count.min(self.window)];
        self.fastest = known.iter().copied().min().unwrap_or(transit);
        if !self.is_too_slow(transit) && !self.heaps.is_spike() {
            self.slowest_of_jitter = self.slowest_of_jitter.max(transit);
        }
        !again
    }

    /// Whether an arrival with this transit would be taken for a jump of the time line.
    pub(super) fn is_jump(&self, transit: i64) -> bool {
        self.count > 0 && transit.abs_diff(self.fastest) > TRANSIT_JUMP_SAMPLES_MAX
    }

    /// Whether no target could wait for an arrival with this transit.
    pub(super) fn is_too_slow(&self, transit: i64) -> bool {
        self.count > 0 && transit > self.fastest.saturating_add_unsigned(TARGET_DELAY_SAMPLES_MAX)
    }

    /// The fastest transit of the window: what the delay is counted from. 0 before the first arrival.
    pub(super) fn fastest(&self) -> i64 {
        self.fastest
    }

    /// By how much the slowest frame of all that a target could wait for was slower than the fastest, but for those of
    /// queue spikes.
    pub(super) fn jitter(&self) -> u64 {
        self.slowest_of_jitter.saturating_sub(self.fastest).max(0) as u64
    }

    /// By how much the last heap of arrivals was slower than the fastest of the window, if even the fastest of the last
    /// few heaps came later than the usual target waits: the path has become slower.
    pub(super) fn shift(&self, usual: u64) -> u64 {
        let slower = |fastest: &i64| self.slower(*fastest);
        let heaps = &self.heaps.fastest()[..SHIFTED_HEAPS];
        if heaps.iter().all(|heap| slower(heap) > usual) { slower(&heaps[0]) } else { 0 }
    }

    /// By how much even the fastest of the last heaps was slower than the fastest of the window.
    pub(super) fn slowdown(&self) -> u64 {
        self.heaps.fastest().iter().min().map_or(0, |fastest| self.slower(*fastest))
    }

    fn slower(&self, transit: i64) -> u64 {
        transit.saturating_sub(self.fastest).max(0) as u64
    }

    /// Whether the last arrival began a heap, and that is a queue spike.
    pub(super) fn begun_heap_is_spike(&self) -> Option<bool> {
        self.heaps.has_begun().then(|| self.heaps.is_spike())
    }

    /// Whether the last arrival is of a heap that is a queue spike.
    pub(super) fn is_spike(&self) -> bool {
        self.heaps.is_spike()
    }

    /// Whether another frame is not likely to be much faster than the fastest.
    pub(super) fn is_settled(&self) -> bool {
        self.count >= SETTLED_FRAMES
    }

    fn is_slower_path(&mut self, arrived: SamplePosition, transit: i64) -> bool {
        if !self.is_too_slow(transit) {
            self.too_slow = None;
            return false;
        }
        let too_slow = self.too_slow.get_or_insert(TooSlow { since: arrived, frames: 0 });
        too_slow.frames += 1;
        too_slow.frames >= SLOWER_PATH_FRAMES && arrived.samples_since(too_slow.since) >= SLOWER_PATH_SAMPLES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Arrivals of frames of 20 ms, one each 20 ms.
    struct Arrivals {
        window: Transits,
        now: SamplePosition,
    }

    impl Arrivals {
        fn new() -> Self {
            Self { window: Transits::new(960), now: SamplePosition::default() }
        }

        fn note(&mut self, transit: i64) -> bool {
            self.now += 960;
            self.window.note(self.now, transit)
        }
    }

    #[test]
    fn a_slower_route_is_the_new_normal_after_the_window() {
        let mut arrivals = Arrivals::new();
        for _ in 0..10 {
            arrivals.note(100);
        }
        arrivals.note(600);
        assert_eq!((arrivals.window.fastest(), arrivals.window.jitter()), (100, 500));
        for _ in 0..128 {
            arrivals.note(600);
        }
        assert_eq!((arrivals.window.fastest(), arrivals.window.jitter()), (600, 0));
    }

    #[test]
    fn a_path_too_slow_to_be_waited_for_is_the_new_normal_after_150_ms() {
        let mut arrivals = Arrivals::new();
        arrivals.note(0);
        let again = (0..20).position(|_| !arrivals.note(20_000));
        assert_eq!(again, Some(8), "the ninth arrival is 160 ms after the first");
        assert_eq!((arrivals.window.fastest(), arrivals.window.jitter()), (20_000, 0));
    }

    #[test]
    fn what_no_target_could_wait_for_is_none_of_the_slowest() {
        let mut arrivals = Arrivals::new();
        for transit in [0, 700, 28_800, 20] {
            arrivals.note(transit);
        }
        assert_eq!(arrivals.window.jitter(), 700);
    }

    #[test]
    fn one_arrival_in_time_shows_that_the_path_is_the_same() {
        let mut arrivals = Arrivals::new();
        arrivals.note(0);
        assert!((0..100).all(|i| arrivals.note(if i % 8 == 0 { 0 } else { 20_000 })));
    }

    #[test]
    fn packets_that_come_all_at_once_make_no_slower_path() {
        let mut arrivals = Arrivals::new();
        arrivals.note(0);
        let now = arrivals.now + 90_000;
        assert!((0..90).all(|i| arrivals.window.note(now, 90_000 - i * 960)));
    }

    #[test]
    fn a_jump_of_the_time_line_starts_again() {
        let mut arrivals = Arrivals::new();
        assert!(arrivals.note(0));
        assert!(!arrivals.note(-4_000_000_000));
        assert_eq!(arrivals.window.fastest(), -4_000_000_000);
        assert!(!arrivals.note(0));
        assert_eq!((arrivals.window.fastest(), arrivals.window.jitter()), (0, 0));
    }

    #[test]
    fn it_settles_after_64_frames() {
        let mut arrivals = Arrivals::new();
        for count in 0..200 {
            assert_eq!(arrivals.window.is_settled(), count >= 64);
            arrivals.note(7);
        }
    }
}
