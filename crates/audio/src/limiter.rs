//! A limiter: keeps a voice, or the sum of all, within full scale without the harshness of clipping.

use crate::block::StereoBlock;

/// Peaks up to here pass unchanged.
pub(crate) const KNEE: f32 = 0.8;

/// How much of the peak level is left after one sample of silence: it falls to a third within 100 ms.
const RELEASE_PER_SAMPLE: f32 = 0.999_792;

/// Nothing sensible is louder than this; what is, would keep the others inaudible for seconds.
const INPUT_MAX: f32 = 16.0;

/// A peak follower that rises at once and falls slowly, and turns everything down while it is above the knee.
///
/// Rising at once needs no look-ahead and has no steps: at a new peak the sample follows the curve of a soft clipper.
/// Falling slowly keeps the wave form of what follows the peak. Both ears are attenuated equally, by what the louder
/// one needs, so that a speaker does not move to the side when another is loud.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    peak: f32,
}

impl Limiter {
    /// Limits both ears, whatever is in them.
    pub(crate) fn process(&mut self, block: &mut StereoBlock) {
        for (left, right) in block.left.iter_mut().zip(&mut block.right) {
            (*left, *right) = (sensible(*left), sensible(*right));
            let gain = self.gain(left.abs().max(right.abs()));
            *left *= gain;
            *right *= gain;
        }
    }

    /// The factor for the next sample, whose absolute value this is.
    pub(crate) fn gain(&mut self, amplitude: f32) -> f32 {
        self.peak = (self.peak * RELEASE_PER_SAMPLE).max(amplitude);
        if self.peak <= KNEE { 1.0 } else { limited(self.peak) / self.peak }
    }
}

fn sensible(sample: f32) -> f32 {
    if sample.is_nan() { 0.0 } else { sample.clamp(-INPUT_MAX, INPUT_MAX) }
}

/// One sample within full scale, on the curve of a soft clipper: for peaks that last a millisecond.
pub(crate) fn soft_clip(sample: f32) -> f32 {
    let amplitude = sample.abs();
    if amplitude <= KNEE { sample } else { limited(amplitude).copysign(sample) }
}

/// The value that a peak above the knee is reduced to: less than 1 however high it is, and smooth at the knee.
fn limited(peak: f32) -> f32 {
    KNEE + (1.0 - KNEE) * ((peak - KNEE) / (1.0 - KNEE)).tanh()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::block::BLOCK_SAMPLES;

    /// Limits sound in the left ear, with its negative half in the right one, and returns the left.
    fn limit(limiter: &mut Limiter, sound: &mut [f32]) {
        for chunk in sound.chunks_mut(BLOCK_SAMPLES) {
            let mut block = StereoBlock::default();
            block.left[..chunk.len()].copy_from_slice(chunk);
            block.right = block.left.map(|sample| -0.5 * sample);
            limiter.process(&mut block);
            let kept = |i: usize| (block.right[i] + 0.5 * block.left[i]).abs() < 1e-6;
            assert!((0..BLOCK_SAMPLES).all(kept), "both ears by the same");
            chunk.copy_from_slice(&block.left[..chunk.len()]);
        }
    }

    #[test]
    fn below_the_knee_nothing_changes() {
        let sound: Vec<f32> = (0..4_800).map(|i| 0.8 * (i as f32 * 0.1).sin()).collect();
        let mut limited = sound.clone();
        limit(&mut Limiter::default(), &mut limited);
        assert_eq!(limited, sound);
    }

    #[test]
    fn a_loud_passage_keeps_its_wave_form() {
        let sound: Vec<f32> = (0..9_600).map(|i| 3.0 * (i as f32 * 0.05).sin()).collect();
        let mut limited = sound.clone();
        limit(&mut Limiter::default(), &mut limited);
        let ratios: Vec<f32> =
            (4_800..9_600).filter(|&i| sound[i].abs() > 1.0).map(|i| limited[i] / sound[i]).collect();
        let (least, most) = ratios.iter().fold((f32::MAX, 0.0_f32), |(a, b), &r| (a.min(r), b.max(r)));
        assert!(most / least < 1.02, "gain between {least} and {most}");
    }

    #[test]
    fn full_level_returns_within_a_second() {
        let mut limiter = Limiter::default();
        limiter.process(&mut StereoBlock::from_mono(&[f32::INFINITY; BLOCK_SAMPLES]));
        limit(&mut limiter, &mut vec![0.0; 48_000]);
        let mut sound = [0.5];
        limit(&mut limiter, &mut sound);
        assert!((sound[0] - 0.5).abs() < f32::EPSILON);
    }

    proptest! {
        #[test]
        fn nothing_ever_exceeds_full_scale(sound in prop::collection::vec(any::<[f32; 2]>(), 0..2_000)) {
            let mut limiter = Limiter::default();
            for chunk in sound.chunks(BLOCK_SAMPLES) {
                let mut block = StereoBlock::default();
                for (i, &[left, right]) in chunk.iter().enumerate() {
                    (block.left[i], block.right[i]) = (left, right);
                }
                limiter.process(&mut block);
                prop_assert!(block.left.iter().chain(&block.right).all(|sample| sample.abs() <= 1.0));
            }
        }
    }
}
