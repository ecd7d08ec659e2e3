//! Second-order filters whose frequency can change while sound passes.
//!
//! State-variable filters by the trapezoidal rule (Simper, "Linear trapezoidal integrated state variable filter",
//! 2013; Zavalishin, "The Art of VA Filter Design", 2018): unlike in a direct form, the state means the same before
//! and after a change of the coefficients, so a change does not click.

use std::f32::consts::{FRAC_1_SQRT_2, PI};

use crate::block::{BLOCK_SAMPLES, SAMPLE_RATE_HZ};

/// Coefficients on their way move once in so many samples.
const STEP_SAMPLES: usize = 10;

/// How far a corner moves in a block at most, in octaves: from one end of hearing to the other in 0.1 s.
const OCTAVES_PER_BLOCK: f32 = 1.0;

/// Below this what is left in a filter is inaudible, and arithmetic on what follows is slow on many processors.
const RESIDUE: f32 = 1e-15;

/// The lowest and the highest corner that a filter is built with.
const HZ_MIN: f32 = 10.0;
const HZ_MAX: f32 = 22_000.0;

/// Quality of the two sections of a fourth-order Butterworth filter, `1 / (2 cos((2k − 1) π / 8))`.
pub(super) const BUTTERWORTH_4: [f32; 2] = [0.541_196_1, 1.306_563];

/// Quality of the three sections of a sixth-order Butterworth filter, `1 / (2 cos((2k − 1) π / 12))`.
pub(super) const BUTTERWORTH_6: [f32; 3] = [0.517_638_1, FRAC_1_SQRT_2, 1.931_851_7];

/// The parameters of a filter: the tuning, the damping, and the shares of input, band and low in its output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Response {
    tuning: f32,
    damping: f32,
    shares: [f32; 3],
}

impl Response {
    pub(super) fn low_pass(hz: f32, quality: f32) -> Self {
        Self { tuning: tuning(hz), damping: 1.0 / quality, shares: [0.0, 0.0, 1.0] }
    }

    pub(super) fn high_pass(hz: f32, quality: f32) -> Self {
        let damping = 1.0 / quality;
        Self { tuning: tuning(hz), damping, shares: [1.0, -damping, -1.0] }
    }

    /// A peak of so many dB.
    pub(super) fn bell(hz: f32, quality: f32, db: f32) -> Self {
        let root = 10.0_f32.powf(db / 40.0);
        let damping = 1.0 / (quality * root);
        Self { tuning: tuning(hz), damping, shares: [1.0, damping * (root * root - 1.0), 0.0] }
    }

    fn between(self, other: Self, share: f32) -> Self {
        let mix = |one: f32, other: f32| one + (other - one) * share;
        Self {
            tuning: mix(self.tuning, other.tuning),
            damping: mix(self.damping, other.damping),
            shares: std::array::from_fn(|i| mix(self.shares[i], other.shares[i])),
        }
    }
}

fn tuning(hz: f32) -> f32 {
    (PI * hz.clamp(HZ_MIN, HZ_MAX) / SAMPLE_RATE_HZ as f32).tan()
}

/// One second-order section.
#[derive(Debug, Clone, Copy)]
pub(super) struct Biquad {
    response: Response,
    state: [f32; 2],
}

impl Biquad {
    pub(super) fn new(response: Response) -> Self {
        Self { response, state: [0.0; 2] }
    }

    /// Filters a block; by its end the filter responds like `target`.
    pub(super) fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES], target: Response) {
        if self.response == target {
            self.go_on(block);
            return;
        }
        let from = std::mem::replace(&mut self.response, target);
        let steps = (BLOCK_SAMPLES / STEP_SAMPLES) as f32;
        let mut last = from;
        for (i, part) in block.chunks_mut(STEP_SAMPLES).enumerate() {
            let next = from.between(target, (i + 1) as f32 / steps);
            self.run(part, next, last.shares);
            last = next;
        }
    }

    /// Filters with the response that it has.
    pub(super) fn go_on(&mut self, sound: &mut [f32]) {
        self.run(sound, self.response, self.response.shares);
    }

    /// The shares come evenly `from` where they were: they act at once, unlike the rest.
    fn run(&mut self, sound: &mut [f32], Response { tuning, damping, shares }: Response, from: [f32; 3]) {
        let steps: [f32; 3] = std::array::from_fn(|i| (shares[i] - from[i]) / sound.len() as f32);
        let [mut direct, mut band_share, mut low_share] = from;
        let a1 = 1.0 / (1.0 + tuning * (tuning + damping));
        let (a2, a3) = (tuning * a1, tuning * tuning * a1);
        let [mut first, mut second] = self.state;
        for sample in sound {
            let rest = *sample - second;
            let band = a1 * first + a2 * rest;
            let low = second + a2 * first + a3 * rest;
            first = 2.0 * band - first;
            second = 2.0 * low - second;
            direct += steps[0];
            band_share += steps[1];
            low_share += steps[2];
            *sample = direct * *sample + band_share * band + low_share * low;
        }
        let settled = |state: f32| if state.abs() < RESIDUE { 0.0 } else { state };
        self.state = [settled(first), settled(second)];
    }

    /// Forgets what it heard.
    pub(super) fn clear(&mut self) {
        self.state = [0.0; 2];
    }
}

/// The frequency of a filter on its way to another.
pub(super) fn glide_hz(from_hz: f32, to_hz: f32) -> f32 {
    from_hz * (to_hz / from_hz).log2().clamp(-OCTAVES_PER_BLOCK, OCTAVES_PER_BLOCK).exp2()
}

/// Sections of the given qualities in a row, all with one kind of response.
#[derive(Debug, Clone)]
pub(super) struct Cascade<const SECTIONS: usize> {
    sections: [Biquad; SECTIONS],
    qualities: [f32; SECTIONS],
    kind: fn(f32, f32) -> Response,
    hz: f32,
}

impl<const SECTIONS: usize> Cascade<SECTIONS> {
    pub(super) fn new(kind: fn(f32, f32) -> Response, qualities: [f32; SECTIONS], hz: f32) -> Self {
        Self { sections: qualities.map(|quality| Biquad::new(kind(hz, quality))), qualities, kind, hz }
    }

    /// Filters a block while the corner moves towards `hz`, at most an octave.
    pub(super) fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES], hz: f32) {
        if (self.hz - hz).abs() < 1e-3 {
            self.go_on(block);
            return;
        }
        self.hz = glide_hz(self.hz, hz);
        for (section, quality) in self.sections.iter_mut().zip(self.qualities) {
            section.process(block, (self.kind)(self.hz, quality));
        }
    }

    pub(super) fn go_on(&mut self, sound: &mut [f32]) {
        self.sections.iter_mut().for_each(|section| section.go_on(sound));
    }

    pub(super) fn clear(&mut self) {
        self.sections.iter_mut().for_each(Biquad::clear);
    }
}
