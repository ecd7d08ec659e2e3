//! Keeps a ring near the smallest fill that is stable, by making its reader or writer a little faster or slower.
//!
//! Three questions, each with its own time scale:
//!
//! * Where does the ring stand? Its fill jumps with every callback and every beat. So what the device has recorded or
//!   played since its last callback counts as well, and the sum is averaged over half a second.
//! * Where should it stand? High enough for a period and a block that meet at the worst moment, because they slide past
//!   each other as the clocks drift; for as much as callbacks and beats have been late lately, except once; and for a
//!   margin that grows when the ring ran empty all the same.
//! * How do the clocks differ? A proportional and integral controller, critically damped, leads the average to the
//!   target within seconds; what the integral has learnt is the drift. (The same idea, a delay-locked loop over
//!   periods, is in F. Adriaensen, "Using a DLL to filter time", Linux Audio Conference 2005.)

use std::time::Duration;

use consonance_audio::BLOCK_SAMPLES;

use crate::diagnostics::RATE_HZ;
use crate::limits::{MAX_CORRECTION, MAX_TARGET_FRAMES};

/// One instance per open device, fed once per beat; all in frames of 48 kHz.
#[derive(Debug)]
pub(crate) struct FillControl {
    level: f64,
    /// The deepest dip where nobody is late.
    dip: f64,
    late: [Lateness; 2],
    margin: f64,
    drift: f64,
    correction: f64,
    last_beat: Option<Duration>,
}

impl FillControl {
    pub(crate) fn new() -> Self {
        Self {
            level: 0.0,
            dip: 0.0,
            late: [Lateness::default(), Lateness::default()],
            margin: LEAST_MARGIN_FRAMES,
            drift: 0.0,
            correction: 0.0,
            last_beat: None,
        }
    }

    /// A beat, and how late the device's callbacks were since the one before.
    pub(crate) fn handle_beat(&mut self, now: Duration, callback_late: Duration) {
        let since = self.last_beat.map_or(Duration::ZERO, |last| now.saturating_sub(last));
        self.last_beat = Some(now);
        let beat_late = since.saturating_sub(Duration::from_secs_f64(BEAT_S));
        self.late[0].note(beat_late);
        self.late[1].note(callback_late);
        self.margin = LEAST_MARGIN_FRAMES.max(self.margin * (1.0 - BEAT_S / MARGIN_DECAY_S));
    }

    /// How far the ring dips between two beats even if nobody is late.
    pub(crate) fn set_dip(&mut self, frames: usize) {
        self.dip = frames as f64;
    }

    /// Begins, or begins again, at the target.
    pub(crate) fn restart(&mut self) {
        self.level = self.target();
        self.correction = self.drift;
    }

    /// Where the ring stands at this beat.
    pub(crate) fn observe(&mut self, standing: f64) {
        self.level += (standing - self.level) * BEAT_S / AVERAGE_S;
        let error_s = (self.level - self.target()) / RATE_HZ;
        let wanted = PROPORTIONAL * error_s + self.drift;
        self.correction = wanted.clamp(-MAX_CORRECTION, MAX_CORRECTION);
        // At the limit the integral would run away.
        if wanted.abs() < MAX_CORRECTION {
            let drift = self.drift + INTEGRAL * error_s * BEAT_S;
            self.drift = drift.clamp(-MAX_DRIFT, MAX_DRIFT);
        }
    }

    /// The ring ran empty.
    pub(crate) fn ran_empty(&mut self) {
        self.margin = (self.margin + MARGIN_STEP_FRAMES).min(MOST_MARGIN_FRAMES);
    }

    /// Where the ring shall stand on average.
    pub(crate) fn target(&self) -> f64 {
        let late: f64 = self.late.iter().map(Lateness::usual).sum();
        (self.dip + late + self.margin).min(MAX_TARGET_FRAMES as f64)
    }

    /// By which part the ring has to be emptied faster, or filled slower; negative for the other way.
    pub(crate) fn correction(&self) -> f64 {
        self.correction
    }

    /// Where the ring stands on average.
    pub(crate) fn level(&self) -> f64 {
        self.level
    }
}

const BEAT_S: f64 = BLOCK_SAMPLES as f64 / RATE_HZ;
const AVERAGE_S: f64 = 0.5;
/// Per second: 10 ms too much make a quarter of a percent.
const PROPORTIONAL: f64 = 0.25;
/// Critical damping.
const INTEGRAL: f64 = PROPORTIONAL * PROPORTIONAL / 4.0;
/// Ten times what clocks of devices differ by; virtual devices are worse than crystals.
const MAX_DRIFT: f64 = 0.002;
/// 2 ms: what a callback or a beat may be late more than lately.
const LEAST_MARGIN_FRAMES: f64 = 96.0;
/// 3 ms more for each time that the ring ran empty …
const MARGIN_STEP_FRAMES: f64 = 144.0;
/// … up to 60 ms …
const MOST_MARGIN_FRAMES: f64 = 2_880.0;
/// … forgotten over minutes.
const MARGIN_DECAY_S: f64 = 300.0;

/// How late somebody has been in the last 16 s, in frames; the most in each of eight buckets.
#[derive(Debug, Default)]
struct Lateness {
    buckets: [f64; 8],
    newest: usize,
    beats: u32,
}

impl Lateness {
    fn note(&mut self, late: Duration) {
        self.beats += 1;
        if self.beats == BEATS_PER_BUCKET {
            self.beats = 0;
            self.newest = (self.newest + 1) % self.buckets.len();
            self.buckets[self.newest] = 0.0;
        }
        let late = late.as_secs_f64() * RATE_HZ;
        // What is longer is no jitter but a stall: the sound is interrupted, and goes on without delay.
        if late < STALL_FRAMES {
            let bucket = &mut self.buckets[self.newest];
            *bucket = bucket.max(late);
        }
    }

    /// What is worth a longer delay: the second most of the buckets. What happened once is an accident.
    fn usual(&self) -> f64 {
        let (_, second) = self
            .buckets
            .iter()
            .fold((0.0_f64, 0.0_f64), |(most, second), &late| (most.max(late), second.max(most.min(late))));
        second
    }
}

const BEATS_PER_BUCKET: u32 = 200;
/// 60 ms.
const STALL_FRAMES: f64 = 2_880.0;

#[cfg(test)]
mod tests {
    use super::*;

    const ON_TIME: Duration = Duration::ZERO;

    fn control() -> FillControl {
        let mut control = FillControl::new();
        control.set_dip(480);
        control.restart();
        control
    }

    /// A ring whose other side is faster by `drift`, for some seconds; where it stands at each beat.
    fn follow(control: &mut FillControl, drift: f64, seconds: u32, mut standing: f64) -> Vec<f64> {
        let begin = control.last_beat.unwrap_or_default();
        (1..=seconds * 100)
            .map(|beat| {
                standing += (drift - control.correction()) * BLOCK_SAMPLES as f64;
                control.handle_beat(begin + Duration::from_millis(10) * beat, ON_TIME);
                control.observe(standing);
                standing
            })
            .collect()
    }

    #[test]
    fn drift_is_learnt_and_the_ring_stays_at_its_target() {
        for drift in [-200e-6, 0.0, 200e-6, 1000e-6] {
            let mut control = control();
            let target = control.target();
            let standing = follow(&mut control, drift, 120, target);
            assert!((control.correction() - drift).abs() < 1e-6, "{drift}: {}", control.correction());
            assert!(standing.iter().all(|standing| (standing - target).abs() < 150.0), "{drift}");
            assert!((standing[11_999] - target).abs() < 1.0, "{drift}: {}", standing[11_999]);
        }
    }

    #[test]
    fn ten_milliseconds_too_much_are_gone_within_a_minute_and_never_faster_than_allowed() {
        let mut control = control();
        let begin = control.target() + 480.0;
        let standing = follow(&mut control, 0.0, 80, begin);
        let fastest = standing.windows(2).fold(0.0, |most: f64, pair| most.max((pair[1] - pair[0]).abs()));
        assert!(fastest <= MAX_CORRECTION * BLOCK_SAMPLES as f64 + 1e-9, "{fastest}");
        let left = |second: usize| (standing[second * 100 - 1] - control.target()).abs();
        assert!(left(40) < 48.0, "{} after 40 s", left(40));
        assert!(left(80) < 5.0, "{} after 80 s", left(80));
    }

    #[test]
    fn who_is_late_twice_is_expected_to_be_late_again_for_a_while() {
        let mut control = control();
        let calm = control.target();
        let be_late = |control: &mut FillControl| {
            let last = control.last_beat.unwrap_or_default();
            control.handle_beat(last + Duration::from_millis(15), Duration::from_millis(20));
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
    fn a_stall_is_no_lateness() {
        let mut control = control();
        let calm = control.target();
        for beat in 0..30 {
            control.handle_beat(Duration::from_millis(400) * beat, Duration::from_millis(300));
        }
        assert!((control.target() - calm).abs() < 0.1);
    }

    #[test]
    fn the_margin_grows_with_every_failure_and_shrinks_over_minutes() {
        let mut control = control();
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
