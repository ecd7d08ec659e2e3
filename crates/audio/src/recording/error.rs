//! Why a recording failed: which file, and what to do.

use std::io;
use std::path::PathBuf;

use crate::codec::CodecError;
use crate::wav::WavError;

/// What is wrong with a recording.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// The folder cannot be made.
    #[error("could not create the folder {}: {cause}; choose another one", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
    /// A file cannot be made, as when it is there already: nothing is overwritten.
    #[error("could not create {}: {cause}; choose a folder without a recording in it", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
    /// There are as many tracks as the settings allow.
    #[error("there are {max} tracks already; raise the limit, or begin another recording")]
    TooManyTracks {
        /// As many.
        max: usize,
    },
    /// The track is none of this recording's.
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
        /// Why not.
        cause: OggOpusError,
    },
}

impl RecordingError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
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

/// Why a stream cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OggOpusError {
    /// Where it goes to takes nothing.
    #[error("{0}; check that there is room")]
    Write(io::Error),
    /// The sound cannot be encoded.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

impl OggOpusError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
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
