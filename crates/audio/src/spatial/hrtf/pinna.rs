//! The outer ear: it takes treble from what comes from behind, and cuts a notch into what comes from in front,
//! higher up the higher the voice is.

use crate::block::{BLOCK_SAMPLES, SAMPLE_RATE_HZ};
use crate::ramp::Smoothed;
use crate::spatial::one_pole::{OnePole, RESIDUE};
use crate::spatial::pose::Direction;

/// Where the notch is for a voice from below, level and above: the range that measured ears cover.
const NOTCHES_HZ: [f32; 3] = [6_000.0, 8_000.0, 10_000.0];

/// Centre frequency over width of a notch.
const NOTCH_Q: f32 = 2.5;

/// How much of the sound in a notch is gone: −14 dB are left.
const NOTCH_DEPTH: f32 = 0.8;

/// The upward part of a direction from which on the notch stays: 40°.
const NOTCH_REACH: f32 = 0.643;

/// Shorter than this is the wave length of what the outer ear shades.
const REAR_CORNER_HZ: f32 = 3_000.0;

/// How much of the treble from straight behind is gone: −8 dB are left.
const REAR_DEPTH: f32 = 0.6;

/// The outer ears, both alike, so one filter before the way to the two.
#[derive(Debug)]
pub(super) struct Pinna {
    bands: [Band; 3],
    depths: [Smoothed; 3],
    rear: OnePole,
    rear_depth: Smoothed,
}

impl Pinna {
    pub(super) fn new() -> Self {
        Self {
            bands: NOTCHES_HZ.map(Band::new),
            depths: [Smoothed::default(); 3],
            rear: OnePole::new(REAR_CORNER_HZ),
            rear_depth: Smoothed::default(),
        }
    }

    pub(super) fn reset(&mut self, direction: Direction) {
        for ((band, depth), target) in
            self.bands.iter_mut().zip(&mut self.depths).zip(notch_depths(direction))
        {
            band.state = [0.0; 2];
            depth.jump(target);
        }
        self.rear.clear();
        self.rear_depth.jump(rear_depth(direction));
    }

    pub(super) fn process(&mut self, block: &mut [f32; BLOCK_SAMPLES], direction: Direction) {
        let targets = notch_depths(direction);
        let [low, level, high] = std::array::from_fn(|i| self.depths[i].ramp_to(targets[i]));
        let rear = self.rear_depth.ramp_to(rear_depth(direction));
        let [low_band, level_band, high_band] = &mut self.bands;
        for (i, sample) in block.iter_mut().enumerate() {
            let input = *sample;
            let notched = input
                - low.at(i) * low_band.pass(input)
                - level.at(i) * level_band.pass(input)
                - high.at(i) * high_band.pass(input);
            *sample = notched - rear.at(i) * (notched - self.rear.low(notched));
        }
        self.rear.settle();
        self.bands.iter_mut().for_each(Band::settle);
    }
}

/// How deep the notches below, level and above are cut.
fn notch_depths(direction: Direction) -> [f32; 3] {
    let depth = NOTCH_DEPTH * (direction.length + direction.forward).max(0.0) / 2.0;
    let height = (direction.up / NOTCH_REACH).clamp(-1.0, 1.0);
    [(-height).max(0.0), 1.0 - height.abs(), height.max(0.0)].map(|share| share * depth)
}

fn rear_depth(direction: Direction) -> f32 {
    REAR_DEPTH * (direction.length - direction.forward).max(0.0) / 2.0
}

/// A band-pass with gain 1 in the middle (the second-order one of Bristow-Johnson's cookbook).
#[derive(Debug)]
struct Band {
    input: f32,
    feedback: [f32; 2],
    state: [f32; 2],
}

impl Band {
    fn new(centre_hz: f32) -> Self {
        let (sin, cos) = (std::f32::consts::TAU * centre_hz / SAMPLE_RATE_HZ as f32).sin_cos();
        let alpha = sin / (2.0 * NOTCH_Q);
        let scale = 1.0 / (1.0 + alpha);
        Self { input: alpha * scale, feedback: [-2.0 * cos * scale, (1.0 - alpha) * scale], state: [0.0; 2] }
    }

    fn pass(&mut self, sample: f32) -> f32 {
        let input = self.input * sample;
        let output = input + self.state[0];
        self.state = [self.state[1] - self.feedback[0] * output, -input - self.feedback[1] * output];
        output
    }

    fn settle(&mut self) {
        if self.state.iter().all(|part| part.abs() < RESIDUE) {
            self.state = [0.0; 2];
        }
    }
}
