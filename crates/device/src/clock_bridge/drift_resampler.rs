//! Resampling by a ratio of nearly 1, between another clock and ours.

use consonance_audio::BLOCK_SAMPLES;
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Adjustable, Async, FixedAsync, Resampler, SincInterpolationParameters, SincInterpolationType,
    WindowFunction,
};

use crate::clock_bridge::limits::CORRECTION_MAX;

/// Taps of the filter: flat up to 20 kHz, and a delay of 0.7 ms.
const FILTER_TAPS: usize = 64;
/// Positions between two samples for which the filter is kept; between them it is interpolated.
const FILTER_POSITIONS: usize = 128;
/// An upper bound of the frames that one block can need or become: 0.5 % more, and rounding.
pub(crate) const BLOCK_FRAMES_MAX: usize = BLOCK_SAMPLES + 32;

/// Sound at 48 kHz, interleaved, a little faster or slower. One side always has blocks of 10 ms.
pub(crate) struct DriftResampler<const CHANNELS: usize>(Async<f32>);

impl<const CHANNELS: usize> DriftResampler<CHANNELS> {
    /// From callbacks to blocks.
    pub(crate) fn into_blocks() -> Self {
        Self::new(FixedAsync::Output)
    }

    /// From blocks to callbacks.
    pub(crate) fn from_blocks() -> Self {
        Self::new(FixedAsync::Input)
    }

    fn new(fixed: FixedAsync) -> Self {
        let filter = SincInterpolationParameters::new(FILTER_TAPS, WindowFunction::Blackman2)
            .oversampling_factor(FILTER_POSITIONS)
            .interpolation(SincInterpolationType::Linear);
        let widest = 1.0 + 2.0 * CORRECTION_MAX;
        let resampler = Async::new_sinc(1.0, widest, &filter, BLOCK_SAMPLES, CHANNELS, fixed);
        Self(resampler.expect("ratios, filter and block size are constants that fit each other"))
    }

    /// Consumes input faster by this fraction, or slower if it is negative; glides to the new ratio within a block.
    pub(crate) fn set_speed(&mut self, correction: f64) {
        let correction = correction.clamp(-CORRECTION_MAX, CORRECTION_MAX);
        // Within the allowed range by construction; if it were refused, the old ratio would do as well.
        let _ = self.0.set_resample_ratio_relative(1.0 / (1.0 + correction), true);
    }

    /// Frames that the next call of [`Self::process`] takes.
    pub(crate) fn wanted_frames(&self) -> usize {
        self.0.input_frames_next()
    }

    /// Converts exactly the wanted frames; returns the number of frames written. Nothing is written if they do not fit.
    pub(crate) fn process(&mut self, input: &[f32], output: &mut [f32]) -> usize {
        let (given, room) = (input.len() / CHANNELS, output.len() / CHANNELS);
        let (Ok(input), Ok(mut output)) = (
            InterleavedSlice::new(input, CHANNELS, given),
            InterleavedSlice::new_mut(output, CHANNELS, room),
        ) else {
            return 0;
        };
        self.0.process_into_buffer(&input, &mut output, None).map_or(0, |(_, written)| written)
    }

    /// Forgets the sound that went through, and keeps the ratio.
    pub(crate) fn reset(&mut self) {
        let ratio = self.0.resample_ratio();
        self.0.reset();
        let _ = self.0.set_resample_ratio(ratio, false);
    }

    /// Frames between a sound's input and its output.
    pub(crate) fn delay_frames(&self) -> usize {
        self.0.output_delay()
    }
}
