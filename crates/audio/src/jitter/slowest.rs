//! The slowest recent arrivals, for as long as they are significant.

/// If this many heaps of arrivals were late in a window, a single window without one shows that the network has changed
/// …
const TELLING_HEAPS: u32 = 16;

/// … and if fewer were late, it takes more windows, but at most this many, ten seconds.
const SLOW_WINDOWS: usize = 8;

/// The longest delays that a target could wait for, in samples from one origin: of this window and the ones before,
/// newest first.
#[derive(Debug)]
pub(super) struct Slowest {
    of_windows: [Slow; SLOW_WINDOWS + 1],
    windows: usize,
    /// How many arrivals a window has, and the current one so far.
    window: usize,
    arrivals: usize,
}

#[derive(Debug, Clone, Copy)]
struct Slow {
    delay: u64,
    /// Heaps of arrivals that came late.
    heaps: u32,
}

impl Slow {
    const NONE: Self = Self { delay: 0, heaps: 0 };
}

impl Slowest {
    /// None yet, in windows of so many arrivals.
    pub(super) fn new(window: usize) -> Self {
        Self { of_windows: [Slow::NONE; SLOW_WINDOWS + 1], windows: 0, window, arrivals: 0 }
    }

    /// Notes an arrival that is not too slow to be waited for.
    pub(super) fn note(&mut self, delay: u64, begins_late_heap: bool) {
        let window = &mut self.of_windows[0];
        window.delay = window.delay.max(delay);
        window.heaps += u32::from(begins_late_heap);
        self.arrivals += 1;
        if self.arrivals >= self.window {
            self.end_window();
        }
    }

    fn end_window(&mut self) {
        self.of_windows.rotate_right(1);
        self.of_windows[0] = Slow::NONE;
        self.windows = self.windows.saturating_add(1);
        self.arrivals = 0;
    }

    /// So many windows have to pass without a slow arrival until that means something, the more the rarer they are.
    fn telling(&self) -> usize {
        match self.of_windows.iter().map(|window| window.heaps).max() {
            None | Some(0) => 1,
            Some(heaps) => (TELLING_HEAPS.div_ceil(heaps) as usize).min(SLOW_WINDOWS),
        }
    }

    /// The longest delay of those windows, if as many have passed.
    pub(super) fn delay(&self) -> Option<u64> {
        let telling = self.telling();
        let delays = self.of_windows[..=telling].iter().map(|window| window.delay);
        delays.max().filter(|_| self.windows > telling)
    }

    /// The origin has moved by so many samples to later times.
    pub(super) fn move_origin(&mut self, samples: i64) {
        for window in &mut self.of_windows {
            window.delay = window.delay.saturating_add_signed(-samples);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: usize = 64;

    /// So many arrivals, of which each of that number is late.
    fn note(slowest: &mut Slowest, arrivals: usize, late_each: usize, delay: u64) {
        for arrival in 1..=arrivals {
            let is_late = arrival.is_multiple_of(late_each);
            slowest.note(if is_late { delay } else { 0 }, is_late);
        }
    }

    #[test]
    fn of_few_arrivals_nothing_is_known() {
        let mut slowest = Slowest::new(WINDOW);
        note(&mut slowest, 2 * WINDOW - 1, 2, 1_000);
        assert_eq!(slowest.delay(), None);
        note(&mut slowest, 1, 2, 1_000);
        assert_eq!(slowest.delay(), Some(1_000));
    }

    #[test]
    fn jitter_is_over_after_a_window_without() {
        let mut slowest = Slowest::new(WINDOW);
        note(&mut slowest, 4 * WINDOW, 2, 1_000);
        note(&mut slowest, WINDOW - 1, usize::MAX, 0);
        assert_eq!(slowest.delay(), Some(1_000));
        note(&mut slowest, 1, usize::MAX, 0);
        assert_eq!(slowest.delay(), Some(0));
    }

    #[test]
    fn a_spike_is_remembered_for_ten_seconds() {
        let mut slowest = Slowest::new(WINDOW);
        note(&mut slowest, 9 * WINDOW, 50, 5_000);
        note(&mut slowest, 8 * WINDOW - 1, usize::MAX, 0);
        assert_eq!(slowest.delay(), Some(5_000));
        note(&mut slowest, 1, usize::MAX, 0);
        assert_eq!(slowest.delay(), Some(0));
    }

    #[test]
    fn the_origin_moves_with_everything_known() {
        let mut slowest = Slowest::new(WINDOW);
        note(&mut slowest, 4 * WINDOW, 2, 1_000);
        slowest.move_origin(-480);
        assert_eq!(slowest.delay(), Some(1_480));
        slowest.move_origin(2_000);
        assert_eq!(slowest.delay(), Some(0));
    }
}
