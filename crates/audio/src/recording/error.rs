//! Errors of recordings: the file, and advice for the user.

use std::io;
use std::path::PathBuf;

use crate::codec::CodecError;
use crate::wav::WavError;

/// An error of a recording.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// The folder cannot be created.
    #[error("could not create the folder {}: {cause}; choose another one", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The operating system's error.
        cause: io::Error,
    },
    /// A file cannot be created, for example because it exists: nothing is overwritten.
    #[error("could not create {}: {cause}; choose a folder without a recording in it", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        cause: io::Error,
    },
    /// There are as many tracks as the settings allow.
    #[error("the recording already has {max} tracks; raise the limit, or start another recording")]
    TooManyTracks {
        /// The limit.
        max: usize,
    },
    /// The track belongs to another recording.
    #[error("the track belongs to another recording")]
    OtherTrack,
    /// A WAV file cannot be written.
    #[error(transparent)]
    Wav(#[from] WavError),
    /// An Ogg Opus file cannot be written.
    #[error("cannot write {}: {cause}", path.display())]
    OggOpus {
        /// The file.
        path: PathBuf,
        /// The error of the stream.
        cause: OggOpusError,
    },
}

impl RecordingError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Folder { .. } => "folder",
            Self::Create { .. } => "create",
            Self::TooManyTracks { .. } => "too-many-tracks",
            Self::OtherTrack => "other-track",
            Self::Wav(cause) => cause.code(),
            Self::OggOpus { .. } => "ogg-opus",
        }
    }
}

/// An error in writing a stream.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OggOpusError {
    /// The destination cannot be written.
    #[error("{0}; check the free space")]
    Write(io::Error),
    /// The sound cannot be encoded.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

impl OggOpusError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Write(_) => "write",
            Self::Codec(cause) => cause.code(),
        }
    }
}

impl From<io::Error> for OggOpusError {
    fn from(cause: io::Error) -> Self {
        Self::Write(cause)
    }
}
