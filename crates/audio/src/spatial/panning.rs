//! The cheap way to place a voice: louder on one side, quieter on the other, with the same power in sum.
//!
//! Neither ear is ever empty: on headphones a voice in one ear alone is unpleasant, and no sound in a room does that.

use super::pose::Direction;
use crate::block::{BLOCK_SAMPLES, StereoBlock};
use crate::ramp::Smoothed;

/// Equal-power panning by the sideways part of the direction. In front and behind are the same, as on any two
/// loudspeakers.
#[derive(Debug, Default)]
pub(super) struct Panning {
    left: Smoothed,
    right: Smoothed,
}

impl Panning {
    /// Starts from this place.
    pub(super) fn reset(&mut self, gain: f32, direction: Direction) {
        let (left, right) = gains(gain, direction);
        self.left.jump(left);
        self.right.jump(right);
    }

    /// Adds the block to both ears.
    pub(super) fn render(
        &mut self,
        block: &[f32; BLOCK_SAMPLES],
        gain: f32,
        direction: Direction,
        ears: &mut StereoBlock,
    ) {
        let (to_left, to_right) = gains(gain, direction);
        let [left, right] = ears.sides_mut();
        for (ear, smoothed, target) in [(left, &mut self.left, to_left), (right, &mut self.right, to_right)] {
            if smoothed.rests_at_zero(target) {
                continue;
            }
            let gain = smoothed.ramp_to(target);
            for (i, (heard, sample)) in ear.iter_mut().zip(block).enumerate() {
                *heard += sample * gain.at(i);
            }
        }
    }
}

/// With θ the angle from the middle to the side, the gains are √2 cos(45° + θ/2) and √2 sin(45° + θ/2), which in
/// terms of sin θ needs no more than a root. The factor √2 makes the middle as loud as a voice without a place.
/// θ goes from side to side only so far that [`FAR_EAR`] is left.
fn gains(gain: f32, direction: Direction) -> (f32, f32) {
    let right = WIDTH * direction.right;
    (gain * (1.0 - right).sqrt(), gain * (1.0 + right).sqrt())
}

/// The amplitude of the far ear for a voice straight from one side, relative to the near ear: −12 dB.
const FAR_EAR: f32 = 0.25;

/// The sine of the widest angle: with it, √(1 − w) is [`FAR_EAR`] times √(1 + w).
const WIDTH: f32 = (1.0 - FAR_EAR * FAR_EAR) / (1.0 + FAR_EAR * FAR_EAR);
