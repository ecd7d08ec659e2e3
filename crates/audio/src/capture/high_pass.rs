//! A high-pass filter: removes sound below the voice, or below another frequency.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use crate::block::SAMPLE_RATE_HZ;

/// The cut-off frequency (−3 dB); the lowest voices begin at about 80 Hz.
const CORNER_HZ: f64 = 80.0;

/// A second-order Butterworth high-pass (Bristow-Johnson, "Cookbook formulae for audio equalizer biquad filter
/// coefficients"). In double precision, because its poles are close to 1.
pub(crate) struct HighPass {
    gain: f64,
    a1: f64,
    a2: f64,
    state: [f64; 2],
}

impl HighPass {
    pub(crate) fn new() -> Self {
        Self::above(CORNER_HZ)
    }

    /// With another corner.
    pub(crate) fn above(corner_hz: f64) -> Self {
        let omega = 2.0 * PI * corner_hz / f64::from(SAMPLE_RATE_HZ);
        let alpha = omega.sin() * FRAC_1_SQRT_2;
        let a0 = 1.0 + alpha;
        Self {
            gain: f64::midpoint(1.0, omega.cos()) / a0,
            a1: -2.0 * omega.cos() / a0,
            a2: (1.0 - alpha) / a0,
            state: [0.0; 2],
        }
    }

    pub(crate) fn process(&mut self, block: &mut [f32]) {
        for sample in block {
            let input = f64::from(*sample);
            let output = self.gain * input + self.state[0];
            self.state[0] = -2.0 * self.gain * input - self.a1 * output + self.state[1];
            self.state[1] = self.gain * input - self.a2 * output;
            *sample = output as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;
    use crate::level::dbfs;

    fn gain_db(hz: f32) -> f32 {
        let mut sound: Vec<f32> = (0..96_000).map(|i| (i as f32 * hz / 48_000.0 * TAU).sin()).collect();
        let before = dbfs(&sound[48_000..]);
        HighPass::new().process(&mut sound);
        dbfs(&sound[48_000..]) - before
    }

    #[test]
    fn voices_pass_and_what_is_below_does_not() {
        assert!(gain_db(20.0) < -23.0);
        assert!((gain_db(80.0) + 3.0).abs() < 0.1);
        assert!(gain_db(200.0) > -0.2);
        assert!(gain_db(5_000.0).abs() < 0.01);
    }

    #[test]
    fn direct_current_is_gone_after_a_tenth_of_a_second() {
        let mut sound = vec![0.5; 9_600];
        HighPass::new().process(&mut sound);
        assert!(sound[4_800..].iter().all(|sample| sample.abs() < 1e-4));
    }
}
