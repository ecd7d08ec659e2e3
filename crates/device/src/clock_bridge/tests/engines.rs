//! Engines with a random rate, callback size and clock, by seed: their sound has no click and no gap.

use std::sync::Arc;
use std::time::Duration;

use consonance_audio::BLOCK_SAMPLES;
use consonance_testing::tone::{largest_step, loudness};

use super::dice::Dice;
use super::jitter::Conditions;
use super::run::{Line, Run};
use crate::clock_bridge::capture::{CaptureReader, capture};
use crate::clock_bridge::engine::{EngineDrain, EngineFeed};
use crate::clock_bridge::gauges::Gauges;
use crate::clock_bridge::limits::RingBounds;
use crate::clock_bridge::playback::{PlaybackWriter, playback};

const TONE_HZ: f64 = 440.0;
const MINUTE: Duration = Duration::from_mins(1);
/// A common engine whose clock is 300 ppm fast.
const FAST: Conditions = Conditions {
    rate_hz: 44_100,
    frames: (512, 512),
    channels: 1,
    drift: 300e-6,
    callback_jitter_ms: 2.0,
    beat_jitter_ms: 2.0,
};
const RATES_HZ: [u32; 11] =
    [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000];

/// Random conditions of an engine.
fn drawn(dice: &mut Dice) -> Conditions {
    let mut pick = |count: usize| (dice.part() * count as f64) as usize;
    let rate_hz = RATES_HZ[pick(RATES_HZ.len())];
    // Small and large sizes are equally frequent.
    let most = (1 << pick(14)).min(8_192_usize);
    let least = match pick(3) {
        0 => most,
        1 => most.saturating_sub(1).max(1),
        // A difference of more than 50 ms would take the ring a while to get used to.
        _ => most.div_ceil(2).max(most.saturating_sub(rate_hz as usize / 20)),
    };
    let channels = 1 + pick(8);
    let drift = (dice.part() * 2.0 - 1.0) * 300e-6;
    let jitter_ms = dice.part() * 3.0;
    Conditions {
        rate_hz,
        frames: (least, most),
        channels,
        drift,
        callback_jitter_ms: jitter_ms,
        beat_jitter_ms: jitter_ms,
    }
}

/// The time in which gaps are allowed: a second, or the first ten callbacks if these take longer.
fn settled_s(engine: &Conditions) -> f64 {
    (10.0 * engine.frames.1 as f64 / f64::from(engine.rate_hz)).max(1.0)
}

/// The largest step of the tone, and 10 % more.
fn steepest(engine: &Conditions) -> f32 {
    (0.5 * std::f64::consts::TAU * TONE_HZ / f64::from(engine.rate_hz.min(48_000)) * 1.1) as f32
}

/// A second of the tone at half scale, which can be repeated seamlessly.
fn tone(rate_hz: u32) -> Vec<f32> {
    let turns = |sample: u32| f64::from(sample) / f64::from(rate_hz) * TONE_HZ * std::f64::consts::TAU;
    (0..rate_hz).map(|sample| turns(sample).sin() as f32 * 0.5).collect()
}

struct Playing {
    engine: Conditions,
    writer: PlaybackWriter<1>,
    drain: EngineDrain<1>,
    tone: Vec<f32>,
    written: usize,
    heard: Vec<f32>,
}

impl Line for Playing {
    fn new(gauges: Arc<Gauges>, engine: Conditions) -> Self {
        let (writer, drain, _) = playback(gauges, RingBounds::ENGINE);
        let drain = EngineDrain::new(drain);
        Self { engine, writer, drain, tone: tone(48_000), written: 0, heard: Vec::new() }
    }

    fn callback(&mut self, now: Duration, frames: usize) {
        let Conditions { channels, rate_hz, .. } = self.engine;
        let mut output = vec![9.0; frames * channels];
        self.drain.fill(now, &mut output, channels, rate_hz);
        self.heard.extend(output.iter().step_by(channels));
    }

    fn beat(&mut self, now: Duration) {
        let block = std::array::from_fn(|i| self.tone[(self.written + i) % self.tone.len()]);
        self.written += BLOCK_SAMPLES;
        self.writer.write_mono(now, &block);
    }

    fn heard(&mut self) -> &mut Vec<f32> {
        &mut self.heard
    }
}

struct Speaking {
    engine: Conditions,
    feed: EngineFeed,
    reader: CaptureReader,
    tone: Vec<f32>,
    pushed: usize,
    heard: Vec<f32>,
}

impl Line for Speaking {
    fn new(gauges: Arc<Gauges>, engine: Conditions) -> Self {
        let (feed, reader, _) = capture(gauges, RingBounds::ENGINE);
        let (feed, tone) = (EngineFeed::new(feed), tone(engine.rate_hz));
        Self { engine, feed, reader, tone, pushed: 0, heard: Vec::new() }
    }

    fn callback(&mut self, now: Duration, frames: usize) {
        let Conditions { channels, rate_hz, .. } = self.engine;
        let samples = (0..frames).map(|i| self.tone[(self.pushed + i) % self.tone.len()]);
        let sound: Vec<f32> = samples.flat_map(|sample| [sample; 8].into_iter().take(channels)).collect();
        self.pushed += frames;
        self.feed.push(now, &sound, channels, rate_hz);
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

/// Asserts that nothing clicks and nothing is missing once sound has begun.
fn assert_flows<L: Line>(engine: Conditions, seed: u64) {
    let what = format!("seed {seed}, {engine:?}");
    let mut run = Run::<L>::new(engine, seed);
    let begun = run.go(Duration::from_secs_f64(settled_s(&engine))).diagnostics();
    let click = largest_step(run.line.heard());
    assert!(click < steepest(&engine), "{what}: {click} at the beginning");
    // Two hundred thousand callbacks are enough.
    let most_s = 200_000.0 * engine.frames.1 as f64 / f64::from(engine.rate_hz);
    let length_s = 20.0_f64.max(settled_s(&engine)).min(most_s);
    let end = run.go(Duration::from_secs_f64(length_s)).diagnostics();
    let heard = run.line.heard();
    let click = largest_step(heard);
    assert!(click < steepest(&engine), "{what}: {click}");
    assert_eq!(end.xruns, begun.xruns, "{what}: {begun:?} → {end:?}");
    assert_eq!(end.skipped_frames, begun.skipped_frames, "{what}: {begun:?} → {end:?}");
    let last = &heard[heard.len() - heard.len() / 4..];
    assert!((loudness(last) - 0.3535).abs() < 0.01, "{what}: {}", loudness(last));
}

#[test]
fn whatever_an_engine_asks_for_it_gets_without_a_click_or_a_gap() {
    let mut dice = Dice::new(32);
    for seed in 0..40 {
        assert_flows::<Playing>(drawn(&mut dice), seed);
    }
}

#[test]
fn whatever_an_engine_brings_is_heard_without_a_click_or_a_gap() {
    let mut dice = Dice::new(33);
    for seed in 0..40 {
        assert_flows::<Speaking>(drawn(&mut dice), seed);
    }
}

#[test]
fn the_largest_callbacks_at_the_lowest_and_the_highest_rate_are_served() {
    for rate_hz in [8_000, 192_000] {
        for frames in [1, 8_192] {
            let engine = Conditions { rate_hz, frames: (frames, frames), channels: 2, ..FAST };
            assert_flows::<Playing>(engine, 1);
            assert_flows::<Speaking>(engine, 2);
        }
    }
}

#[test]
fn what_a_ring_cannot_hold_is_left_out_softly() {
    // Up to a second at once; the sizes vary.
    let engine = Conditions { rate_hz: 8_000, frames: (1, 8_192), ..Conditions::CALM };
    let mut run = Run::<Playing>::new(engine, 3);
    run.go(MINUTE);
    let click = largest_step(run.line.heard());
    assert!(click < steepest(&engine), "{click}");
    assert!(loudness(run.line.heard()) > 0.2);
}

/// Asserts that over an hour the ring's fill is stable, and nothing is missing.
fn assert_steady_for_an_hour<L: Line>(engine: Conditions) {
    let mut run = Run::<L>::new(engine, 5);
    let begun = run.go(MINUTE).diagnostics();
    for minute in 1..60 {
        run.line.heard().clear();
        let now = run.go(MINUTE).diagnostics();
        let fill_ms = (now.fill.as_secs_f64() - now.target.as_secs_f64()) * 1000.0;
        assert!(fill_ms.abs() < 3.0, "minute {minute}: {now:?}");
        assert_eq!((now.xruns, now.skipped_frames), (begun.xruns, begun.skipped_frames), "minute {minute}");
        let ppm = (now.drift - engine.drift) * 1e6;
        assert!(ppm.abs() < 60.0, "minute {minute}: {ppm} ppm beside the clocks'");
        let click = largest_step(run.line.heard());
        assert!(click < steepest(&engine), "minute {minute}: {click}");
    }
}

#[test]
fn an_hour_of_playing_at_44100_hz_with_a_clock_300_ppm_fast_stays_steady() {
    assert_steady_for_an_hour::<Playing>(Conditions { channels: 2, ..FAST });
}

#[test]
fn an_hour_of_speaking_at_44100_hz_with_a_clock_300_ppm_slow_stays_steady() {
    assert_steady_for_an_hour::<Speaking>(Conditions { drift: -FAST.drift, ..FAST });
}
