//! Resampling of whole recordings, without a shift in time.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};

/// Samples that are converted in one go; only a matter of speed.
const CHUNK_SAMPLES: usize = 1_024;

/// An error in resampling a recording.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot convert from {from_hz} Hz to {to_hz} Hz: {what}")]
pub struct ResampleError {
    /// Samples per second of the recording.
    pub from_hz: u32,
    /// Samples per second asked for.
    pub to_hz: u32,
    /// The library's own words.
    pub what: String,
}

/// Converts a whole mono recording. The filter's delay is removed: a sound that begins at second *t*
/// begins at second *t* afterwards, and the length is rounded up to whole samples.
///
/// # Errors
/// [`ResampleError`] if one of the rates is 0.
pub fn resample(samples: &[f32], from_hz: u32, to_hz: u32) -> Result<Vec<f32>, ResampleError> {
    if from_hz == to_hz && from_hz > 0 {
        return Ok(samples.to_vec());
    }
    let failed = |what: String| ResampleError { from_hz, to_hz, what };
    let mut resampler = Fft::<f32>::new(from_hz as usize, to_hz as usize, CHUNK_SAMPLES, 1, FixedSync::Input)
        .map_err(|error| failed(error.to_string()))?;
    if samples.is_empty() {
        return Ok(Vec::new());
    }
    let input =
        InterleavedSlice::new(samples, 1, samples.len()).map_err(|error| failed(error.to_string()))?;
    let output =
        resampler.process_all(&input, samples.len(), None).map_err(|error| failed(error.to_string()))?;
    let mut converted = output.take_data();
    // The library computes the length in floating point and may return one sample too many.
    let exact = (samples.len() as u64 * u64::from(to_hz)).div_ceil(u64::from(from_hz));
    converted.truncate(exact as usize);
    Ok(converted)
}
