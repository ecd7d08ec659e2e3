//! Placing a voice for headphones, by a model of the head: the far ear hears later and duller, and the outer ear
//! tells front from back and above from below.
//!
//! This is a structural model after Brown and Duda, "A structural model for binaural sound synthesis" (1998), not
//! a measured data set: there is nothing to load or to license, every direction is exact instead of interpolated,
//! and it costs a few multiplications. All its filters are fixed; what moves with the direction are weights and
//! delays, which are always safe to change within a block.

mod ear;
mod pinna;

use ear::{Ear, EarTarget};
use pinna::Pinna;

use super::one_pole::OnePole;
use super::pose::Direction;
use crate::block::{BLOCK_SAMPLES, StereoBlock};
use crate::ramp::Smoothed;

/// Speed of sound over the radius of an average head, 343 m/s over 8.75 cm, in radians per second.
const HEAD_RADIANS_PER_SECOND: f32 = 343.0 / 0.0875;

/// Where the head begins to throw a shadow: the model's pole is at twice that frequency, 1.25 kHz.
const SHADOW_CORNER_HZ: f32 = 2.0 * HEAD_RADIANS_PER_SECOND / std::f32::consts::TAU;

/// One speaker's way to both ears.
#[derive(Debug)]
pub(super) struct Hrtf {
    gain: Smoothed,
    /// Nothing is left in the delays.
    is_silent: bool,
    pinna: Pinna,
    shadow: OnePole,
    left: Ear,
    right: Ear,
}

impl Hrtf {
    pub(super) fn new() -> Self {
        Self {
            gain: Smoothed::default(),
            is_silent: true,
            pinna: Pinna::new(),
            shadow: OnePole::new(SHADOW_CORNER_HZ),
            left: Ear::new(),
            right: Ear::new(),
        }
    }

    /// Starts from this place with nothing heard before.
    pub(super) fn reset(&mut self, gain: f32, direction: Direction) {
        self.gain.jump(gain);
        self.is_silent = true;
        self.pinna.reset(direction);
        self.shadow.clear();
        self.left.reset(EarTarget::new(-direction.right, direction.length));
        self.right.reset(EarTarget::new(direction.right, direction.length));
    }

    /// Adds the block to both ears.
    pub(super) fn render(
        &mut self,
        block: &[f32; BLOCK_SAMPLES],
        gain: f32,
        direction: Direction,
        ears: &mut StereoBlock,
    ) {
        let falls_silent = self.gain.rests_at_zero(gain);
        if falls_silent && self.is_silent {
            self.reset(gain, direction);
            return;
        }
        self.is_silent = falls_silent;
        let mut sound = *block;
        let gain = self.gain.ramp_to(gain);
        for (i, sample) in sound.iter_mut().enumerate() {
            *sample *= gain.at(i);
        }
        self.pinna.process(&mut sound, direction);
        let mut high = [0.0; BLOCK_SAMPLES];
        for (high, &sample) in high.iter_mut().zip(&sound) {
            *high = sample - self.shadow.low(sample);
        }
        self.shadow.settle();
        self.left.render(&sound, &high, EarTarget::new(-direction.right, direction.length), &mut ears.left);
        self.right.render(&sound, &high, EarTarget::new(direction.right, direction.length), &mut ears.right);
    }
}
