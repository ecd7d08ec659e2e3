//! A tone, and measures of its quality after processing.

use std::sync::LazyLock;

const RATE_HZ: f64 = 48_000.0;

/// A tone of 440 Hz at half scale, sample by sample.
#[derive(Debug, Default)]
pub struct TestTone(usize);

/// The samples after which the tone begins again: 11 periods.
const CYCLE: usize = 1200;

/// A table, as simulated hours have millions of samples.
static SAMPLES: LazyLock<[f32; CYCLE]> = LazyLock::new(|| {
    std::array::from_fn(|i| {
        let phase = i as f64 / RATE_HZ * 440.0;
        (phase.fract() * std::f64::consts::TAU).sin() as f32 * 0.5
    })
});

impl Iterator for TestTone {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        let sample = SAMPLES[self.0];
        self.0 = (self.0 + 1) % CYCLE;
        Some(sample)
    }
}

/// A tone of this amplitude that starts at a zero crossing.
pub fn tone(hz: f32, amplitude: f32, samples: usize) -> Vec<f32> {
    let turns = |i: usize| (i as f64 * f64::from(hz) / RATE_HZ).fract() as f32;
    (0..samples).map(|i| amplitude * (std::f32::consts::TAU * turns(i)).sin()).collect()
}

/// The largest step of [`TestTone`] from one sample to the next, plus 10 %.
pub const LARGEST_STEP: f32 = 0.5 * 0.0576 * 1.1;

/// The largest step in a sound.
pub fn largest_step(sound: &[f32]) -> f32 {
    sound.windows(2).fold(0.0, |largest: f32, pair| largest.max((pair[1] - pair[0]).abs()))
}

/// The mean frequency, from the upward zero crossings.
pub fn frequency(sound: &[f32]) -> f64 {
    let crossing = |i: usize| {
        let (before, after) = (f64::from(sound[i]), f64::from(sound[i + 1]));
        i as f64 + before / (before - after)
    };
    let upward: Vec<usize> =
        (0..sound.len() - 1).filter(|&i| sound[i] <= 0.0 && sound[i + 1] > 0.0).collect();
    let (first, last) = (crossing(upward[0]), crossing(upward[upward.len() - 1]));
    (upward.len() - 1) as f64 / (last - first) * RATE_HZ
}

/// Root mean square.
pub fn loudness(sound: &[f32]) -> f32 {
    (sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len().max(1) as f32).sqrt()
}
