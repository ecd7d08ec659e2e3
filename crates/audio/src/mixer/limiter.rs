//! Keeps the sum of all voices within full scale without the harshness of clipping.

/// Peaks up to here pass unchanged.
const KNEE: f32 = 0.8;

/// How much of the peak level is left after one sample of silence: it falls to a third within 100 ms.
const RELEASE_PER_SAMPLE: f32 = 0.999_792;

/// Nothing sensible is louder than this; what is, would keep the others inaudible for seconds.
const MAX_INPUT: f32 = 16.0;

/// A peak follower that rises at once and falls slowly, and turns everything down while it is above the knee.
///
/// Rising at once needs no look-ahead and has no steps: at a new peak the sample follows the curve of a soft
/// clipper. Falling slowly keeps the wave form of what follows the peak.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    peak: f32,
}

impl Limiter {
    pub(crate) fn process(&mut self, block: &mut [f32]) {
        for sample in block {
            let input = if sample.is_nan() { 0.0 } else { sample.clamp(-MAX_INPUT, MAX_INPUT) };
            self.peak = (self.peak * RELEASE_PER_SAMPLE).max(input.abs());
            *sample = if self.peak <= KNEE { input } else { input * (limited(self.peak) / self.peak) };
        }
    }
}

/// What a peak above the knee is turned down to: less than 1 however high it is, and smooth at the knee.
fn limited(peak: f32) -> f32 {
    KNEE + (1.0 - KNEE) * ((peak - KNEE) / (1.0 - KNEE)).tanh()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn below_the_knee_nothing_changes() {
        let sound: Vec<f32> = (0..4_800).map(|i| 0.8 * (i as f32 * 0.1).sin()).collect();
        let mut limited = sound.clone();
        Limiter::default().process(&mut limited);
        assert_eq!(limited, sound);
    }

    #[test]
    fn a_loud_passage_keeps_its_wave_form() {
        let sound: Vec<f32> = (0..9_600).map(|i| 3.0 * (i as f32 * 0.05).sin()).collect();
        let mut limited = sound.clone();
        Limiter::default().process(&mut limited);
        let ratios: Vec<f32> =
            (4_800..9_600).filter(|&i| sound[i].abs() > 1.0).map(|i| limited[i] / sound[i]).collect();
        let (least, most) = ratios.iter().fold((f32::MAX, 0.0_f32), |(a, b), &r| (a.min(r), b.max(r)));
        assert!(most / least < 1.02, "gain between {least} and {most}");
    }

    #[test]
    fn full_level_returns_within_a_second() {
        let mut limiter = Limiter::default();
        limiter.process(&mut [f32::INFINITY]);
        limiter.process(&mut vec![0.0; 48_000]);
        let mut sound = [0.5];
        limiter.process(&mut sound);
        assert!((sound[0] - 0.5).abs() < f32::EPSILON);
    }

    proptest! {
        #[test]
        fn nothing_ever_exceeds_full_scale(sound in prop::collection::vec(any::<f32>(), 0..2_000)) {
            let mut limited = sound;
            Limiter::default().process(&mut limited);
            prop_assert!(limited.iter().all(|sample| sample.abs() <= 1.0));
        }
    }
}
