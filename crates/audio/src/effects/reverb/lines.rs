//! The delay lines, their losses per round, and the feedback between them.

use std::f32::consts::TAU;
use std::ops::Range;

use super::{ReverbSettings, ReverbSize};
use crate::block::SAMPLE_RATE_HZ;

pub(super) const LINES: usize = 8;

/// All lines are read for so many samples before they are written: less than the shortest is long.
pub(super) const STEP_SAMPLES: usize = 240;

/// How the lines are added up for the left and the right ear: rows of a Hadamard matrix that have nothing in common
/// with each other, nor with how the lines are fed.
pub(super) const SIGNS: [[f32; LINES]; 2] =
    [[1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0], [1.0, 1.0, -1.0, -1.0, 1.0, 1.0, -1.0, -1.0]];

/// The frequency at which a shelf is half-way between the decay of low tones and that of high ones.
const SHELF_HZ: f32 = 5_000.0;

/// How far the delays sway at most, in samples, and how often the first of them does; the others do so a little faster
/// each.
const SWAY_SAMPLES: f32 = 8.0;
const SWAY_HZ: f32 = 0.5;
const FASTER: f32 = 1.13;

/// Positions are samples since the start, as far as the ring reaches.
#[derive(Debug)]
pub(super) struct Lines {
    delays: [usize; LINES],
    rings: Vec<f32>,
    ring_samples: usize,
    place: usize,
    sway: [f32; LINES],
    sway_samples: f32,
    wanted_sway_samples: f32,
    phases: [f32; LINES],
    shelves: Shelves,
    wanted: Gains,
    frames: [[f32; LINES]; STEP_SAMPLES],
}

impl Lines {
    pub(super) fn new(settings: ReverbSettings) -> Self {
        let delays = delays(settings.size);
        let longest = delays[LINES - 1] + SWAY_SAMPLES as usize + 2;
        let ring_samples = (longest + STEP_SAMPLES).next_power_of_two();
        let gains = Gains::new(&delays, settings);
        Self {
            delays,
            rings: vec![0.0; ring_samples * LINES],
            ring_samples,
            place: 0,
            sway: [0.0; LINES],
            sway_samples: SWAY_SAMPLES * settings.modulation,
            wanted_sway_samples: SWAY_SAMPLES * settings.modulation,
            phases: std::array::from_fn(|line| line as f32 / LINES as f32),
            shelves: Shelves::new(gains),
            wanted: gains,
            frames: [[0.0; LINES]; STEP_SAMPLES],
        }
    }

    pub(super) fn set(&mut self, settings: ReverbSettings) {
        self.wanted = Gains::new(&self.delays, settings);
        self.wanted_sway_samples = SWAY_SAMPLES * settings.modulation;
    }

    /// The gain that makes a steady sound as loud at one ear as it was sent: the power in the lines is that of eight
    /// inputs over the power lost in one round.
    pub(super) fn unit_gain(&self) -> f32 {
        let kept = self.wanted.low.iter().map(|gain| gain * gain).sum::<f32>() / LINES as f32;
        ((1.0 - kept) / LINES as f32).sqrt()
    }

    /// Advances by one step, and returns the output of the lines in it.
    pub(super) fn step(&mut self, sent: &[f32]) -> &[[f32; LINES]; STEP_SAMPLES] {
        self.read();
        let mut frames = self.frames;
        self.shelves.process(&mut frames, self.wanted);
        for (frame, sent) in frames.iter_mut().zip(sent) {
            hadamard(frame);
            *frame = frame.map(|sample| sample + sent);
        }
        self.write(&frames);
        &self.frames
    }

    fn read(&mut self) {
        self.sway_samples += (self.wanted_sway_samples - self.sway_samples) * 0.5;
        let seconds = STEP_SAMPLES as f32 / SAMPLE_RATE_HZ as f32;
        for line in 0..LINES {
            // Only every other line sways: the rest keep the high tones, which interpolation dampens slightly.
            let (from, to) = if line % 2 == 1 {
                self.phases[line] =
                    (self.phases[line] + SWAY_HZ * FASTER.powi(line as i32) * seconds).fract();
                let to = self.sway_samples * (1.0 + (TAU * self.phases[line]).sin()) / 2.0;
                (std::mem::replace(&mut self.sway[line], to), to)
            } else {
                (0.0, 0.0)
            };
            self.read_line(line, from, to);
        }
    }

    /// Reads a line at its delay less a sway that goes from one value to the other.
    fn read_line(&mut self, line: usize, from: f32, to: f32) {
        let mask = self.ring_samples - 1;
        let ring = &self.rings[line * self.ring_samples..][..self.ring_samples];
        let start = self.place + self.ring_samples - self.delays[line];
        if from == 0.0 && to == 0.0 {
            let (end, beginning) = parts(start & mask, self.ring_samples);
            for (frame, sample) in self.frames.iter_mut().zip(ring[end].iter().chain(&ring[beginning])) {
                frame[line] = *sample;
            }
            return;
        }
        let change = (to - from) / STEP_SAMPLES as f32;
        for (i, frame) in self.frames.iter_mut().enumerate() {
            let sway = from + change * (i + 1) as f32;
            let whole = sway as usize;
            let fraction = sway - whole as f32;
            let at = start + i + whole;
            frame[line] = ring[at & mask] * (1.0 - fraction) + ring[(at + 1) & mask] * fraction;
        }
    }

    fn write(&mut self, frames: &[[f32; LINES]; STEP_SAMPLES]) {
        let (end, beginning) = parts(self.place, self.ring_samples);
        let (first, rest) = frames.split_at(end.len());
        for (line, ring) in self.rings.chunks_exact_mut(self.ring_samples).enumerate() {
            for (part, frames) in [(end.clone(), first), (beginning.clone(), rest)] {
                for (sample, frame) in ring[part].iter_mut().zip(frames) {
                    *sample = frame[line];
                }
            }
        }
        self.place = (self.place + STEP_SAMPLES) & (self.ring_samples - 1);
    }

    pub(super) fn clear(&mut self) {
        self.rings.fill(0.0);
        self.shelves.state = [0.0; LINES];
    }
}

/// The ranges of the samples of one step in a ring, starting at a position: up to the ring's end, and from its
/// beginning.
fn parts(place: usize, ring_samples: usize) -> (Range<usize>, Range<usize>) {
    let until_end = STEP_SAMPLES.min(ring_samples - place);
    (place..place + until_end, 0..STEP_SAMPLES - until_end)
}

/// Primes, so that no two lines repeat in one rhythm.
fn delays(size: ReverbSize) -> [usize; LINES] {
    match size {
        ReverbSize::Room => [311, 373, 431, 503, 587, 661, 743, 827],
        ReverbSize::Hall => [1_237, 1_423, 1_619, 1_831, 2_053, 2_281, 2_521, 2_777],
        ReverbSize::Cave => [2_203, 2_557, 2_957, 3_371, 3_803, 4_271, 4_733, 5_227],
    }
}

/// A Hadamard matrix over √8, which keeps the power.
fn hadamard(frame: &mut [f32; LINES]) {
    butterflies::<4>(frame);
    butterflies::<2>(frame);
    butterflies::<1>(frame);
    *frame = frame.map(|sample| sample * (std::f32::consts::FRAC_1_SQRT_2 / 2.0));
}

fn butterflies<const APART: usize>(frame: &mut [f32; LINES]) {
    for one in (0..LINES).filter(|line| line & APART == 0) {
        let (a, b) = (frame[one], frame[one + APART]);
        (frame[one], frame[one + APART]) = (a + b, a - b);
    }
}

/// The gains of each line for low and high tones per round: 60 dB less after as many rounds as the decay takes.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Gains {
    low: [f32; LINES],
    high: [f32; LINES],
}

impl Gains {
    fn new(delays: &[usize; LINES], settings: ReverbSettings) -> Self {
        let gain = |samples: usize, decay_s: f32| {
            10.0_f32.powf(-3.0 * samples as f32 / (SAMPLE_RATE_HZ as f32 * decay_s))
        };
        Self {
            low: delays.map(|samples| gain(samples, settings.decay_s)),
            high: delays.map(|samples| gain(samples, settings.decay_s * settings.brightness)),
        }
    }
}

/// First-order shelves by the bilinear transform, one per line, exact at both ends.
#[derive(Debug)]
struct Shelves {
    gains: Gains,
    state: [f32; LINES],
}

impl Shelves {
    fn new(gains: Gains) -> Self {
        Self { gains, state: [0.0; LINES] }
    }

    /// By the end of the step the gains are those wanted.
    fn process(&mut self, frames: &mut [[f32; LINES]; STEP_SAMPLES], wanted: Gains) {
        let warped = (std::f32::consts::PI * SHELF_HZ / SAMPLE_RATE_HZ as f32).tan();
        let pole = (1.0 - warped) / (1.0 + warped);
        let coefficients = |gains: Gains| {
            let b0 = std::array::from_fn(|i| (gains.low[i] * warped + gains.high[i]) / (1.0 + warped));
            let b1 = std::array::from_fn(|i| (gains.low[i] * warped - gains.high[i]) / (1.0 + warped));
            (b0, b1)
        };
        let (mut b0, mut b1): ([f32; LINES], [f32; LINES]) = coefficients(self.gains);
        let (to0, to1): ([f32; LINES], [f32; LINES]) = coefficients(wanted);
        let step0: [f32; LINES] = std::array::from_fn(|i| (to0[i] - b0[i]) / STEP_SAMPLES as f32);
        let step1: [f32; LINES] = std::array::from_fn(|i| (to1[i] - b1[i]) / STEP_SAMPLES as f32);
        self.gains = wanted;
        let mut state = self.state;
        for frame in frames {
            for i in 0..LINES {
                b0[i] += step0[i];
                b1[i] += step1[i];
                let output = b0[i] * frame[i] + state[i];
                state[i] = b1[i] * frame[i] + pole * output;
                frame[i] = output;
            }
        }
        self.state = state;
    }
}
