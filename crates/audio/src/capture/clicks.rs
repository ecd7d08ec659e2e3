//! Attenuates key presses and mouse clicks between words. They begin within a millisecond and decay within tens of
//! them, unlike noise that is followed over a second, and unlike most speech.
//!
//! A block is judged when the next one is known, without further delay: half of it comes from the spectrum known by
//! then, and its other half is made again from the spectrum before if the judgement has changed.

use super::high_pass::HighPass;
use super::overlap::{Synthesis, Window};
use super::spectrum::{BINS, Spectrum, Transform};
use crate::block::BLOCK_SAMPLES;
use crate::level;

/// Clicks are looked for above this: most of a voice is below, and so is what desks and hands do.
const CORNER_HZ: f64 = 2_500.0;

/// Samples of 1 ms, in which the rise of a click is seen.
const SLICE_SAMPLES: usize = BLOCK_SAMPLES / SLICES;
const SLICES: usize = 10;

/// A click is so much stronger than what was in the 10 ms before it, 12 dB as power …
const RISE: f32 = 16.0;

/// … and at the end of the next block, 7 to 19 ms later, has lost 6 dB …
const DECAYED: f32 = 0.25;

/// … and is not weaker than the noise of a good microphone, −80 dBFS.
const LEAST_POWER: f32 = 1e-8;

/// Its strongest millisecond is among the first ones.
const ATTACK_SLICES: usize = 5;

/// Longer than this, 60 ms, no click lasts.
const MOST_BLOCKS: u32 = 6;

/// How fast the noise in each bin is followed per block, and how far above it a click's bins are let be, 3 dB as power.
const NOISE_SMOOTHING: f32 = 0.8;
const NOISE_MARGIN: f32 = 2.0;

/// The most that a bin is turned down, in dB: of a word that begins like a click something is left.
const MOST_DB: f32 = -20.0;

/// For this many blocks after speech the next sound may be a plosive, which is silent before it bursts.
pub(crate) const PLOSIVE_BLOCKS: u32 = 12;

/// Follows one microphone.
pub(crate) struct ClickSuppressor {
    high_pass: HighPass,
    /// Power above the corner in each millisecond of the last three blocks.
    envelope: [f32; 3 * SLICES],
    /// Power in each bin between clicks.
    noise: [f32; BINS],
    least_gain: f32,
    /// The last spectrum as it came.
    last: Spectrum,
    /// Blocks since the current click began, including its first; 0 if there is none.
    age: u32,
    was_click: bool,
}

impl ClickSuppressor {
    pub(crate) fn new() -> Self {
        Self {
            high_pass: HighPass::above(CORNER_HZ),
            envelope: [0.0; 3 * SLICES],
            noise: [0.0; BINS],
            least_gain: level::factor(MOST_DB),
            last: Spectrum::ZERO,
            age: 0,
            was_click: false,
        }
    }

    /// Takes the next block as it came from the microphone. In speech nothing is a click.
    pub(crate) fn listen(&mut self, block: &[f32; BLOCK_SAMPLES], is_speech: bool) {
        let mut high = *block;
        self.high_pass.process(&mut high);
        self.envelope.copy_within(SLICES.., 0);
        for (power, slice) in self.envelope[2 * SLICES..].iter_mut().zip(high.chunks_exact(SLICE_SAMPLES)) {
            *power = mean(slice.iter().map(|sample| sample * sample), SLICE_SAMPLES);
        }
        self.judge(is_speech);
    }

    /// Turns the clicks in the block before down, given the spectrum of that and the last block; `synthesis` has what
    /// is left of the spectrum before.
    pub(crate) fn suppress(
        &mut self,
        spectrum: &mut Spectrum,
        synthesis: &mut Synthesis,
        window: &Window,
        transform: &mut Transform,
    ) {
        let came = spectrum.clone();
        match (self.was_click, self.is_click()) {
            (false, false) => self.learn(),
            (true, true) => self.turn_down(spectrum),
            (false, true) => {
                let mut last = self.last.clone();
                self.turn_down(&mut last);
                synthesis.correct(&last, window, transform);
                self.turn_down(spectrum);
            }
            (true, false) => synthesis.correct(&self.last, window, transform),
        }
        self.was_click = self.is_click();
        self.last = came;
    }

    fn judge(&mut self, is_speech: bool) {
        self.age = if is_speech {
            0
        } else if self.begins() {
            1
        } else if self.is_click() && self.age < MOST_BLOCKS && self.decays() {
            self.age + 1
        } else {
            0
        };
    }

    /// The block before the last has a click in it.
    fn is_click(&self) -> bool {
        self.age > 0
    }

    /// Learns the sound between clicks from the last spectrum, which has no click.
    fn learn(&mut self) {
        for (bin, noise) in self.noise.iter_mut().enumerate() {
            *noise = NOISE_SMOOTHING * *noise + (1.0 - NOISE_SMOOTHING) * self.last.power(bin);
        }
    }

    /// Reduces a spectrum with a click in it to the sound between clicks.
    fn turn_down(&self, spectrum: &mut Spectrum) {
        for bin in 0..BINS {
            let around = &self.noise[bin.saturating_sub(1)..(bin + 2).min(BINS)];
            let noise = NOISE_MARGIN * mean(around.iter().copied(), around.len());
            let power = spectrum.power(bin);
            if power > noise {
                let gain = (noise / power).sqrt().max(self.least_gain);
                spectrum.re[bin] *= gain;
                spectrum.im[bin] *= gain;
            }
        }
    }

    /// A click begins in the block before the last.
    fn begins(&self) -> bool {
        let after = &self.envelope[3 * SLICES - 3..];
        let after = mean(after.iter().copied(), after.len());
        (SLICES..2 * SLICES).any(|slice| {
            // The last millisecond before the slice may already contain the start of the click.
            let before = &self.envelope[slice - SLICES..slice - 1];
            let before = mean(before.iter().copied(), before.len());
            let peak = self.envelope[slice..slice + ATTACK_SLICES].iter().fold(0.0, |a: f32, &b| a.max(b));
            self.envelope[slice] > RISE * before && peak > LEAST_POWER && after < DECAYED * peak
        })
    }

    /// The block before the last is weaker than the one before that.
    fn decays(&self) -> bool {
        let peak = |block: usize| {
            let slices = &self.envelope[block * SLICES..(block + 1) * SLICES];
            slices.iter().fold(0.0, |a: f32, &b| a.max(b))
        };
        peak(1) <= peak(0)
    }
}

fn mean(values: impl Iterator<Item = f32>, count: usize) -> f32 {
    values.sum::<f32>() / count.max(1) as f32
}
