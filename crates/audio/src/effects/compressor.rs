//! Dynamic range compression: makes quiet words as loud as loud ones.
//!
//! A feed-forward compressor with a decoupled detector (Giannoulis, Massberg and Reiss, "Digital dynamic range
//! compressor design", Journal of the Audio Engineering Society 60, 2012).

use crate::level::factor;

/// The gain moves once in so many samples, a millisecond, and evenly in between.
const STEP_SAMPLES: usize = 48;

/// How much of a rise and of a fall is taken over in a millisecond: 3 ms and 100 ms.
const ATTACK: f32 = 0.283;
const RELEASE: f32 = 0.009_95;

/// Powers below this count as silence.
const POWER_MIN: f32 = 1e-9;

/// The parameters of a compressor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Compression {
    /// The root mean square above which it reduces the gain, in dB of full scale.
    pub(super) threshold_dbfs: f32,
    /// The rise of the input, in dB, that raises the output by 1 dB.
    pub(super) ratio: f32,
    /// The make-up gain, added to everything.
    pub(super) make_up_db: f32,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Compressor {
    power: f32,
    gain: f32,
}

impl Compressor {
    pub(super) fn process(&mut self, sound: &mut [f32], compression: Compression) {
        for step in sound.chunks_mut(STEP_SAMPLES) {
            let power = step.iter().map(|sample| sample * sample).sum::<f32>() / step.len() as f32;
            let share = if power > self.power { ATTACK } else { RELEASE };
            self.power += (power - self.power) * share;
            if self.power < POWER_MIN {
                self.power = 0.0;
            }
            let above_db = 10.0 * self.power.max(POWER_MIN).log10() - compression.threshold_dbfs;
            let less_db = above_db.max(0.0) * (1.0 - 1.0 / compression.ratio);
            let target = factor(compression.make_up_db - less_db);
            let change = (target - self.gain) / step.len() as f32;
            for sample in step {
                self.gain += change;
                *sample *= self.gain;
            }
            self.gain = target;
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
