//! How long frames should wait before they are played, from how irregularly they arrive.

use crate::block::BLOCK_SAMPLES;
use crate::limits::MAX_TARGET_DELAY_SAMPLES;

/// Arrivals that are remembered: 2.6 s of 20 ms frames.
const WINDOW_FRAMES: usize = 128;

/// With fewer arrivals than this the delay stays at least [`INITIAL_SAMPLES`].
const CONFIDENT_FRAMES: usize = 32;

/// With at least this many arrivals, the slowest one of them is taken for an accident.
const OUTLIER_FRAMES: usize = 64;

/// The delay before anything is known: 20 ms.
const INITIAL_SAMPLES: u64 = 960;

/// Room for the receiver's own imprecision: one block, because sound is mixed in blocks, and 2.5 ms.
const MARGIN_SAMPLES: u64 = BLOCK_SAMPLES as u64 + 120;

/// A jump of the sender's time line by more than this, 2 s, starts the measurement anew.
const MAX_TRANSIT_JUMP_SAMPLES: u64 = 96_000;

/// Transit times of the last frames of one utterance: arrival minus the frame's place on the sender's time
/// line. Only differences between them mean anything.
#[derive(Debug)]
pub(super) struct Transits {
    last: [i64; WINDOW_FRAMES],
    count: usize,
    fastest: i64,
}

impl Transits {
    pub(super) fn new() -> Self {
        Self { last: [0; WINDOW_FRAMES], count: 0, fastest: 0 }
    }

    /// Notes one arrival and says by how much it was slower than the fastest of the window.
    pub(super) fn note(&mut self, transit: i64) -> u64 {
        if self.count > 0 && transit.abs_diff(self.fastest) > MAX_TRANSIT_JUMP_SAMPLES {
            self.count = 0;
        }
        self.last[self.count % WINDOW_FRAMES] = transit;
        self.count += 1;
        let known = &self.last[..self.count.min(WINDOW_FRAMES)];
        self.fastest = known.iter().copied().min().unwrap_or(transit);
        transit.abs_diff(self.fastest)
    }

    /// The fastest transit of the window: what the delay is counted from. 0 before the first arrival.
    pub(super) fn fastest(&self) -> i64 {
        self.fastest
    }
}

/// The target delay of one speaker. It outlives utterances: the network stays the same.
///
/// Each frame's *relative delay* is by how much it came later than the fastest of the last 128 frames. The
/// target is the largest of the last 128 relative delays but one (so about 1 % may come too late), plus
/// [`MARGIN_SAMPLES`]. While frames get lost and can be recovered from their successor, it is one frame more,
/// so that the successor is there in time.
#[derive(Debug)]
pub(super) struct TargetDelay {
    relative: [u64; WINDOW_FRAMES],
    count: usize,
    /// Jitter as in RFC 3550 §6.4.1, and the transit it was last measured against.
    jitter: f32,
    last_transit: Option<i64>,
}

impl TargetDelay {
    pub(super) fn new() -> Self {
        Self { relative: [0; WINDOW_FRAMES], count: 0, jitter: 0.0, last_transit: None }
    }

    /// A new utterance has begun: its time line has nothing to do with the one before.
    pub(super) fn start_utterance(&mut self) {
        self.last_transit = None;
    }

    /// Notes one arrival.
    pub(super) fn note(&mut self, transit: i64, relative: u64) {
        self.relative[self.count % WINDOW_FRAMES] = relative.min(MAX_TARGET_DELAY_SAMPLES);
        self.count += 1;
        if let Some(last) = self.last_transit.replace(transit) {
            let difference = transit.abs_diff(last).min(MAX_TARGET_DELAY_SAMPLES) as f32;
            self.jitter += (difference - self.jitter) / 16.0;
        }
    }

    /// Samples to wait beyond the fastest frame. `look_ahead` samples are added if the next frame is wanted
    /// when a frame is missing.
    pub(super) fn samples(&self, look_ahead: u64) -> u64 {
        let known = &self.relative[..self.count.min(WINDOW_FRAMES)];
        let (largest, second) = known.iter().fold((0, 0), |(largest, second), &relative| {
            if relative > largest { (relative, largest) } else { (largest, relative.max(second)) }
        });
        // Of few arrivals, the slowest is probably not as slow as it can get.
        let usual = if known.len() < OUTLIER_FRAMES { largest + largest / 4 } else { second };
        let least = if known.len() < CONFIDENT_FRAMES { INITIAL_SAMPLES } else { 0 };
        (usual + MARGIN_SAMPLES + look_ahead).max(least).min(MAX_TARGET_DELAY_SAMPLES)
    }

    /// Mean difference of the transit of successive frames, in samples (RFC 3550 §6.4.1).
    pub(super) fn jitter_samples(&self) -> f32 {
        self.jitter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(transits: impl IntoIterator<Item = i64>) -> TargetDelay {
        let mut window = Transits::new();
        let mut target = TargetDelay::new();
        for transit in transits {
            let relative = window.note(transit);
            target.note(transit, relative);
        }
        target
    }

    #[test]
    fn before_anything_is_known_it_is_20_ms() {
        assert_eq!(after([]).samples(0), INITIAL_SAMPLES);
        assert_eq!(after([5_000]).samples(0), INITIAL_SAMPLES);
    }

    #[test]
    fn regular_arrivals_need_only_the_margin() {
        assert_eq!(after([77; 40]).samples(0), MARGIN_SAMPLES);
        assert!(after([77; 40]).jitter_samples().abs() < f32::EPSILON);
    }

    #[test]
    fn it_follows_the_slowest_frame_but_one() {
        let mut transits = [0; 128];
        transits[30] = 4_000;
        transits[90] = 1_500;
        assert_eq!(after(transits).samples(0), 1_500 + MARGIN_SAMPLES);
    }

    #[test]
    fn of_few_arrivals_the_slowest_counts_and_a_quarter_more() {
        assert_eq!(after([0, 1_000]).samples(0), 1_250 + MARGIN_SAMPLES);
    }

    #[test]
    fn jitter_is_the_mean_difference_of_successive_transits() {
        let jitter = after((0..500).map(|i| if i % 2 == 0 { 0 } else { 160 })).jitter_samples();
        assert!((jitter - 160.0).abs() < 0.1, "{jitter}");
    }

    #[test]
    fn it_forgets_after_the_window() {
        let rough = (0..128).map(|i| i % 7 * 300);
        assert_eq!(after(rough.clone()).samples(0), 1_800 + MARGIN_SAMPLES);
        assert_eq!(after(rough.chain([0; 128])).samples(0), MARGIN_SAMPLES);
    }

    #[test]
    fn a_slower_route_is_the_new_normal_after_the_window() {
        let mut window = Transits::new();
        for _ in 0..10 {
            window.note(100);
        }
        assert_eq!(window.note(600), 500);
        for _ in 0..WINDOW_FRAMES {
            window.note(600);
        }
        assert_eq!(window.note(600), 0);
    }

    #[test]
    fn a_jump_of_the_time_line_starts_anew() {
        let mut window = Transits::new();
        window.note(0);
        assert_eq!(window.note(-4_000_000_000), 0);
        assert_eq!(window.note(0), 0);
        assert_eq!(window.fastest(), 0);
    }

    #[test]
    fn it_never_exceeds_its_bound() {
        assert_eq!(after((0..128).map(|i| i * 700)).samples(u64::from(u32::MAX)), MAX_TARGET_DELAY_SAMPLES);
    }
}
