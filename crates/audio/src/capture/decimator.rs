//! Downsampling from 48 kHz to 16 kHz, for analysis, not for listening.

use std::f32::consts::PI;

use crate::block::BLOCK_SAMPLES;

/// Samples of a block at a third of the rate.
pub(crate) const DECIMATED_SAMPLES: usize = BLOCK_SAMPLES / FACTOR;

const FACTOR: usize = 3;

/// Taps of the low-pass: 40 dB down from 9 kHz on.
const TAPS: usize = 48;

/// The cut-off frequency, as a share of the sample rate: 7.2 kHz.
const CUT_OFF: f32 = 0.15;

/// A low-pass that computes only every third sample.
pub(crate) struct Decimator {
    taps: [f32; TAPS],
    /// The end of the last block, then this one.
    samples: [f32; TAPS - 1 + BLOCK_SAMPLES],
}

impl Decimator {
    pub(crate) fn new() -> Self {
        let mut taps: [f32; TAPS] = std::array::from_fn(|i| {
            let x = i as f32 - (TAPS - 1) as f32 / 2.0;
            let hamming = 0.54 + 0.46 * (2.0 * PI * x / TAPS as f32).cos();
            (2.0 * PI * CUT_OFF * x).sin() / x * hamming
        });
        let sum: f32 = taps.iter().sum();
        for tap in &mut taps {
            *tap /= sum;
        }
        Self { taps, samples: [0.0; TAPS - 1 + BLOCK_SAMPLES] }
    }

    pub(crate) fn process(&mut self, block: &[f32; BLOCK_SAMPLES]) -> [f32; DECIMATED_SAMPLES] {
        self.samples.copy_within(BLOCK_SAMPLES.., 0);
        self.samples[TAPS - 1..].copy_from_slice(block);
        std::array::from_fn(|i| {
            let under = &self.samples[FACTOR * i..FACTOR * i + TAPS];
            under.iter().zip(&self.taps).map(|(sample, tap)| sample * tap).sum()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::dbfs;

    fn gain_db(hz: f32) -> f32 {
        let mut decimator = Decimator::new();
        let mut out = Vec::new();
        let mut sum = Vec::new();
        for n in 0..50 {
            let block: [f32; BLOCK_SAMPLES] =
                std::array::from_fn(|i| ((n * BLOCK_SAMPLES + i) as f32 * hz / 48_000.0 * 2.0 * PI).sin());
            sum.extend(block);
            out.extend(decimator.process(&block));
        }
        dbfs(&out[DECIMATED_SAMPLES..]) - dbfs(&sum)
    }

    #[test]
    fn voices_pass_and_nothing_folds_back() {
        assert!(gain_db(300.0).abs() < 0.2);
        assert!(gain_db(5_000.0).abs() < 0.5);
        assert!(gain_db(10_000.0) < -40.0);
        assert!(gain_db(15_000.0) < -40.0);
    }
}
