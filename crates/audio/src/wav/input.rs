//! A WAV file as a source of sound.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use hound::{SampleFormat, WavReader};

use super::WavError;
use crate::block::{BLOCK_SAMPLES, SAMPLE_RATE_HZ, StereoBlock, full_scale};
use crate::endpoint::{Input, Read};
use crate::limits::WAV_SECONDS_MAX;
use crate::resample;

/// A WAV file, read whole and converted to 48 kHz, of two channels if it has two, and else to their mean.
#[derive(Debug, Clone)]
pub struct WavInput {
    samples: Vec<f32>,
    /// Half the left channel minus half the right one; empty unless there are two.
    side: Vec<f32>,
    non_finite_samples: u64,
    next: usize,
}

impl WavInput {
    /// Reads the file: 1 to 8 channels of 8, 16, 24 or 32-bit whole or 32-bit float samples at 8 to 192 kHz.
    /// Samples that are not finite become silence, those beyond ±1 are clipped.
    ///
    /// # Errors
    /// [`WavError`] if the file is missing, damaged, cut off, of another kind, or longer than an hour.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, WavError> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|cause| WavError::Read { path: path.to_owned(), cause })?;
        Self::load(BufReader::new(file), path)
    }

    /// A whole WAV file that is in memory already, as one that is part of the program; `name` is for errors.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn from_bytes(file: &[u8], name: &str) -> Result<Self, WavError> {
        Self::load(file, Path::new(name))
    }

    /// All of the sound, mono at 48 kHz: the mean of the channels.
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// Samples of the file, over all its channels, that were not finite and became silence.
    pub fn non_finite_samples(&self) -> u64 {
        self.non_finite_samples
    }

    fn load(file: impl io::Read, path: &Path) -> Result<Self, WavError> {
        let mut reader = WavReader::new(file).map_err(|error| unreadable(path, error))?;
        check_kind(path, &reader)?;
        let rate_hz = reader.spec().sample_rate;
        let Channels { mean, side, non_finite_samples } =
            read_channels(&mut reader).map_err(|error| unreadable(path, error))?;
        let at_48_khz = |samples: &[f32]| {
            resample(samples, rate_hz, SAMPLE_RATE_HZ)
                .map_err(|error| WavError::Format { path: path.to_owned(), what: error.to_string() })
        };
        Ok(Self { samples: at_48_khz(&mean)?, side: at_48_khz(&side)?, non_finite_samples, next: 0 })
    }
}

impl Input for WavInput {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        let taken = copy_block(&self.samples[self.next..], block);
        self.next += taken;
        if taken > 0 { Read::Samples } else { Read::End }
    }

    fn read_stereo(&mut self, block: &mut StereoBlock) -> Option<Read> {
        if self.side.is_empty() {
            return None;
        }
        let (mut mean, mut side) = ([0.0; BLOCK_SAMPLES], [0.0; BLOCK_SAMPLES]);
        copy_block(&self.side[self.next..], &mut side);
        let read = self.read(&mut mean);
        *block = StereoBlock::from_sides(&mean, &side);
        Some(read)
    }
}

/// Fills the block with the beginning of the sound, and silence where that ends; returns the number of samples
/// copied.
fn copy_block(sound: &[f32], block: &mut [f32; BLOCK_SAMPLES]) -> usize {
    let taken = sound.len().min(BLOCK_SAMPLES);
    block[..taken].copy_from_slice(&sound[..taken]);
    block[taken..].fill(0.0);
    taken
}

fn check_kind<R: io::Read>(path: &Path, reader: &WavReader<R>) -> Result<(), WavError> {
    let spec = reader.spec();
    let whole = spec.sample_format == SampleFormat::Int && matches!(spec.bits_per_sample, 8 | 16 | 24 | 32);
    let float = spec.sample_format == SampleFormat::Float && spec.bits_per_sample == 32;
    if !(1..=8).contains(&spec.channels)
        || !(8_000..=192_000).contains(&spec.sample_rate)
        || !(whole || float)
    {
        return Err(WavError::Unsupported {
            path: path.to_owned(),
            channels: spec.channels,
            bits_per_sample: spec.bits_per_sample,
            sample_rate_hz: spec.sample_rate,
        });
    }
    let seconds = u64::from(reader.duration()) / u64::from(spec.sample_rate);
    if seconds > WAV_SECONDS_MAX {
        return Err(WavError::TooLong { path: path.to_owned(), seconds });
    }
    Ok(())
}

/// The samples of a file, at its own rate.
#[derive(Default)]
struct Channels {
    /// The mean of all of them.
    mean: Vec<f32>,
    /// Half the left one minus half the right one; empty unless there are two.
    side: Vec<f32>,
    non_finite_samples: u64,
}

fn read_channels<R: io::Read>(reader: &mut WavReader<R>) -> Result<Channels, hound::Error> {
    let spec = reader.spec();
    let channels = usize::from(spec.channels);
    match spec.sample_format {
        SampleFormat::Float => split_channels(reader.samples::<f32>(), channels),
        SampleFormat::Int => {
            let full_scale = (1_i64 << (spec.bits_per_sample - 1)) as f32;
            let samples = reader.samples::<i32>().map(|sample| Ok(sample? as f32 / full_scale));
            split_channels(samples, channels)
        }
    }
}

/// Nothing is reserved in advance: the length in the header is only a claim.
fn split_channels(
    samples: impl Iterator<Item = Result<f32, hound::Error>>,
    channels: usize,
) -> Result<Channels, hound::Error> {
    let mut split = Channels::default();
    let (mut sum, mut left) = (0.0, 0.0);
    for (i, sample) in samples.enumerate() {
        let sample = sample?;
        split.non_finite_samples += u64::from(!sample.is_finite());
        let sample = full_scale(sample);
        sum += sample;
        if !(i + 1).is_multiple_of(channels) {
            left = sample;
            continue;
        }
        split.mean.push(sum / channels as f32);
        if channels == 2 {
            split.side.push(0.5 * (left - sample));
        }
        sum = 0.0;
    }
    Ok(split)
}

fn unreadable(path: &Path, error: hound::Error) -> WavError {
    let path = path.to_owned();
    match error {
        // The library reports the end of a file without an error kind of its own.
        hound::Error::IoError(cause)
            if matches!(cause.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::Other) =>
        {
            WavError::CutOff { path }
        }
        hound::Error::IoError(cause) => WavError::Read { path, cause },
        hound::Error::FormatError(what) => WavError::Format { path, what: what.to_owned() },
        other => WavError::Format { path, what: other.to_string() },
    }
}
