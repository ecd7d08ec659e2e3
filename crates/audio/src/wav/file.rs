//! A WAV file that grows: valid on disk at all times.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavSpec, WavWriter};

use super::WavError;
use crate::block::{BLOCK_SAMPLES, SAMPLE_RATE_HZ};

/// How often the header is brought up to date, in samples per channel: 250 ms is the most that is lost if the process
/// dies.
const FLUSH_SAMPLES: u32 = 12_000;

/// Bytes of sound that fit the format's 32-bit lengths, header included.
const BYTES_MAX: u32 = u32::MAX - 1_024;

/// 16-bit at 48 kHz. The header never promises more than is there, and follows at most 250 ms behind.
pub(crate) struct WavFile<W: Write + Seek = File> {
    path: PathBuf,
    writer: WavWriter<BufWriter<W>>,
    channels: u16,
    unflushed_samples: u32,
}

impl<W: Write + Seek> WavFile<W> {
    /// Begins a file that was just made, or emptied, at this path.
    pub(crate) fn begin(file: W, path: &Path, channels: u16) -> Result<Self, WavError> {
        let spec = WavSpec {
            channels,
            sample_rate: SAMPLE_RATE_HZ,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        let failed = |error| unwritable(path, error);
        let mut writer = WavWriter::new(BufWriter::new(file), spec).map_err(failed)?;
        writer.flush().map_err(failed)?;
        Ok(Self { path: path.to_owned(), writer, channels, unflushed_samples: 0 })
    }

    /// Adds samples, interleaved; as many for each channel.
    pub(crate) fn write(&mut self, interleaved: &[f32]) -> Result<(), WavError> {
        let samples = interleaved.len() as u32;
        if self.writer.len() > BYTES_MAX / 2 - samples {
            return Err(WavError::Full { path: self.path.clone() });
        }
        let mut whole = self.writer.get_i16_writer(samples);
        for &sample in interleaved {
            whole.write_sample(to_i16(sample));
        }
        whole.flush().map_err(|error| unwritable(&self.path, error))?;
        self.unflushed_samples += samples / u32::from(self.channels);
        if self.unflushed_samples >= FLUSH_SAMPLES {
            self.unflushed_samples = 0;
            self.writer.flush().map_err(|error| unwritable(&self.path, error))?;
        }
        Ok(())
    }

    /// Adds so many samples of silence to each channel.
    pub(crate) fn silence(&mut self, samples: u64) -> Result<(), WavError> {
        let silence = [0.0; BLOCK_SAMPLES];
        let mut rest = samples * u64::from(self.channels);
        while rest > 0 {
            let now = rest.min(BLOCK_SAMPLES as u64);
            self.write(&silence[..now as usize])?;
            rest -= now;
        }
        Ok(())
    }

    /// Makes sure that all of it is on the disk.
    pub(crate) fn finish(self) -> Result<(), WavError> {
        let Self { path, writer, .. } = self;
        writer.finalize().map_err(|error| unwritable(&path, error))
    }
}

impl<W: Write + Seek> std::fmt::Debug for WavFile<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WavFile").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Full scale is ±32767; NaN is silence.
fn to_i16(sample: f32) -> i16 {
    (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16
}

fn unwritable(path: &Path, error: hound::Error) -> WavError {
    let cause = match error {
        hound::Error::IoError(cause) => cause,
        other => io::Error::other(other.to_string()),
    };
    WavError::Write { path: path.to_owned(), cause }
}
