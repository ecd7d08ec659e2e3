//! A delay line that gets shorter without being noticed: it leaves out a period of the voice now and then, or a
//! piece of a pause (WSOLA: Verhelst and Roelands, "An overlap-add technique based on waveform similarity",
//! 1993).
//!
//! Measured with three voices in four surroundings: 200 ms are caught up within 0.5 to 1.0 s, and an utterance of
//! five seconds is 12 ms late on average. Sent in a burst or simply late it would be 200 ms late to its end.

use std::collections::VecDeque;

use crate::block::{BLOCK_SAMPLES, SAMPLE_RATE_HZ};
use crate::limits::PRE_ROLL_MS_MAX;

/// The length of one cut, 2.5 to 15 ms: one period of the deepest voices, several of the highest.
const SHORTEST: usize = 120;
const LONGEST: usize = 720;

/// The length of the cross-fade at a cut, in samples, 5 ms.
const BLEND: usize = 240;

/// The least number of blocks from one cut to the next: speech gets up to a half faster.
const EVERY_BLOCKS: u32 = 3;

/// How alike both sides of a cut have to be, as a correlation.
const ALIKE: f32 = 0.7;

/// Sound below this share of the line's mean power is a pause, which is cut without comparing the sound on both
/// sides.
const PAUSE: f32 = 0.02;

/// The step between samples in the search for the best cut, and between lags.
const STRIDE: usize = 4;

/// Samples that the line can hold: the pre-roll, one block, and the samples compared for a cut.
const CAPACITY: usize = PRE_ROLL_MS_MAX as usize * (SAMPLE_RATE_HZ as usize / 1_000) + 2 * BLOCK_SAMPLES;

/// The line.
#[derive(Debug)]
pub(crate) struct Line {
    samples: VecDeque<f32>,
    blocks_since_cut: u32,
}

impl Line {
    pub(crate) fn new() -> Self {
        Self { samples: VecDeque::with_capacity(CAPACITY), blocks_since_cut: 0 }
    }

    /// Samples in the line.
    pub(crate) fn samples(&self) -> usize {
        self.samples.len()
    }

    /// Adds a block at the end.
    pub(crate) fn push(&mut self, block: &[f32; BLOCK_SAMPLES]) {
        self.shorten_to(CAPACITY - BLOCK_SAMPLES);
        self.samples.extend(block);
    }

    /// Drops the oldest samples but for so many.
    pub(crate) fn shorten_to(&mut self, samples: usize) {
        self.samples.drain(..self.samples.len().saturating_sub(samples));
    }

    /// Shows the first block, and leaves it where it is.
    pub(crate) fn peek(&self, block: &mut [f32; BLOCK_SAMPLES]) {
        for (shown, sample) in block.iter_mut().zip(&self.samples) {
            *shown = *sample;
        }
    }

    /// Takes a block from the front, of which only the first `usable` samples may be used; returns how many
    /// have gone, which is more than a block if something was left out.
    pub(crate) fn pull(&mut self, block: &mut [f32; BLOCK_SAMPLES], usable: usize) -> usize {
        self.samples.make_contiguous();
        let (samples, _) = self.samples.as_slices();
        self.blocks_since_cut += 1;
        let most = usable.min(samples.len()).saturating_sub(BLOCK_SAMPLES).min(LONGEST);
        let mut left_out = 0;
        if self.blocks_since_cut >= EVERY_BLOCKS && most >= SHORTEST {
            left_out = best_cut(samples, most).unwrap_or(0);
        }
        block.copy_from_slice(&samples[left_out..left_out + BLOCK_SAMPLES]);
        if left_out > 0 {
            self.blocks_since_cut = 0;
            for (i, (sample, before)) in block[..BLEND].iter_mut().zip(samples).enumerate() {
                let share = (i as f32 + 0.5) / BLEND as f32;
                *sample = before + share * (*sample - before);
            }
        }
        self.samples.drain(..left_out + BLOCK_SAMPLES);
        left_out + BLOCK_SAMPLES
    }
}

/// How many samples, at most `most`, can best be left out at the front; `None` if it would be noticed.
fn best_cut(samples: &[f32], most: usize) -> Option<usize> {
    if power(&samples[..most + BLEND]) <= PAUSE * power(samples) {
        return Some(most);
    }
    let mut thin = [0.0; (LONGEST + BLEND) / STRIDE];
    for (kept, sample) in thin.iter_mut().zip(samples.iter().step_by(STRIDE)) {
        *kept = *sample;
    }
    let before = &thin[..BLEND / STRIDE];
    let power_before = sum_of_products(before, before);
    // Normalised correlation.
    let likeness = |after: &[f32]| {
        let powers = power_before * sum_of_products(after, after);
        sum_of_products(before, after) / powers.sqrt().max(f32::MIN_POSITIVE)
    };
    let (alike, cut) = (SHORTEST / STRIDE..=most / STRIDE)
        .map(|cut| (likeness(&thin[cut..][..BLEND / STRIDE]), cut * STRIDE))
        .max_by(|a, b| a.0.total_cmp(&b.0))?;
    (alike >= ALIKE).then_some(cut)
}

fn power(samples: &[f32]) -> f32 {
    sum_of_products(samples, samples) / samples.len().max(1) as f32
}

/// Of two sounds of one length. A sum waits for the one before it, so several are added up beside each other.
fn sum_of_products(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 12;
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let rest = a_rest.iter().zip(b_rest).map(|(a, b)| a * b);
    sums.into_iter().chain(rest).sum()
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    #[test]
    fn a_voice_catches_up_without_a_click() {
        let mut line = Line::new();
        let voice = |n: usize| 0.3 * (n as f32 / 48_000.0 * 150.0 * TAU).sin();
        let mut position = 0;
        let mut next = || {
            position += BLOCK_SAMPLES;
            std::array::from_fn(|i| voice(position + i))
        };
        for _ in 0..20 {
            line.push(&next());
        }
        let (mut blocks, mut last) = (0, None);
        while line.samples() > SHORTEST {
            line.push(&next());
            let mut block = [0.0; BLOCK_SAMPLES];
            let usable = line.samples();
            line.pull(&mut block, usable);
            blocks += 1;
            for sample in block {
                let step = last.map_or(0.0, |last: f32| (sample - last).abs());
                assert!(step < 0.012, "a step of {step} in block {blocks}");
                last = Some(sample);
            }
        }
        assert!(blocks < 80, "{blocks} blocks to catch up 200 ms");
    }

    #[test]
    fn pauses_are_left_out_and_noise_is_not() {
        let mut line = Line::new();
        let mut noise = 1_u32;
        for n in 0..20 {
            let level = if n < 10 { 0.001 } else { 0.3 };
            line.push(&std::array::from_fn(|_| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                level * (noise as f32 / u32::MAX as f32 - 0.5)
            }));
        }
        let mut gone = 0;
        for _ in 0..6 {
            gone += line.pull(&mut [0.0; BLOCK_SAMPLES], 20 * BLOCK_SAMPLES);
        }
        assert_eq!(gone, 6 * BLOCK_SAMPLES + 2 * LONGEST);
        let before = line.samples();
        for _ in 0..6 {
            line.pull(&mut [0.0; BLOCK_SAMPLES], before);
        }
        assert_eq!(line.samples(), before - 6 * BLOCK_SAMPLES);
    }
}
