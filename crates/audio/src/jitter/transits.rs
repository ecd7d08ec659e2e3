//! How long the last frames of one utterance took to arrive.

/// How long arrivals are remembered, 2.56 s …
const WINDOW_SAMPLES: usize = 122_880;

/// … but at least so many and at most so many of them.
const LEAST_FRAMES: usize = 64;
const MOST_FRAMES: usize = 256;

/// After so many arrivals the fastest of them is known well.
const SETTLED_FRAMES: usize = LEAST_FRAMES;

/// A jump of the sender's time line by more than this, 2 s, starts the measurement anew.
const TRANSIT_JUMP_SAMPLES_MAX: u64 = 96_000;

/// Transit times of the last frames of one utterance: arrival minus the frame's place on the sender's time
/// line. Only differences between them mean anything.
#[derive(Debug)]
pub(super) struct Transits {
    last: [i64; MOST_FRAMES],
    window: usize,
    count: usize,
    fastest: i64,
    slowest: i64,
}

impl Transits {
    /// None yet of frames of so many samples.
    pub(super) fn new(frame_samples: usize) -> Self {
        let window = (WINDOW_SAMPLES / frame_samples).clamp(LEAST_FRAMES, MOST_FRAMES);
        Self { last: [0; MOST_FRAMES], window, count: 0, fastest: 0, slowest: 0 }
    }

    /// Notes one arrival; `false` if the time line jumped, so that everything before it is forgotten.
    pub(super) fn note(&mut self, transit: i64) -> bool {
        let jumped = self.count > 0 && transit.abs_diff(self.fastest) > TRANSIT_JUMP_SAMPLES_MAX;
        if jumped {
            self.count = 0;
        }
        self.last[self.count % self.window] = transit;
        self.count += 1;
        let known = &self.last[..self.count.min(self.window)];
        self.fastest = known.iter().copied().min().unwrap_or(transit);
        self.slowest = known.iter().copied().max().unwrap_or(transit);
        !jumped
    }

    /// The fastest transit of the window: what the delay is counted from. 0 before the first arrival.
    pub(super) fn fastest(&self) -> i64 {
        self.fastest
    }

    /// By how much the slowest frame of the window was slower than the fastest.
    pub(super) fn spread(&self) -> u64 {
        self.slowest.abs_diff(self.fastest)
    }

    /// Whether so many frames have come that the slowest of them is a measure of what to expect.
    pub(super) fn is_full(&self) -> bool {
        self.count >= self.window
    }

    /// Whether another frame is not likely to be much faster than the fastest.
    pub(super) fn is_settled(&self) -> bool {
        self.count >= SETTLED_FRAMES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slower_route_is_the_new_normal_after_the_window() {
        let mut window = Transits::new(960);
        for _ in 0..10 {
            window.note(100);
        }
        window.note(600);
        assert_eq!((window.fastest(), window.spread()), (100, 500));
        for _ in 0..128 {
            window.note(600);
        }
        assert_eq!((window.fastest(), window.spread()), (600, 0));
    }

    #[test]
    fn a_jump_of_the_time_line_starts_anew() {
        let mut window = Transits::new(960);
        assert!(window.note(0));
        assert!(!window.note(-4_000_000_000));
        assert_eq!(window.fastest(), -4_000_000_000);
        assert!(!window.note(0));
        assert_eq!((window.fastest(), window.spread()), (0, 0));
    }

    #[test]
    fn it_settles_after_64_frames_and_is_full_after_128() {
        let mut window = Transits::new(960);
        for count in 0..200 {
            assert_eq!((window.is_settled(), window.is_full()), (count >= 64, count >= 128));
            window.note(7);
        }
    }
}
