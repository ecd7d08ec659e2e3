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

#[cfg(test)]
mod tests {
    use super::*;

    /// A short burst of 440 Hz whose middle lies at `middle_s`.
    fn burst(rate_hz: u32, middle_s: f64) -> Vec<f32> {
        let at = |i: u32| f64::from(i) / f64::from(rate_hz) - middle_s;
        (0..rate_hz)
            .map(|i| ((-(at(i) / 0.01).powi(2)).exp() * (at(i) * 440.0 * std::f64::consts::TAU).cos()) as f32)
            .collect()
    }

    #[test]
    fn sound_stays_where_it_was_at_every_rate() {
        for rate_hz in [8_000, 11_025, 16_000, 22_050, 44_100, 96_000, 176_400, 192_000] {
            for middle_s in [0.02, 0.5, 0.98] {
                let converted = resample(&burst(rate_hz, middle_s), rate_hz, 48_000).unwrap();
                let expected = burst(48_000, middle_s);
                assert_eq!(converted.len(), 48_000, "{rate_hz} Hz");
                let error = converted
                    .iter()
                    .zip(&expected)
                    .fold(0.0, |largest: f32, (a, b)| largest.max((a - b).abs()));
                assert!(error < 0.01, "{rate_hz} Hz at {middle_s} s: {error}");
            }
        }
    }

    #[test]
    fn lengths_round_up() {
        assert_eq!(resample(&[], 8_000, 48_000).unwrap(), []);
        assert_eq!(resample(&[0.0], 8_000, 48_000).unwrap().len(), 6);
        assert_eq!(resample(&[0.0], 44_100, 48_000).unwrap().len(), 2);
        assert_eq!(resample(&[0.0; 5], 192_000, 48_000).unwrap().len(), 2);
    }

    #[test]
    fn odd_rates_work_and_no_rate_is_refused() {
        assert_eq!(resample(&vec![0.0; 47_999], 47_999, 48_000).unwrap().len(), 48_000);
        assert!(resample(&[0.0], 0, 48_000).is_err());
        assert!(resample(&[0.0], 0, 0).is_err());
    }
}
