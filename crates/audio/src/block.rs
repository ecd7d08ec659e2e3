//! The playback clock, and the units of audio on it: blocks of 10 ms, frames of 10 to 60 ms.

use std::ops::{Add, AddAssign};
use std::time::Duration;

/// Samples per second of everything inside the engine, mono 32-bit float.
pub const SAMPLE_RATE_HZ: u32 = 48_000;

/// Samples in one block, 10 ms: the unit of reading from an input and of mixing for an output.
pub const BLOCK_SAMPLES: usize = 480;

/// The duration of this many samples at 48 kHz, in whole microseconds, rounded down.
pub const fn duration_of(samples: u64) -> Duration {
    Duration::from_micros(SamplePosition(samples).as_micros())
}

/// A point on the playback clock: samples of 48 kHz since it started.
///
/// The clock advances only as sound is mixed, so a test that mixes 100 blocks has seen exactly one second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SamplePosition(pub u64);

impl SamplePosition {
    /// The sample that is heard `micros` microseconds after the clock started, rounded down.
    pub const fn from_micros(micros: u64) -> Self {
        Self((micros as u128 * SAMPLE_RATE_HZ as u128 / 1_000_000) as u64)
    }

    /// Microseconds from the clock's start to this sample, rounded down.
    pub const fn as_micros(self) -> u64 {
        (self.0 as u128 * 1_000_000 / SAMPLE_RATE_HZ as u128) as u64
    }

    /// Samples from `earlier` to here, 0 if `earlier` is in fact later.
    #[must_use]
    pub const fn samples_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The position `samples` earlier, or the clock's start.
    pub(crate) const fn before(self, samples: u64) -> Self {
        Self(self.0.saturating_sub(samples))
    }

    /// The position as a signed number, for differences that may be negative.
    pub(crate) fn signed(self) -> i64 {
        /// Three million years; the rest of the range is left to the differences.
        const END: u64 = 1 << 62;
        self.0.min(END) as i64
    }
}

impl Add<u64> for SamplePosition {
    type Output = Self;

    fn add(self, samples: u64) -> Self {
        Self(self.0.saturating_add(samples))
    }
}

impl AddAssign<u64> for SamplePosition {
    fn add_assign(&mut self, samples: u64) {
        *self = *self + samples;
    }
}

/// How much sound one packet carries. All sizes are whole blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum FrameSize {
    /// 10 ms, 480 samples: lowest delay, highest overhead.
    Ms10,
    /// 20 ms, 960 samples.
    #[default]
    Ms20,
    /// 40 ms, 1920 samples.
    Ms40,
    /// 60 ms, 2880 samples: lowest overhead; a lost packet is a lost syllable.
    Ms60,
}

impl FrameSize {
    /// All sizes, shortest first.
    pub const ALL: [Self; 4] = [Self::Ms10, Self::Ms20, Self::Ms40, Self::Ms60];

    /// Samples at 48 kHz.
    pub const fn samples(self) -> usize {
        self.blocks() * BLOCK_SAMPLES
    }

    /// Blocks of 10 ms.
    pub const fn blocks(self) -> usize {
        match self {
            Self::Ms10 => 1,
            Self::Ms20 => 2,
            Self::Ms40 => 4,
            Self::Ms60 => 6,
        }
    }

    /// The size with this many samples at 48 kHz, if there is one.
    pub fn from_samples(samples: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.samples() == samples as usize)
    }
}

/// 10 ms for two ears, at 48 kHz. The default is silence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StereoBlock {
    /// Samples for the left ear.
    pub left: [f32; BLOCK_SAMPLES],
    /// Samples for the right ear.
    pub right: [f32; BLOCK_SAMPLES],
}

impl StereoBlock {
    /// Silence in both ears.
    pub const SILENCE: Self = Self { left: [0.0; BLOCK_SAMPLES], right: [0.0; BLOCK_SAMPLES] };

    /// The same sound in both ears.
    pub const fn from_mono(block: &[f32; BLOCK_SAMPLES]) -> Self {
        Self { left: *block, right: *block }
    }

    /// Left and right from their [mean](Self::to_mono) and their [side](Self::to_side).
    pub fn from_sides(mean: &[f32; BLOCK_SAMPLES], side: &[f32; BLOCK_SAMPLES]) -> Self {
        Self {
            left: std::array::from_fn(|i| mean[i] + side[i]),
            right: std::array::from_fn(|i| mean[i] - side[i]),
        }
    }

    /// The mean of both ears: samples that are equal in both stay exactly equal.
    pub fn to_mono(&self) -> [f32; BLOCK_SAMPLES] {
        std::array::from_fn(|i| 0.5 * (self.left[i] + self.right[i]))
    }

    /// Half of what the left ear hears minus half of what the right one does: silence if both hear the same.
    pub fn to_side(&self) -> [f32; BLOCK_SAMPLES] {
        std::array::from_fn(|i| 0.5 * (self.left[i] - self.right[i]))
    }

    /// Left and right, to do the same to both.
    pub fn sides_mut(&mut self) -> [&mut [f32; BLOCK_SAMPLES]; 2] {
        [&mut self.left, &mut self.right]
    }
}

impl Default for StereoBlock {
    fn default() -> Self {
        Self::SILENCE
    }
}

/// Clamps a sample to full scale, ±1; NaN and infinities become silence.
pub(crate) fn full_scale(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_sizes_are_those_of_the_protocol() {
        let samples: Vec<usize> = FrameSize::ALL.iter().map(|size| size.samples()).collect();
        assert_eq!(samples, [480, 960, 1920, 2880]);
        for size in FrameSize::ALL {
            assert_eq!(FrameSize::from_samples(size.samples() as u32), Some(size));
        }
        assert_eq!(FrameSize::from_samples(0), None);
        assert_eq!(FrameSize::from_samples(961), None);
        assert_eq!(FrameSize::from_samples(u32::MAX), None);
    }

    #[test]
    fn positions_convert_to_time_and_back() {
        assert_eq!(SamplePosition::from_micros(10_000), SamplePosition(480));
        assert_eq!(SamplePosition(480).as_micros(), 10_000);
        assert_eq!(SamplePosition::from_micros(u64::MAX).0, (u128::from(u64::MAX) * 48 / 1000) as u64);
    }

    #[test]
    fn mono_in_both_ears_is_exactly_the_same_again_and_two_sides_become_their_mean() {
        let mono: [f32; BLOCK_SAMPLES] = std::array::from_fn(|i| (i as f32 * 0.37).sin() / 3.0);
        assert_eq!(StereoBlock::from_mono(&mono).to_mono()[..], mono[..]);
        let left = StereoBlock { left: [0.5; BLOCK_SAMPLES], ..StereoBlock::default() };
        assert_eq!(left.to_mono()[..], [0.25; BLOCK_SAMPLES][..]);
    }

    #[test]
    fn differences_never_go_below_zero() {
        assert_eq!(SamplePosition(100).samples_since(SamplePosition(40)), 60);
        assert_eq!(SamplePosition(40).samples_since(SamplePosition(100)), 0);
    }
}
