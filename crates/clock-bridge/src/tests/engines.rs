//! Engines whose rate, callbacks and clock are drawn by a seed: their sound has no click and no gap.

use std::sync::Arc;
use std::time::Duration;

use consonance_audio::BLOCK_SAMPLES;
use consonance_testing::tone::{largest_step, loudness};

use super::dice::Dice;
use crate::capture::{CaptureReader, capture};
use crate::engine::{EngineDrain, EngineFeed};
use crate::gauges::{Gauges, RingDiagnostics};
use crate::limits::RingBounds;
use crate::playback::{PlaybackWriter, playback};

const TONE_HZ: f64 = 440.0;
const RATES_HZ: [u32; 11] =
    [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000];

/// How an engine calls.
#[derive(Debug, Clone, Copy)]
struct Engine {
    rate_hz: u32,
    /// Frames of a callback: at least and at most.
    frames: (usize, usize),
    channels: usize,
    /// Its clock is faster than ours by this part.
    drift: f64,
    /// Its callbacks and our beats are late by up to this.
    jitter_s: f64,
}

impl Engine {
    fn drawn(dice: &mut Dice) -> Self {
        let mut pick = |count: usize| (dice.part() * count as f64) as usize;
        let rate_hz = RATES_HZ[pick(RATES_HZ.len())];
        // As many small ones as large ones.
        let most = (1 << pick(14)).min(8_192_usize);
        let least = match pick(3) {
            0 => most,
            1 => most.saturating_sub(1).max(1),
            // A longer difference, of more than 50 ms, takes the ring a while to get used to.
            _ => most.div_ceil(2).max(most.saturating_sub(rate_hz as usize / 20)),
        };
        let channels = 1 + pick(8);
        let drift = (dice.part() * 2.0 - 1.0) * 300e-6;
        Self { rate_hz, frames: (least, most), channels, drift, jitter_s: dice.part() * 0.003 }
    }

    /// What may have gaps: a second, or the first ten callbacks where these take longer.
    fn settled_s(&self) -> f64 {
        (10.0 * self.frames.1 as f64 / f64::from(self.rate_hz)).max(1.0)
    }

    /// The largest step of the tone, and 10 % more.
    fn steepest(&self) -> f32 {
        (0.5 * std::f64::consts::TAU * TONE_HZ / f64::from(self.rate_hz.min(48_000)) * 1.1) as f32
    }
}

/// A second of the tone at half scale, after which it begins again.
fn tone(rate_hz: u32) -> Vec<f32> {
    let turns = |sample: u32| f64::from(sample) / f64::from(rate_hz) * TONE_HZ * std::f64::consts::TAU;
    (0..rate_hz).map(|sample| turns(sample).sin() as f32 * 0.5).collect()
}

/// One side of a voice chat and an engine.
trait Side {
    fn new(gauges: Arc<Gauges>, rate_hz: u32) -> Self;
    fn callback(&mut self, now: Duration, frames: usize, engine: &Engine);
    fn beat(&mut self, now: Duration);
    fn heard(&mut self) -> &mut Vec<f32>;
}

struct Playing {
    writer: PlaybackWriter<1>,
    drain: EngineDrain<1>,
    tone: Vec<f32>,
    written: usize,
    heard: Vec<f32>,
}

impl Side for Playing {
    fn new(gauges: Arc<Gauges>, _: u32) -> Self {
        let (writer, drain, _) = playback(gauges, RingBounds::ENGINE);
        Self { writer, drain: EngineDrain::new(drain), tone: tone(48_000), written: 0, heard: Vec::new() }
    }

    fn callback(&mut self, now: Duration, frames: usize, engine: &Engine) {
        let mut output = vec![9.0; frames * engine.channels];
        self.drain.fill(now, &mut output, engine.channels, engine.rate_hz);
        self.heard.extend(output.iter().step_by(engine.channels));
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
    feed: EngineFeed,
    reader: CaptureReader,
    tone: Vec<f32>,
    pushed: usize,
    heard: Vec<f32>,
}

impl Side for Speaking {
    fn new(gauges: Arc<Gauges>, rate_hz: u32) -> Self {
        let (feed, reader, _) = capture(gauges, RingBounds::ENGINE);
        Self { feed: EngineFeed::new(feed), reader, tone: tone(rate_hz), pushed: 0, heard: Vec::new() }
    }

    fn callback(&mut self, now: Duration, frames: usize, engine: &Engine) {
        let samples = (0..frames).map(|i| self.tone[(self.pushed + i) % self.tone.len()]);
        let sound: Vec<f32> =
            samples.flat_map(|sample| [sample; 8].into_iter().take(engine.channels)).collect();
        self.pushed += frames;
        self.feed.push(now, &sound, engine.channels, engine.rate_hz);
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

/// Both on simulated time.
struct Run<S> {
    side: S,
    gauges: Arc<Gauges>,
    engine: Engine,
    dice: Dice,
    now_s: f64,
    /// When the engine has played, or recorded, what it was given so far.
    engine_s: f64,
    beats: u64,
    /// The next callback, and its frames; the next beat.
    next: (f64, usize, f64),
}

impl<S: Side> Run<S> {
    fn new(engine: Engine, seed: u64) -> Self {
        let gauges = Arc::new(Gauges::new());
        let mut dice = Dice::new(seed);
        let begin = dice.part() * 0.01;
        let side = S::new(Arc::clone(&gauges), engine.rate_hz);
        let next = (begin, engine.frames.1, 0.0);
        Self { side, gauges, engine, dice, now_s: 0.0, engine_s: begin, beats: 0, next }
    }

    fn go(&mut self, seconds: f64) -> RingDiagnostics {
        let end = self.now_s + seconds;
        while self.now_s < end {
            let (callback, frames, beat) = self.next;
            let Engine { rate_hz, frames: (least, most), drift, jitter_s, .. } = self.engine;
            let late = self.dice.part() * jitter_s;
            self.now_s = callback.min(beat);
            let now = Duration::from_secs_f64(self.now_s);
            if callback <= beat {
                self.side.callback(now, frames, &self.engine);
                self.engine_s += frames as f64 / (f64::from(rate_hz) * (1.0 + drift));
                let frames = least + (self.dice.part() * (most - least + 1) as f64) as usize;
                self.next = (callback.max(self.engine_s + late), frames, beat);
            } else {
                self.side.beat(now);
                self.beats += 1;
                let next_beat = self.beats as f64 * 0.01 + late;
                self.next = (callback, frames, beat.max(next_beat));
            }
        }
        self.gauges.read()
    }
}

/// Once it has begun, nothing clicks and nothing is missing.
fn assert_flows<S: Side>(engine: Engine, seed: u64) {
    let what = format!("seed {seed}, {engine:?}");
    let mut run = Run::<S>::new(engine, seed);
    let begun = run.go(engine.settled_s());
    let click = largest_step(run.side.heard());
    assert!(click < engine.steepest(), "{what}: {click} at the beginning");
    // Two hundred thousand callbacks are enough.
    let most_s = 200_000.0 * engine.frames.1 as f64 / f64::from(engine.rate_hz);
    let end = run.go(20.0_f64.max(engine.settled_s()).min(most_s));
    let heard = run.side.heard();
    let click = largest_step(heard);
    assert!(click < engine.steepest(), "{what}: {click}");
    assert_eq!(end.xruns, begun.xruns, "{what}: {begun:?} → {end:?}");
    assert_eq!(end.skipped_frames, begun.skipped_frames, "{what}: {begun:?} → {end:?}");
    let last = &heard[heard.len() - heard.len() / 4..];
    assert!((loudness(last) - 0.3535).abs() < 0.01, "{what}: {}", loudness(last));
}

#[test]
fn whatever_an_engine_asks_for_it_gets_without_a_click_or_a_gap() {
    let mut dice = Dice::new(32);
    for seed in 0..40 {
        assert_flows::<Playing>(Engine::drawn(&mut dice), seed);
    }
}

#[test]
fn whatever_an_engine_brings_is_heard_without_a_click_or_a_gap() {
    let mut dice = Dice::new(33);
    for seed in 0..40 {
        assert_flows::<Speaking>(Engine::drawn(&mut dice), seed);
    }
}

#[test]
fn the_largest_callbacks_at_the_lowest_and_the_highest_rate_are_served() {
    for rate_hz in [8_000, 192_000] {
        for frames in [1, 8_192] {
            let engine =
                Engine { rate_hz, frames: (frames, frames), channels: 2, drift: 300e-6, jitter_s: 0.002 };
            assert_flows::<Playing>(engine, 1);
            assert_flows::<Speaking>(engine, 2);
        }
    }
}

#[test]
fn what_a_ring_cannot_hold_is_left_out_softly() {
    // Up to a second at once, and never as much as before.
    let engine = Engine { rate_hz: 8_000, frames: (1, 8_192), channels: 1, drift: 0.0, jitter_s: 0.0 };
    let mut run = Run::<Playing>::new(engine, 3);
    run.go(60.0);
    let click = largest_step(run.side.heard());
    assert!(click < engine.steepest(), "{click}");
    assert!(loudness(run.side.heard()) > 0.2);
}

/// Over an hour the ring stays where it is, and nothing is missing.
fn assert_steady_for_an_hour<S: Side>(engine: Engine) {
    let mut run = Run::<S>::new(engine, 5);
    let begun = run.go(60.0);
    for minute in 1..60 {
        run.side.heard().clear();
        let now = run.go(60.0);
        let fill_ms = (now.fill.as_secs_f64() - now.target.as_secs_f64()) * 1000.0;
        assert!(fill_ms.abs() < 3.0, "minute {minute}: {now:?}");
        assert_eq!((now.xruns, now.skipped_frames), (begun.xruns, begun.skipped_frames), "minute {minute}");
        let ppm = (now.drift - engine.drift) * 1e6;
        assert!(ppm.abs() < 60.0, "minute {minute}: {ppm} ppm beside the clocks'");
        let click = largest_step(run.side.heard());
        assert!(click < engine.steepest(), "minute {minute}: {click}");
    }
}

#[test]
fn an_hour_of_playing_at_44100_hz_with_a_clock_300_ppm_fast_stays_steady() {
    let engine = Engine { rate_hz: 44_100, frames: (512, 512), channels: 2, drift: 300e-6, jitter_s: 0.002 };
    assert_steady_for_an_hour::<Playing>(engine);
}

#[test]
fn an_hour_of_speaking_at_44100_hz_with_a_clock_300_ppm_slow_stays_steady() {
    let engine = Engine { rate_hz: 44_100, frames: (512, 512), channels: 1, drift: -300e-6, jitter_s: 0.002 };
    assert_steady_for_an_hour::<Speaking>(engine);
}
