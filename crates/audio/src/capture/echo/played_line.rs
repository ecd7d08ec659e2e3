//! The playback signal as a delay line, read at any delay, also between samples and while the delay changes.
//!
//! A windowed sinc interpolates (Laakso et al., "Splitting the unit delay", 1996).

use std::f32::consts::PI;

use crate::block::BLOCK_SAMPLES;

/// Half the length of the filter that reads between two samples.
const HALF: usize = 8;
const TAPS: usize = 2 * HALF;

/// Samples that are kept: more than the render history and every delay together.
const KEPT: usize = 1 << 15;

/// Delays of a line are below this, in samples.
pub(crate) const DELAY_END: f64 = (KEPT - 51 * BLOCK_SAMPLES) as f64;

/// The line.
pub(crate) struct PlayedLine {
    samples: Vec<f32>,
    /// The position of the next sample.
    end: usize,
}

impl PlayedLine {
    pub(crate) fn new() -> Self {
        Self { samples: vec![0.0; KEPT], end: 0 }
    }

    /// Takes the next block.
    pub(crate) fn push(&mut self, block: &[f32; BLOCK_SAMPLES]) {
        for sample in block {
            self.samples[self.end] = *sample;
            self.end = (self.end + 1) % KEPT;
        }
    }

    /// The block that was pushed `age` blocks ago, 0 the newest, with a delay in samples, from 0 to [`DELAY_END`], that
    /// changes evenly from the first of its samples to the one after the last. What is to come is not known: with
    /// delays of fewer samples than half a filter has, the filter is shorter.
    pub(crate) fn read(&self, age: usize, delay: std::ops::Range<f64>) -> [f32; BLOCK_SAMPLES] {
        let from = delay.start.clamp(0.0, DELAY_END);
        let whole = from.ceil();
        // The offset from the sample `whole` samples back, towards newer ones.
        let ahead = (whole - from) as f32;
        let ahead_end = (whole - delay.end) as f32;
        let first = self.end + 2 * KEPT - (age + 1) * BLOCK_SAMPLES - whole as usize - HALF + 1;
        let sample = |place: usize| self.samples[(first + place) % KEPT];
        if ahead == 0.0 && ahead_end == 0.0 {
            return std::array::from_fn(|n| sample(n + HALF - 1));
        }
        let mut under = [0.0; BLOCK_SAMPLES + TAPS];
        for (place, value) in under.iter_mut().enumerate() {
            *value = sample(place);
        }
        let half = HALF.min(whole as usize).max(1);
        let (begin, end) = (taps(ahead, half), taps(ahead_end, half));
        let step: [f32; TAPS] = std::array::from_fn(|tap| (end[tap] - begin[tap]) / BLOCK_SAMPLES as f32);
        std::array::from_fn(|n| {
            let under = &under[n..n + TAPS];
            let at_begin: f32 = under.iter().zip(&begin).map(|(sample, tap)| sample * tap).sum();
            let change: f32 = under.iter().zip(&step).map(|(sample, tap)| sample * tap).sum();
            at_begin + n as f32 * change
        })
    }
}

/// The filter that reads so far ahead of its middle, with so many taps on each side.
fn taps(ahead: f32, half: usize) -> [f32; TAPS] {
    let mut taps = std::array::from_fn(|tap| {
        let x = tap as f32 - (HALF - 1) as f32 - ahead;
        let sinc = if x.abs() < 1e-4 { 1.0 } else { (PI * x).sin() / (PI * x) };
        let window = if x.abs() < half as f32 { (PI * x / (2 * half) as f32).cos().powi(2) } else { 0.0 };
        sinc * window
    });
    let sum: f32 = taps.iter().sum();
    for tap in &mut taps {
        *tap /= sum;
    }
    taps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(place: f64) -> f32 {
        (0.7 * place).sin() as f32
    }

    fn line() -> PlayedLine {
        let mut line = PlayedLine::new();
        for block in 0..80 {
            line.push(&std::array::from_fn(|n| wave((block * BLOCK_SAMPLES + n) as f64)));
        }
        line
    }

    #[test]
    fn a_sound_is_read_between_its_samples_while_the_delay_changes() {
        let line = line();
        for (age, from, to, least) in [
            (0, 0.0, 0.0, 1e-4),
            (0, 8.25, 8.35, 3e-3),
            (7, 8.9, 9.05, 3e-3),
            (40, 500.5, 500.4, 3e-3),
            (0, 3.25, 3.35, 0.03),
            (0, 1.4, 1.3, 0.1),
            (0, 0.0, 0.1, 0.12),
            (0, 0.5, 0.6, 0.12),
        ] {
            for (n, read) in line.read(age, from..to).into_iter().enumerate() {
                let delay = from + (to - from) * n as f64 / BLOCK_SAMPLES as f64;
                let place = ((79 - age) * BLOCK_SAMPLES + n) as f64 - delay;
                let error = read - wave(place);
                assert!(error.abs() < least, "{error} at {n}, {age} blocks ago, {from} to {to}");
            }
        }
    }
}
