//! Keeps a ring near the smallest fill that is stable, by making its reader or writer a little faster or slower.
//!
//! Three questions, each with its own time scale:
//!
//! * Where does the ring stand? Its fill jumps with every callback and every beat. So frames recorded or played
//!   since the last callback are counted as well, and the sum is averaged over half a second.
//! * Where should it stand? High enough for a period and a block that meet at the worst moment, because they slide
//!   past each other as the clocks drift; for the recent jitter of callbacks and beats, ignoring one outlier; and for
//!   a margin that grows each time the ring runs empty all the same.
//! * How do the clocks differ? A proportional-integral controller, critically damped, brings the average to the
//!   target within seconds; its integral term is the drift. (The same idea, a delay-locked loop over periods, is in
//!   F. Adriaensen, "Using a DLL to filter time", Linux Audio Conference 2005.)

use std::time::Duration;

use consonance_audio::BLOCK_SAMPLES;

use crate::clock_bridge::limits::{CORRECTION_MAX, RingBounds};
use crate::clock_bridge::pulse::{PulseNews, RATE_HZ};

/// One instance per ring, fed once per beat; all in frames of 48 kHz.
#[derive(Debug)]
pub(crate) struct FillControl {
    level: f64,
    periods: Lately,
    counts_periods: bool,
    grown: Lately,
    callbacks_uneven: Lately,
    beats_late: Lately,
    margin: f64,
    /// Added to the target while the jitter is not known yet; decays with a time constant of 10 s.
    caution: f64,
    drift: f64,
    correction: f64,
    last_beat: Option<Duration>,
    target_max: f64,
}

impl FillControl {
    /// For a ring that callbacks fill: in the worst case a whole period has been recorded but not delivered yet.
    pub(crate) fn for_capture(bounds: RingBounds) -> Self {
        Self::new(true, bounds)
    }

    /// For a ring that callbacks empty.
    pub(crate) fn for_playback(bounds: RingBounds) -> Self {
        Self::new(false, bounds)
    }

    fn new(counts_periods: bool, bounds: RingBounds) -> Self {
        let mut control = Self {
            level: 0.0,
            periods: Lately::default(),
            counts_periods,
            grown: Lately::default(),
            callbacks_uneven: Lately::default(),
            beats_late: Lately::default(),
            margin: LEAST_MARGIN_FRAMES,
            caution: bounds.caution_frames as f64,
            drift: 0.0,
            correction: 0.0,
            last_beat: None,
            target_max: bounds.target_frames_max as f64,
        };
        control.restart();
        control
    }

    /// Handles a beat, with the callbacks since the previous one.
    pub(crate) fn handle_beat(&mut self, now: Duration, callbacks: PulseNews) {
        let since = self.last_beat.map_or(Duration::ZERO, |last| now.saturating_sub(last));
        self.last_beat = Some(now);
        self.beats_late.note(jitter_frames(since.saturating_sub(Duration::from_secs_f64(BEAT_S))));
        let early = callbacks.early.as_secs_f64() * RATE_HZ;
        self.callbacks_uneven.note(jitter_frames(callbacks.late).max(early));
        self.periods.note(callbacks.most_frames as f64);
        self.grown.note(callbacks.grown_frames as f64);
        self.margin = LEAST_MARGIN_FRAMES.max(self.margin * (1.0 - BEAT_S / MARGIN_DECAY_S));
        self.caution *= 1.0 - BEAT_S / CAUTION_DECAY_S;
    }

    /// Starts, or starts again, at the target.
    pub(crate) fn restart(&mut self) {
        self.level = self.target();
        self.correction = self.drift;
    }

    /// Takes the ring's fill at this beat.
    pub(crate) fn observe(&mut self, standing: f64) {
        self.level += (standing - self.level) * BEAT_S / AVERAGE_S;
        let error_s = (self.level - self.target()) / RATE_HZ;
        let wanted = PROPORTIONAL * error_s + self.drift;
        self.correction = wanted.clamp(-CORRECTION_MAX, CORRECTION_MAX);
        // At the limit the integral would wind up.
        if wanted.abs() < CORRECTION_MAX {
            let drift = self.drift + INTEGRAL * error_s * BEAT_S;
            self.drift = drift.clamp(-DRIFT_MAX, DRIFT_MAX);
        }
    }

    /// Notes that the ring ran empty.
    pub(crate) fn ran_empty(&mut self) {
        self.margin = (self.margin + MARGIN_STEP_FRAMES).min(MOST_MARGIN_FRAMES);
    }

    /// The average fill to aim for.
    pub(crate) fn target(&self) -> f64 {
        let period = if self.counts_periods { self.periods.most() } else { 0.0 };
        let dip = BLOCK_SAMPLES as f64 + period;
        // A single outlier does not justify a longer delay; but if callback sizes vary, a large increase will happen
        // again.
        let grown = if self.counts_periods { 0.0 } else { self.grown.most() };
        let jitter = self.callbacks_uneven.second_most().max(grown) + self.beats_late.second_most();
        (dip + jitter + self.margin + self.caution).min(self.target_max)
    }

    /// The fraction by which the ring has to be emptied faster, or filled slower; negative for the opposite.
    pub(crate) fn correction(&self) -> f64 {
        self.correction
    }

    /// The part of the correction that is due to the difference between the clocks, as far as it is known.
    pub(crate) fn drift(&self) -> f64 {
        self.drift
    }

    /// The average fill.
    pub(crate) fn level(&self) -> f64 {
        self.level
    }
}

const BEAT_S: f64 = BLOCK_SAMPLES as f64 / RATE_HZ;
const AVERAGE_S: f64 = 0.5;
/// Per second: an excess of 10 ms gives a correction of a quarter of a percent.
const PROPORTIONAL: f64 = 0.25;
/// Critical damping.
const INTEGRAL: f64 = PROPORTIONAL * PROPORTIONAL / 4.0;
/// Ten times the usual difference between device clocks; virtual devices are worse than crystals.
const DRIFT_MAX: f64 = 0.002;
/// 2 ms: by how much a callback or a beat may be later than any recent one.
const LEAST_MARGIN_FRAMES: f64 = 96.0;
/// 3 ms more for each time that the ring ran empty …
const MARGIN_STEP_FRAMES: f64 = 144.0;
/// … up to 60 ms …
const MOST_MARGIN_FRAMES: f64 = 2_880.0;
/// … forgotten over minutes.
const MARGIN_DECAY_S: f64 = 300.0;
/// The time that it takes to measure the jitter of both sides.
const CAUTION_DECAY_S: f64 = 10.0;

/// Jitter in frames. A delay of 60 ms or more is a stall and not jitter, and counts as 0: the sound is interrupted,
/// and resumes without extra delay.
fn jitter_frames(uneven: Duration) -> f64 {
    if uneven < Duration::from_millis(60) { uneven.as_secs_f64() * RATE_HZ } else { 0.0 }
}

/// The maximum of a value over the last 16 s, in eight buckets.
#[derive(Debug, Default)]
struct Lately {
    buckets: [f64; 8],
    newest: usize,
    beats: u32,
}

impl Lately {
    fn note(&mut self, value: f64) {
        self.beats += 1;
        if self.beats == BEATS_PER_BUCKET {
            self.beats = 0;
            self.newest = (self.newest + 1) % self.buckets.len();
            self.buckets[self.newest] = 0.0;
        }
        let bucket = &mut self.buckets[self.newest];
        *bucket = bucket.max(value);
    }

    fn most(&self) -> f64 {
        self.buckets.iter().copied().fold(0.0, f64::max)
    }

    /// The maximum over all buckets except the largest one.
    fn second_most(&self) -> f64 {
        let (_, second) = self.buckets.iter().fold((0.0_f64, 0.0_f64), |(most, second), &value| {
            (most.max(value), second.max(most.min(value)))
        });
        second
    }
}

const BEATS_PER_BUCKET: u32 = 200;

#[cfg(test)]
mod tests {
    use super::*;

    const EVEN: PulseNews =
        PulseNews { late: Duration::ZERO, early: Duration::ZERO, grown_frames: 0, most_frames: 480 };

    fn late(milliseconds: u64) -> PulseNews {
        PulseNews { late: Duration::from_millis(milliseconds), ..EVEN }
    }

    fn for_capture() -> FillControl {
        FillControl::for_capture(RingBounds::DEVICE)
    }

    fn for_playback() -> FillControl {
        FillControl::for_playback(RingBounds::DEVICE)
    }

    /// Simulates a ring whose other side is faster by `drift`, for some seconds; returns its fill at each beat.
    fn follow(control: &mut FillControl, drift: f64, seconds: u32, mut standing: f64) -> Vec<f64> {
        let begin = control.last_beat.unwrap_or_default();
        (1..=seconds * 100)
            .map(|beat| {
                standing += (drift - control.correction()) * BLOCK_SAMPLES as f64;
                control.handle_beat(begin + Duration::from_millis(10) * beat, EVEN);
                control.observe(standing);
                standing
            })
            .collect()
    }

    #[test]
    fn drift_is_learnt_and_the_ring_stays_at_its_target() {
        for drift in [-200e-6, 0.0, 200e-6, 1000e-6] {
            let mut control = for_playback();
            let target = control.target();
            let standing = follow(&mut control, drift, 120, target);
            assert!((control.correction() - drift).abs() < 1e-6, "{drift}: {}", control.correction());
            assert!(standing.iter().all(|standing| (standing - target).abs() < 150.0), "{drift}");
            assert!((standing[11_999] - target).abs() < 1.0, "{drift}: {}", standing[11_999]);
        }
    }

    #[test]
    fn ten_milliseconds_too_much_are_gone_within_a_minute_and_never_faster_than_allowed() {
        let mut control = for_playback();
        let begin = control.target() + 480.0;
        let standing = follow(&mut control, 0.0, 80, begin);
        let fastest = standing.windows(2).fold(0.0, |most: f64, pair| most.max((pair[1] - pair[0]).abs()));
        assert!(fastest <= CORRECTION_MAX * BLOCK_SAMPLES as f64 + 1e-9, "{fastest}");
        let left = |second: usize| (standing[second * 100 - 1] - control.target()).abs();
        assert!(left(40) < 48.0, "{} after 40 s", left(40));
        assert!(left(80) < 5.0, "{} after 80 s", left(80));
    }

    #[test]
    fn a_reader_late_twice_is_expected_to_be_late_again_for_a_while() {
        let mut control = for_playback();
        let calm = control.target();
        let be_late = |control: &mut FillControl| {
            let last = control.last_beat.unwrap_or_default();
            control.handle_beat(last + Duration::from_millis(15), late(20));
        };
        follow(&mut control, 0.0, 5, calm);
        be_late(&mut control);
        assert!((control.target() - calm).abs() < 0.1, "once is an accident");
        follow(&mut control, 0.0, 5, calm);
        be_late(&mut control);
        assert!((control.target() - calm - 25.0 * 48.0).abs() < 0.1, "{}", control.target());
        follow(&mut control, 0.0, 5, calm);
        assert!(control.target() > calm + 1_000.0, "forgotten within 5 s");
        follow(&mut control, 0.0, 15, calm);
        assert!((control.target() - calm).abs() < 0.1);
    }

    #[test]
    fn a_microphone_is_given_its_period_and_only_as_long_as_it_has_it() {
        let mut control = for_capture();
        let least = control.target();
        control.handle_beat(Duration::ZERO, PulseNews { most_frames: 2_000, ..EVEN });
        assert!((control.target() - least - 2_000.0).abs() < 0.1);
        follow(&mut control, 0.0, 17, least);
        assert!((control.target() - least - 480.0).abs() < 0.1);
    }

    #[test]
    fn a_stall_is_no_lateness() {
        let mut control = for_playback();
        let calm = control.target();
        for beat in 0..30 {
            control.handle_beat(Duration::from_millis(400) * beat, late(300));
        }
        assert!((control.target() - calm).abs() < 0.1);
    }

    #[test]
    fn callbacks_that_take_or_bring_much_at_once_are_provided_for_up_to_the_bound() {
        let mut control = for_playback();
        let calm = control.target();
        for early_ms in [100, 900] {
            for _ in 0..2 {
                let early = Duration::from_millis(early_ms);
                let last = control.last_beat.unwrap_or_default();
                control.handle_beat(last + Duration::from_millis(10), PulseNews { early, ..EVEN });
                follow(&mut control, 0.0, 3, calm);
            }
            let expected = (calm + 48.0 * early_ms as f64).min(9_600.0);
            assert!((control.target() - expected).abs() < 0.1, "{early_ms}: {}", control.target());
        }
    }

    #[test]
    fn a_loudspeaker_that_takes_now_less_and_now_more_is_believed_at_once() {
        let (mut playing, mut capturing) = (for_playback(), for_capture());
        for control in [&mut playing, &mut capturing] {
            control.handle_beat(Duration::ZERO, EVEN);
        }
        let calm = [playing.target(), capturing.target()];
        for control in [&mut playing, &mut capturing] {
            control.handle_beat(Duration::from_millis(10), PulseNews { grown_frames: 900, ..EVEN });
        }
        assert!((playing.target() - calm[0] - 900.0).abs() < 0.1, "{}", playing.target());
        assert!((capturing.target() - calm[1]).abs() < 0.1, "a whole period waits there anyway");
    }

    #[test]
    fn the_margin_grows_with_every_failure_and_shrinks_over_minutes() {
        let mut control = for_playback();
        let calm = control.target();
        control.ran_empty();
        assert!((control.target() - calm - MARGIN_STEP_FRAMES).abs() < 0.1);
        for _ in 0..100 {
            control.ran_empty();
        }
        let nervous = control.target();
        assert!((nervous - calm - MOST_MARGIN_FRAMES + LEAST_MARGIN_FRAMES).abs() < 0.1);
        follow(&mut control, 0.0, 60, nervous);
        assert!(control.target() > calm + 2_000.0, "forgotten within a minute");
        follow(&mut control, 0.0, 3_600, nervous);
        assert!((control.target() - calm).abs() < 20.0);
    }
}
