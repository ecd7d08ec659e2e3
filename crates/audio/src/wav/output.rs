//! A WAV file as a sink for sound.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavSpec, WavWriter};

use super::WavError;
use crate::block::{BLOCK_SAMPLES, SAMPLE_RATE_HZ, StereoBlock};
use crate::endpoint::{Output, OutputError};

/// How often the header is brought up to date, in samples: 250 ms is the most that is lost if the process dies.
const FLUSH_SAMPLES: u32 = 12_000;

/// Samples that fit the format's 32-bit lengths, header included.
const MAX_SAMPLES: u32 = (u32::MAX - 1_024) / 2;

/// Mono 16-bit at 48 kHz: the mean of both ears. The file on disk is a valid WAV at all times: the header never promises more than
/// is there, and follows at most 250 ms behind.
pub struct WavOutput {
    path: PathBuf,
    writer: Option<WavWriter<BufWriter<File>>>,
    unflushed_samples: u32,
}

impl WavOutput {
    /// Creates the file, or empties one that is there.
    ///
    /// # Errors
    /// [`WavError::Write`] if it cannot be created.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, WavError> {
        let path = path.as_ref();
        let spec = WavSpec {
            channels: 1,
            sample_rate: SAMPLE_RATE_HZ,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        let failed = |error| unwritable(path, error);
        let mut writer = WavWriter::create(path, spec).map_err(failed)?;
        writer.flush().map_err(failed)?;
        Ok(Self { path: path.to_owned(), writer: Some(writer), unflushed_samples: 0 })
    }
}

impl Output for WavOutput {
    fn write(&mut self, block: &StereoBlock) -> Result<(), OutputError> {
        let writer = self.writer.as_mut().ok_or(OutputError::Finished)?;
        if writer.len() > MAX_SAMPLES - BLOCK_SAMPLES as u32 {
            return Err(WavError::Full { path: self.path.clone() }.into());
        }
        let mut samples = writer.get_i16_writer(BLOCK_SAMPLES as u32);
        for sample in block.to_mono() {
            samples.write_sample(to_i16(sample));
        }
        samples.flush().map_err(|error| unwritable(&self.path, error))?;
        self.unflushed_samples += BLOCK_SAMPLES as u32;
        if self.unflushed_samples >= FLUSH_SAMPLES {
            self.unflushed_samples = 0;
            writer.flush().map_err(|error| unwritable(&self.path, error))?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        writer.finalize().map_err(|error| unwritable(&self.path, error))?;
        Ok(())
    }
}

impl std::fmt::Debug for WavOutput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WavOutput").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Full scale is ±32767; what is not a number is silence.
fn to_i16(sample: f32) -> i16 {
    (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16
}

fn unwritable(path: &Path, error: hound::Error) -> WavError {
    let source = match error {
        hound::Error::IoError(source) => source,
        other => io::Error::other(other.to_string()),
    };
    WavError::Write { path: path.to_owned(), source }
}
