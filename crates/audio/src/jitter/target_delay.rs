//! The target delay: how long frames should wait before they are played, from the jitter of their arrivals.

use super::delay_histogram::DelayHistogram;
use super::pace::Pace;
use super::recovery::Recovery;
use super::slowest::Slowest;
use super::transits::Transits;
use crate::limits::TARGET_DELAY_SAMPLES_MAX;

/// With fewer arrivals than this the delay stays at least [`INITIAL_SAMPLES`].
const CONFIDENT_FRAMES: u32 = 32;

/// Of fewer arrivals than this, the slowest is probably not as slow as it can get.
const FEW_FRAMES: u32 = 64;

/// The delay before anything is known: 5 ms, 10 on average, because sound is mixed in blocks.
const INITIAL_SAMPLES: u64 = 240;

/// An arrival faster than all recent ones by this, 10 ms, came over another route.
const FASTER_ROUTE_SAMPLES: i64 = 480;

/// A route on which nothing comes faster than this, 20 ms, is another one than that of the fastest arrival.
const SLOWER_ROUTE_SAMPLES: u64 = 960;

/// How long delays are remembered, 20 s: queue spikes come once a second or less often.
const MEMORY_SAMPLES: f32 = 960_000.0;

/// Shares of late frames are taken of at least five seconds, even if fewer have been observed: a spike in the first
/// second is not typical of the network.
const CONFIDENT_SAMPLES: f32 = 240_000.0;

/// The memory for networks without spikes: 4 s are enough.
const RECENT_SAMPLES: f32 = 192_000.0;

/// Waiting 30 ms longer is worth it for one frame in a hundred that is not made up then.
pub(super) const ALL_MADE_UP_SAMPLES: f32 = 192_000.0;

/// Two such arrivals within so many frames show that the network has changed.
const CHANGED_FRAMES: u32 = 8;

/// A heap of arrivals is late if its first one is slower than the fastest by more than this, 10 ms.
const LATE_SAMPLES: u64 = 480;

/// Room for the receiver's own imprecision: 2.5 ms.
const MARGIN_SAMPLES: u64 = 120;

/// The target delay of one speaker. It outlives utterances: the network stays the same.
///
/// Each frame's *relative delay* is by how much it came later than the fastest of the last 2.56 s of its
/// utterance. The target is the delay with which only the accepted share of frames has to be made up although they
/// came or could be recovered (as in `NetEQ`, the quantile of a histogram that forgets), but no more than the
/// slowest of the utterance's last 2.56 s needed, and no more than that is worth: where a queue stands still now and
/// then, so that a few frames come much later than all others, speech with those made up is better than speech that is
/// so late all the time.
#[derive(Debug)]
pub(super) struct TargetDelay {
    /// Counts transits from `origin`, which lies at or before the fastest.
    delays: DelayHistogram,
    /// The same of a shorter time.
    recent: DelayHistogram,
    origin: i64,
    fastest: i64,
    /// The arrival to come is the first of its time line.
    first: bool,
    arrivals: u32,
    accepted_share: f32,
    samples: u64,
    /// The target from `origin`, but for paths that have become slower.
    pace: Pace,
    slowest: Slowest,
    waits_for_copies: bool,
    /// Arrivals since one that was much later than the target, but not in a queue spike.
    since_late: u32,
    /// By how much the path has become slower.
    slowdown: u64,
    /// Jitter as in RFC 3550 §6.4.1, and the transit it was last measured against.
    jitter: f32,
    last_transit: Option<i64>,
}

impl TargetDelay {
    /// For frames of so many samples, of which the given share, 0 to 1, may come too late.
    pub(super) fn new(frame_samples: usize, accepted_share: f32) -> Self {
        Self {
            delays: DelayHistogram::new(frame_samples, MEMORY_SAMPLES, CONFIDENT_SAMPLES),
            recent: DelayHistogram::new(frame_samples, RECENT_SAMPLES, 0.0),
            origin: 0,
            fastest: 0,
            first: true,
            arrivals: 0,
            accepted_share,
            samples: INITIAL_SAMPLES,
            pace: Pace::new(frame_samples),
            waits_for_copies: false,
            since_late: CHANGED_FRAMES,
            slowdown: 0,
            slowest: Slowest::new(Transits::window(frame_samples) / 2),
            jitter: 0.0,
            last_transit: None,
        }
    }

    /// The arrivals to come have nothing to do with the ones before: a new utterance, a jump, or a slower path.
    pub(super) fn start_time_line(&mut self) {
        self.first = true;
        self.last_transit = None;
    }

    /// Notes how long one arrival took, which is among the utterance's transits already.
    pub(super) fn note(&mut self, transit: i64, transits: &Transits, recovery: Recovery) {
        self.follow(transits);
        if transits.is_too_slow(transit) {
            // A delay too long to wait for is no reason to wait longer.
            return;
        }
        let delay = transit.abs_diff(transits.fastest()).min(TARGET_DELAY_SAMPLES_MAX);
        let from_origin = delay + self.lead();
        self.delays.note(from_origin);
        self.recent.note(from_origin);
        self.arrivals = self.arrivals.saturating_add(1);
        let begun = transits.begun_heap_is_spike();
        self.note_change(delay, transits);
        self.slowest.note(from_origin, begun.is_some() && delay > LATE_SAMPLES);
        if let Some(is_spike) = begun {
            self.pace.begin_heap(from_origin, is_spike, self.arrivals < FEW_FRAMES);
        }
        let usual = self.usual(transits, recovery);
        self.slowdown = transits.slowdown();
        let samples = usual.max(transits.shift(usual));
        let least = if self.arrivals < CONFIDENT_FRAMES { INITIAL_SAMPLES } else { 0 };
        self.samples = (samples + MARGIN_SAMPLES).max(least).min(TARGET_DELAY_SAMPLES_MAX);
        if let Some(last) = self.last_transit.replace(transit) {
            let difference = transit.abs_diff(last).min(TARGET_DELAY_SAMPLES_MAX) as f32;
            self.jitter += (difference - self.jitter) / 16.0;
        }
    }

    /// Samples to wait beyond the fastest frame.
    pub(super) fn samples(&self) -> u64 {
        self.samples
    }

    /// Mean difference of the transit of successive frames, in samples (RFC 3550 §6.4.1).
    pub(super) fn jitter_samples(&self) -> f32 {
        self.jitter
    }

    /// Lets the origin follow the fastest arrival. A new time line goes on where the one before was, its
    /// first frames being taken for fast ones until there are faster ones; so does a faster route.
    fn follow(&mut self, transits: &Transits) {
        let fastest = transits.fastest();
        let faster = self.fastest.saturating_sub(fastest);
        if self.first || (faster > 0 && !transits.is_settled()) || faster >= FASTER_ROUTE_SAMPLES {
            // On a new time line, a path that had become slower counts as the fastest known.
            let slowdown = std::mem::take(&mut self.slowdown);
            let slower = if self.first && slowdown >= SLOWER_ROUTE_SAMPLES { slowdown } else { 0 };
            self.origin = fastest - (self.fastest - self.origin).saturating_add_unsigned(slower);
        }
        self.first = false;
        self.fastest = fastest;
        let lead = fastest - self.origin;
        if lead < 0 || lead > DelayHistogram::slack_samples() as i64 {
            let moved = self.delays.move_origin(lead);
            self.recent.move_origin(lead);
            self.pace.move_origin(moved);
            self.slowest.move_origin(moved);
            self.origin += moved;
        }
    }

    /// Of a network with jitter that it did not have before, little is known.
    fn note_change(&mut self, delay: u64, transits: &Transits) {
        let is_late = !transits.is_spike() && delay > self.samples + LATE_SAMPLES;
        if is_late && self.since_late < CHANGED_FRAMES {
            self.arrivals = self.arrivals.min(CONFIDENT_FRAMES);
        }
        self.since_late = if is_late { 0 } else { self.since_late.saturating_add(1) };
    }

    /// By how much the fastest arrival lies after the origin.
    fn lead(&self) -> u64 {
        self.origin.abs_diff(self.fastest)
    }

    /// The target as it is while the path stays as fast as it is.
    fn usual(&mut self, transits: &Transits, recovery: Recovery) -> u64 {
        let lead = self.lead();
        let few = self.arrivals < FEW_FRAMES;
        let Recovery { share, look_ahead_samples } = recovery;
        let delays = if self.pace.has_spikes() { &self.delays } else { &self.recent };
        let needed = delays.delay_for(self.accepted_share, share, look_ahead_samples);
        let wanted = if few {
            needed
        } else {
            needed.min(delays.cheapest(lead, ALL_MADE_UP_SAMPLES, share, look_ahead_samples))
        };
        let no_copies_anymore = std::mem::replace(&mut self.waits_for_copies, share > 0.0) && share <= 0.0;
        if self.arrivals == FEW_FRAMES || no_copies_anymore {
            self.pace.settle(wanted.max(lead));
        }
        let mut steady = self.pace.towards(wanted.max(lead));
        let copies = if share > 0.0 { look_ahead_samples } else { 0 };
        let most = self.slowest.delay().map_or(u64::MAX, |slowest| slowest.max(lead) + copies);
        if few {
            let seen = lead + transits.jitter() + copies;
            if seen > steady {
                self.pace.jump(seen);
            }
            steady = steady.max(seen + unseen(transits.jitter(), self.arrivals));
        } else if most < steady {
            steady = most;
            self.pace.jump(steady);
        }
        steady.saturating_sub(lead)
    }
}

/// By how much the slowest arrivals to come are likely to be slower than all of the few so far: as much as the spread
/// of evenly distributed ones is underestimated, and no less than an eighth of it. A delay that grows before the first
/// word is not heard, one that grows within it is.
fn unseen(spread: u64, arrivals: u32) -> u64 {
    let underestimated = spread * 2 / u64::from(arrivals.max(3) - 1);
    underestimated.max(spread / 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::SamplePosition;

    const NO_LOSS: Recovery = Recovery { share: 0.0, look_ahead_samples: 960 };

    struct Arrivals {
        target: TargetDelay,
        transits: Transits,
        now: SamplePosition,
    }

    impl Arrivals {
        fn new() -> Self {
            let target = TargetDelay::new(960, 0.01);
            Self { target, transits: Transits::new(960), now: SamplePosition::default() }
        }

        fn note(&mut self, transits: impl IntoIterator<Item = i64>) -> u64 {
            for transit in transits {
                self.now += 960;
                if !self.transits.note(self.now, transit) {
                    self.target.start_time_line();
                }
                self.target.note(transit, &self.transits, NO_LOSS);
            }
            self.target.samples()
        }

        fn new_utterance(&mut self) {
            self.transits = Transits::new(960);
            self.target.start_time_line();
        }
    }

    fn after(transits: impl IntoIterator<Item = i64>) -> u64 {
        Arrivals::new().note(transits)
    }

    #[test]
    fn before_anything_is_known_it_is_5_ms() {
        assert_eq!(after([]), INITIAL_SAMPLES);
        assert_eq!(after([5_000]), INITIAL_SAMPLES);
    }

    #[test]
    fn regular_arrivals_need_only_the_margin() {
        assert_eq!(after([77; 200]), MARGIN_SAMPLES);
    }

    #[test]
    fn one_frame_in_a_hundred_may_come_too_late() {
        let mut transits = [0; 600];
        for place in (100..600).step_by(200) {
            transits[place] = 1_500;
        }
        assert!(after(transits).abs_diff(MARGIN_SAMPLES) <= 48);
        for place in (150..600).step_by(50) {
            transits[place] = 1_500;
        }
        assert!(after(transits).abs_diff(1_500 + MARGIN_SAMPLES) <= 48);
    }

    #[test]
    fn what_is_late_too_seldom_is_not_worth_a_long_delay() {
        let mut transits = [0; 600];
        for place in (100..600).step_by(50) {
            transits[place] = 9_600;
        }
        assert!(after(transits).abs_diff(MARGIN_SAMPLES) <= 48, "2 % are worth 80 ms, not 200");
    }

    #[test]
    fn of_few_arrivals_the_slowest_counts_and_the_more_the_fewer_they_are() {
        assert!(after([0, 1_000]).abs_diff(2_000 + MARGIN_SAMPLES) <= 48);
        assert!(after([0, 1_000, 0, 0, 0]).abs_diff(1_500 + MARGIN_SAMPLES) <= 48);
        assert!(after([1_000, 0].repeat(10)).abs_diff(1_125 + MARGIN_SAMPLES) <= 48);
    }

    #[test]
    fn jitter_is_the_mean_difference_of_successive_transits() {
        let mut arrivals = Arrivals::new();
        arrivals.note((0..500).map(|i| if i % 2 == 0 { 0 } else { 160 }));
        let jitter = arrivals.target.jitter_samples();
        assert!((jitter - 160.0).abs() < 0.1, "{jitter}");
    }

    #[test]
    fn it_shrinks_again_once_nothing_slow_came_for_128_frames_of_20_ms() {
        let mut arrivals = Arrivals::new();
        assert!(arrivals.note((0..600).map(|i| i % 7 * 300)) >= 1_800);
        assert!(arrivals.note([0; 60]) >= 1_800);
        assert_eq!(arrivals.note([0; 68]), MARGIN_SAMPLES);
    }

    #[test]
    fn a_slower_or_faster_route_is_the_new_normal_soon() {
        let mut arrivals = Arrivals::new();
        assert!(arrivals.note((0..300).map(|i| i % 3 * 300)) <= 600 + 48 + MARGIN_SAMPLES);
        assert!(arrivals.note((0..130).map(|i| 5_000 + i % 3 * 300)) <= 600 + 48 + MARGIN_SAMPLES);
        assert!(arrivals.note((0..130).map(|i| i % 3 * 300)) <= 600 + 48 + MARGIN_SAMPLES);
    }

    #[test]
    fn a_new_utterance_goes_on_with_what_is_known_of_the_network() {
        let mut arrivals = Arrivals::new();
        let before = arrivals.note((0..300).map(|i| i * 7 % 60 * 48));
        arrivals.new_utterance();
        let target = arrivals.note((10..15).map(|i| 1_000_000_000 + i * 7 % 60 * 48));
        assert!(target.abs_diff(before) <= 300, "{before}, then {target}");
    }

    #[test]
    fn drift_does_not_matter() {
        for drift in [-1, 1] {
            let mut arrivals = Arrivals::new();
            let target = arrivals.note((0..400_000).map(|i| drift * i / 5 + i * 7 % 10 * 48));
            assert!(target.abs_diff(480 + MARGIN_SAMPLES) <= 144, "{drift}: {target}");
        }
    }

    #[test]
    fn it_never_exceeds_its_bound() {
        assert_eq!(after((0..128).map(|i| i % 28 * 711)), TARGET_DELAY_SAMPLES_MAX);
    }
}
