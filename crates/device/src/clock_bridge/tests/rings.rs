//! Sound through the rings: it stays complete, is not delayed for long, and does not click, however the clocks differ.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use consonance_audio::{BLOCK_SAMPLES, StereoBlock};
use consonance_testing::tone::{LARGEST_STEP, TestTone, frequency, largest_step, loudness};

use super::jitter::{Conditions, Due};
use super::run::{Line, Run};
use crate::clock_bridge::capture::{CaptureFeed, CaptureReader, capture};
use crate::clock_bridge::gauges::{Gauges, RingDiagnostics};
use crate::clock_bridge::limits::{CORRECTION_MAX, RingBounds};
use crate::clock_bridge::playback::{PlaybackDrain, PlaybackWriter, playback};

const SECOND: Duration = Duration::from_secs(1);
const SEED: u64 = 7;

struct CaptureLine {
    feed: CaptureFeed,
    reader: CaptureReader,
    tone: TestTone,
    heard: Vec<f32>,
}

impl Line for CaptureLine {
    fn new(gauges: Arc<Gauges>, _: Conditions) -> Self {
        let (feed, reader, _) = capture(gauges, RingBounds::DEVICE);
        Self { feed, reader, tone: TestTone::default(), heard: Vec::new() }
    }

    fn callback(&mut self, now: Duration, frames: usize) {
        let sound: Vec<f32> = self.tone.by_ref().take(frames).collect();
        self.feed.handle_callback(now, &sound);
    }

    fn beat(&mut self, now: Duration) {
        let mut block = [9.0; BLOCK_SAMPLES];
        self.reader.read(now, &mut block);
        self.heard.extend_from_slice(&block);
    }

    fn heard(&mut self) -> &mut Vec<f32> {
        &mut self.heard
    }
}

struct PlaybackLine {
    writer: PlaybackWriter<2>,
    drain: PlaybackDrain<2>,
    tone: TestTone,
    heard: Vec<f32>,
}

impl Line for PlaybackLine {
    fn new(gauges: Arc<Gauges>, _: Conditions) -> Self {
        let (writer, drain, _) = playback(gauges, RingBounds::DEVICE);
        Self { writer, drain, tone: TestTone::default(), heard: Vec::new() }
    }

    fn callback(&mut self, now: Duration, frames: usize) {
        let mut output = vec![9.0; frames * 2];
        self.drain.handle_callback(now, &mut output);
        for [left, right] in output.as_chunks().0 {
            assert!((left + 2.0 * right).abs() < 1e-6, "each side plays its own: {left}, {right}");
            self.heard.push(*left);
        }
    }

    fn beat(&mut self, now: Duration) {
        let left: [f32; BLOCK_SAMPLES] = std::array::from_fn(|_| self.tone.next().unwrap());
        self.writer.write_stereo(now, &StereoBlock { left, right: left.map(|sample| -0.5 * sample) });
    }

    fn heard(&mut self) -> &mut Vec<f32> {
        &mut self.heard
    }
}

/// Runs a line under many conditions; once it has settled, nothing may be missing and the pitch must be right.
fn assert_steady<L: Line>(pitch_of: impl Fn(f64) -> f64) {
    for period in [128, 441, 480, 1_024, 4_096] {
        for drift in [-200e-6, 200e-6] {
            for jitter_ms in [0.0, 3.0] {
                let conditions = Conditions {
                    frames: (period, period),
                    drift,
                    callback_jitter_ms: jitter_ms,
                    beat_jitter_ms: jitter_ms,
                    ..Conditions::CALM
                };
                let mut run = Run::<L>::new(conditions, SEED);
                run.go(SECOND * 45).heard();
                let xruns = run.diagnostics().xruns;
                let heard = run.go(SECOND * 20).heard();
                let after = run.diagnostics();
                assert_eq!(after.xruns, xruns, "{conditions:?}: {after:?}");
                assert!(xruns <= 1, "{conditions:?}: {xruns}");
                assert!(largest_step(&heard) < LARGEST_STEP, "{conditions:?}");
                assert!(run.largest_correction <= CORRECTION_MAX, "{conditions:?}");
                let pitch = frequency(&heard);
                let expected = pitch_of(drift);
                assert!((pitch / expected - 1.0).abs() < 300e-6, "{conditions:?}: {pitch} for {expected}");
                let most_ms = 2.0 * period as f64 / 48.0 + 10.0 + 3.0 * jitter_ms + 4.0;
                let latency_ms = after.latency.as_secs_f64() * 1000.0;
                assert!(latency_ms < most_ms, "{conditions:?}: {latency_ms} ms of {most_ms}");
            }
        }
    }
}

#[test]
fn a_microphone_delivers_every_sample_whatever_its_clock_and_period() {
    // Its own clock generates the tone.
    assert_steady::<CaptureLine>(|drift| 440.0 * (1.0 + drift));
}

#[test]
fn a_loudspeaker_plays_every_sample_whatever_its_clock_and_period() {
    // The samples that it played are counted with its own clock.
    assert_steady::<PlaybackLine>(|drift| 440.0 / (1.0 + drift));
}

#[test]
fn the_drift_of_a_clock_is_found_within_a_minute() {
    for drift in [-200e-6, 150e-6] {
        let conditions =
            Conditions { drift, callback_jitter_ms: 1.0, beat_jitter_ms: 1.0, ..Conditions::CALM };
        let mut run = Run::<CaptureLine>::new(conditions, SEED);
        let ratio = run.go(SECOND * 60).diagnostics().rate_ratio;
        assert!((ratio - 1.0 - drift).abs() < 150e-6, "{ratio}");
    }
}

#[test]
fn twenty_minutes_of_drift_neither_piles_up_nor_starves() {
    let conditions =
        Conditions { drift: 200e-6, callback_jitter_ms: 2.0, beat_jitter_ms: 2.0, ..Conditions::CALM };
    let mut run = Run::<CaptureLine>::new(conditions, SEED);
    let early = run.go(SECOND * 60).diagnostics();
    run.heard();
    for _ in 0..19 {
        run.go(SECOND * 60).heard();
    }
    let late = run.diagnostics();
    assert_eq!(late.xruns, early.xruns);
    assert!(late.latency < Duration::from_millis(35), "{late:?}");
}

#[test]
fn once_all_are_on_time_again_the_latency_shrinks() {
    let nervous = Conditions { callback_jitter_ms: 8.0, beat_jitter_ms: 4.0, ..Conditions::CALM };
    let mut run = Run::<CaptureLine>::new(nervous, SEED);
    let before = run.go(SECOND * 30).diagnostics().latency;
    run.order.conditions = Conditions::CALM;
    let after = run.go(SECOND * 120).diagnostics().latency;
    assert!(before > Duration::from_millis(26), "{before:?}");
    assert!(after < Duration::from_millis(23), "{after:?}");
}

/// Diagnostics and sound of a line before and after one of its sides stalled.
struct Stall {
    before: RingDiagnostics,
    after: RingDiagnostics,
    heard: Vec<f32>,
}

/// Stalls a settled line for a while, in which only `due` happens.
fn stall<L: Line>(length: Duration, due: Due) -> Stall {
    let mut run = Run::<L>::new(Conditions::CALM, SEED);
    let before = run.go(SECOND * 20).diagnostics();
    run.go_where(length, |now_due| now_due == due);
    let after = run.go(SECOND * 2).diagnostics();
    let heard = run.heard();
    assert!(largest_step(&heard) < LARGEST_STEP * 1.5, "{length:?}: {}", largest_step(&heard));
    Stall { before, after, heard }
}

/// Asserts that sound continues after one gap, as loud as before it.
fn assert_one_gap(stall: &Stall) {
    assert_eq!(stall.after.xruns, stall.before.xruns + 1);
    assert!(loudness(&stall.heard[stall.heard.len() - 48_000..]) > 0.3);
}

/// Asserts that excess sound was discarded rather than played late.
fn assert_no_later(Stall { before, after, .. }: &Stall) {
    assert!(after.latency < before.latency + Duration::from_millis(15), "{before:?} → {after:?}");
}

#[test]
fn a_microphone_that_stalls_is_silent_softly_and_goes_on_without_delay() {
    let stall = stall::<CaptureLine>(SECOND / 4, Due::Beat);
    assert_one_gap(&stall);
    assert_no_later(&stall);
}

#[test]
fn a_loudspeaker_that_starves_is_silent_softly_and_goes_on_with_more_in_hand() {
    let stall = stall::<PlaybackLine>(SECOND / 4, Due::Callback);
    assert_one_gap(&stall);
    let Stall { before, after, .. } = stall;
    assert!(after.target >= before.target + Duration::from_millis(2), "{before:?} → {after:?}");
}

fn assert_old_sound_is_skipped_softly<L: Line>(due: Due) {
    for stall_ms in [150, 400, 3_000] {
        let stall = stall::<L>(Duration::from_millis(stall_ms), due);
        assert!(stall.after.skipped_frames > stall.before.skipped_frames, "{stall_ms} ms");
        assert_no_later(&stall);
    }
}

#[test]
fn what_is_old_after_a_while_without_reads_is_skipped_softly() {
    assert_old_sound_is_skipped_softly::<CaptureLine>(Due::Callback);
}

#[test]
fn what_a_loudspeaker_did_not_play_in_time_is_skipped_softly() {
    assert_old_sound_is_skipped_softly::<PlaybackLine>(Due::Beat);
}

#[test]
fn bursts_after_a_stall_of_the_beat_are_no_trouble() {
    // As after the computer slept for a second: the output gets all its blocks at once.
    let mut run = Run::<PlaybackLine>::new(Conditions::CALM, SEED);
    run.go(SECOND * 5);
    for _ in 0..100 {
        run.line.beat(run.now);
    }
    let after = run.go(SECOND * 2).diagnostics();
    assert!(after.skipped_frames > 30_000, "{after:?}");
    assert!(after.latency < Duration::from_millis(30), "{after:?}");
}

#[test]
fn what_is_no_number_becomes_silence_and_is_counted() {
    let gauges = Arc::new(Gauges::new());
    let mut line = CaptureLine::new(Arc::clone(&gauges), Conditions::CALM);
    let sound = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.5].repeat(1_000);
    let mut block = [0.0; BLOCK_SAMPLES];
    line.feed.handle_callback(Duration::ZERO, &sound);
    line.reader.read(Duration::from_millis(10), &mut block);
    line.reader.read(Duration::from_millis(20), &mut block);
    assert!(block.iter().all(|sample| sample.is_finite()));
    assert!(loudness(&block) > 0.0);
    let bad = gauges.bad_samples.load(Ordering::Relaxed);
    assert!(bad > 300, "{bad}");

    let gauges = Arc::new(Gauges::new());
    let mut line = PlaybackLine::new(Arc::clone(&gauges), Conditions::CALM);
    let mut output = [0.0; 960];
    line.drain.handle_callback(Duration::ZERO, &mut output);
    for _ in 0..6 {
        line.writer.write_stereo(Duration::ZERO, &StereoBlock::from_mono(&[f32::NAN; BLOCK_SAMPLES]));
    }
    line.drain.handle_callback(Duration::ZERO, &mut output);
    assert!(output.iter().all(|&sample| sample == 0.0));
    assert_eq!(gauges.bad_samples.load(Ordering::Relaxed), 6 * 2 * 480);
}

#[test]
fn callbacks_of_any_size_are_taken() {
    let gauges = Arc::new(Gauges::new());
    let mut capture = CaptureLine::new(Arc::clone(&gauges), Conditions::CALM);
    let mut playback = PlaybackLine::new(gauges, Conditions::CALM);
    for (i, frames) in [0, 1, 7, 50_000, 0, 3, 480].into_iter().enumerate() {
        let now = SECOND * i as u32;
        capture.callback(now, frames);
        capture.beat(now);
        playback.callback(now, frames);
        playback.beat(now);
    }
    // Half a frame at the end is ignored.
    playback.drain.handle_callback(SECOND, &mut [1.0; 3]);
    assert!(capture.heard.iter().chain(&playback.heard).all(|sample| sample.abs() <= 1.0));
    assert!(capture.heard.len() < RingBounds::DEVICE.ring_frames);
}

#[test]
fn however_uneven_both_sides_are_sound_has_no_clicks() {
    fn largest<L: Line>(jitter_ms: f64) -> f32 {
        let conditions =
            Conditions { callback_jitter_ms: jitter_ms, beat_jitter_ms: jitter_ms, ..Conditions::CALM };
        let mut run = Run::<L>::new(conditions, SEED);
        let heard = run.go(SECOND * 30).heard();
        assert!(loudness(&heard) > 0.1, "{jitter_ms} ms");
        largest_step(&heard)
    }
    for jitter_ms in [10.0, 40.0, 150.0, 400.0] {
        let largest = largest::<CaptureLine>(jitter_ms).max(largest::<PlaybackLine>(jitter_ms));
        assert!(largest < LARGEST_STEP * 1.5, "{jitter_ms} ms: {largest}");
    }
}
