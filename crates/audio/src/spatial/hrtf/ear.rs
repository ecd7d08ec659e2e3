//! One ear on a round head: how late and how bright a voice from a direction arrives.

use std::f32::consts::{FRAC_PI_2, PI};

use super::HEAD_RADIANS_PER_SECOND;
use crate::block::{BLOCK_SAMPLES, SAMPLE_RATE_HZ};
use crate::ramp::Smoothed;

/// The time that sound takes along the radius of the head, 12.2 samples.
const RADIUS_SAMPLES: f32 = SAMPLE_RATE_HZ as f32 / HEAD_RADIANS_PER_SECOND;

/// Both ears' delay for what is in the middle: a whole number, so that it needs no interpolation there, which costs
/// a little treble, and large enough to leave the nearest ear the two samples that interpolation looks ahead.
const MIDDLE_DELAY_SAMPLES: f32 = 15.0;

/// Samples kept of the block before: the longest delay, 34.2, and one more for the interpolation.
const HISTORY_SAMPLES: usize = 36;

/// Treble of the darkest direction, as an amplitude factor (Brown and Duda).
const DARKEST: f32 = 0.1;

/// The darkest direction, 150° from the ear's own: straight behind the head waves meet again (Brown and Duda).
const DARKEST_ANGLE: f32 = PI * 150.0 / 180.0;

/// What a direction means for one ear.
#[derive(Debug, Clone, Copy)]
pub(super) struct EarTarget {
    delay_samples: f32,
    treble: f32,
}

impl EarTarget {
    /// `towards` is the part of the direction that points out of this ear, −1 to 1, and `length` the direction's.
    pub(super) fn new(towards: f32, length: f32) -> Self {
        let towards = towards.clamp(-1.0, 1.0);
        let angle = towards.acos();
        // Straight to the ear on its own side, along the head's surface on the other (Woodworth).
        let way = if towards > 0.0 { -towards } else { angle - FRAC_PI_2 };
        let half = DARKEST / 2.0;
        let treble = (1.0 + half) + (1.0 - half) * (angle / DARKEST_ANGLE * PI).cos();
        Self {
            delay_samples: MIDDLE_DELAY_SAMPLES + RADIUS_SAMPLES * way,
            treble: 1.0 + (treble - 1.0) * length,
        }
    }
}

/// Brightens or dulls the sound, and delays it by a fraction of a millisecond.
#[derive(Debug)]
pub(super) struct Ear {
    delay_samples: Smoothed,
    treble: Smoothed,
    /// The end of the block before, then the block.
    line: [f32; HISTORY_SAMPLES + BLOCK_SAMPLES],
}

impl Ear {
    pub(super) fn new() -> Self {
        Self {
            delay_samples: Smoothed::default(),
            treble: Smoothed::default(),
            line: [0.0; HISTORY_SAMPLES + BLOCK_SAMPLES],
        }
    }

    pub(super) fn reset(&mut self, target: EarTarget) {
        self.delay_samples.jump(target.delay_samples);
        self.treble.jump(target.treble);
        self.line.fill(0.0);
    }

    /// Adds the block to what is heard; `high` is its part above the corner of the head's shadow.
    pub(super) fn render(
        &mut self,
        block: &[f32; BLOCK_SAMPLES],
        high: &[f32; BLOCK_SAMPLES],
        target: EarTarget,
        heard: &mut [f32; BLOCK_SAMPLES],
    ) {
        self.line.copy_within(BLOCK_SAMPLES.., 0);
        let treble = self.treble.ramp_to(target.treble);
        for (i, sample) in self.line[HISTORY_SAMPLES..].iter_mut().enumerate() {
            *sample = block[i] + (treble.at(i) - 1.0) * high[i];
        }
        let delay = self.delay_samples.ramp_to(target.delay_samples);
        for (i, heard) in heard.iter_mut().enumerate() {
            let position = (HISTORY_SAMPLES + i) as f32 - delay.at(i);
            let whole = position as usize;
            *heard += interpolated(&self.line[whole - 1..whole + 3], position - whole as f32);
        }
    }
}

/// The sound at `fraction` between the second and the third of four samples (Catmull and Rom): flat within 1 dB
/// up to 10 kHz, and without a kink where the delay passes a whole number.
fn interpolated(points: &[f32], fraction: f32) -> f32 {
    let &[a, b, c, d] = points else { return 0.0 };
    let slope = c - a;
    let bend = 2.0 * a - 5.0 * b + 4.0 * c - d;
    let twist = 3.0 * (b - c) + d - a;
    b + 0.5 * fraction * (slope + fraction * (bend + fraction * twist))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delay_micros(towards: f32) -> f32 {
        (EarTarget::new(towards, 1.0).delay_samples - EarTarget::new(1.0, 1.0).delay_samples)
            / SAMPLE_RATE_HZ as f32
            * 1e6
    }

    #[test]
    fn a_voice_from_the_side_reaches_the_far_ear_two_thirds_of_a_millisecond_later() {
        assert!(delay_micros(1.0).abs() < 0.1);
        assert!((delay_micros(-1.0) - 656.0).abs() < 2.0, "{}", delay_micros(-1.0));
        assert!((delay_micros(0.0) - 255.0).abs() < 1.0, "{}", delay_micros(0.0));
    }

    #[test]
    fn the_near_ear_hears_more_treble_and_the_far_one_least_of_all_past_the_side() {
        let treble = |angle: f32| EarTarget::new(angle.to_radians().cos(), 1.0).treble;
        assert!((treble(0.0) - 2.0).abs() < 1e-3);
        assert!((treble(150.0) - 0.1).abs() < 1e-3);
        assert!(treble(180.0) > 0.2);
    }

    #[test]
    fn every_delay_lies_within_the_line() {
        for i in -1_000..=1_000 {
            let delay = EarTarget::new(i as f32 / 1_000.0, 1.0).delay_samples;
            assert!((2.0..=(HISTORY_SAMPLES - 1) as f32).contains(&delay), "{delay}");
        }
    }
}
