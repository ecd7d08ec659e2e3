//! WAV files: an input that reads a file whole, and an output that writes sound as it comes.

mod file;
mod input;
mod output;

use std::io;
use std::path::PathBuf;

pub(crate) use file::WavFile;
pub use input::WavInput;
pub use output::WavOutput;

/// An error of a WAV file: the file, and advice for the user.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WavError {
    /// The file cannot be opened or read.
    #[error("cannot read {}: {cause}; check the path and its permissions", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        cause: io::Error,
    },
    /// The file is not a WAV file, or damaged.
    #[error("{} is not a readable WAV file ({what}); export it again as 16-bit PCM WAV", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// The problem.
        what: String,
    },
    /// The file holds less sound than it says.
    #[error("{} is truncated: it has less sound than its header says; copy or export it again", path.display())]
    CutOff {
        /// The file.
        path: PathBuf,
    },
    /// A WAV file, but of a kind that is not supported.
    #[error(
        "{} has {channels} channels of {bits_per_sample} bits at {sample_rate_hz} Hz; \
         1 to 8 channels of 8, 16, 24 or 32 bits at 8000 to 192000 Hz can be read, so convert it", path.display()
    )]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// Channels in it.
        channels: u16,
        /// Bits of one sample.
        bits_per_sample: u16,
        /// Samples per second.
        sample_rate_hz: u32,
    },
    /// The file is longer than [`WAV_SECONDS_MAX`](crate::limits::WAV_SECONDS_MAX).
    #[error("{} is {seconds} s long, expected at most {} s; shorten it", path.display(), crate::limits::WAV_SECONDS_MAX)]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Its length, rounded down.
        seconds: u64,
    },
    /// The file cannot be created or written.
    #[error("cannot write {}: {cause}; check that the folder exists and has free space", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        cause: io::Error,
    },
    /// The file has reached the 4 GiB that the format can describe, 12 hours.
    #[error("{} is full: a WAV file holds 12 hours; what was written so far is kept", path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
}

impl WavError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "read",
            Self::Format { .. } => "format",
            Self::CutOff { .. } => "cut-off",
            Self::Unsupported { .. } => "unsupported",
            Self::TooLong { .. } => "too-long",
            Self::Write { .. } => "write",
            Self::Full { .. } => "full",
        }
    }
}
