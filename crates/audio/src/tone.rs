//! A steady tone as a source of sound: for machines without a microphone, and to find out where sound gets lost.

use std::f64::consts::TAU;

use crate::block::{BLOCK_SAMPLES, SAMPLE_RATE_HZ};
use crate::endpoint::{Input, Read};

/// The highest tone that the others can hear, Opus' own bandwidth.
const HIGHEST_HZ: f64 = 20_000.0;

/// A sine that never ends.
#[derive(Debug, Clone, Copy)]
pub struct Tone {
    /// In turns, 0 to 1.
    phase: f64,
    /// Turns per sample.
    step: f64,
    amplitude: f64,
}

impl Tone {
    /// A tone of so many Hz, up to 20 000, and with an amplitude from 0 to 1. Others are brought into
    /// these ranges; NaN is silence.
    pub fn new(frequency_hz: f32, amplitude: f32) -> Self {
        let is_silent = frequency_hz.is_nan() || amplitude.is_nan();
        let frequency_hz = f64::from(frequency_hz).clamp(0.0, HIGHEST_HZ);
        Self {
            phase: 0.0,
            step: if is_silent { 0.0 } else { frequency_hz / f64::from(SAMPLE_RATE_HZ) },
            amplitude: if is_silent { 0.0 } else { f64::from(amplitude).clamp(0.0, 1.0) },
        }
    }
}

impl Input for Tone {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        for sample in block {
            *sample = (self.amplitude * (TAU * self.phase).sin()) as f32;
            self.phase = (self.phase + self.step).fract();
        }
        Read::Samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(mut tone: Tone) -> Vec<f32> {
        let mut sound = Vec::new();
        for _ in 0..100 {
            let mut block = [0.0; BLOCK_SAMPLES];
            assert_eq!(tone.read(&mut block), Read::Samples);
            sound.extend(block);
        }
        sound
    }

    #[test]
    fn it_has_its_frequency_and_amplitude_and_no_joints() {
        let sound = second(Tone::new(440.0, 0.5));
        let rising = sound.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
        assert!((439..=440).contains(&rising), "{rising}");
        let peak = sound.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        assert!((0.499..=0.5).contains(&peak), "{peak}");
        let step = sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(step < 0.03, "{step}");
    }

    #[test]
    fn whatever_is_asked_for_it_stays_within_full_scale() {
        for tone in [Tone::new(f32::INFINITY, 9.0), Tone::new(-1.0, 0.5), Tone::new(f32::NAN, f32::NAN)] {
            assert!(second(tone).iter().all(|sample| sample.abs() <= 1.0));
        }
    }
}
