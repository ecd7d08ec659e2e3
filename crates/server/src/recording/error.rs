//! Why nothing can be recorded, or a recording is not available.

use std::io;
use std::path::PathBuf;

use crate::threads::ThreadSpawnError;

/// Why nothing can be recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionRecorderError {
    /// The folder cannot be used.
    #[error("cannot record to {}: {cause}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The cause.
        cause: io::Error,
    },
    /// Two would take each other's recordings for broken ones.
    #[error("another server is recording to {}: give each server its own folder", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// No thread would write recordings.
    #[error(transparent)]
    ThreadSpawnError(#[from] ThreadSpawnError),
}

impl SessionRecorderError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Folder { .. } => "folder",
            Self::InUse { .. } => "in-use",
            Self::ThreadSpawnError(_) => "no-thread",
        }
    }
}

/// Why a recording cannot be had or removed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingsError {
    /// There is none of this name.
    #[error("no such recording: see the list of recordings")]
    NoRecording,
    /// It has no such track.
    #[error("the recording has no track {file:?}: see its list of tracks")]
    NoTrack {
        /// The file that was asked for.
        file: String,
    },
    /// It is being recorded.
    #[error("the recording is still running: stop it first")]
    GoesOn,
    /// A file cannot be read or removed.
    #[error("{}: {what}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// The error from the operating system.
        what: String,
    },
    /// The thread that writes recordings has not come to it.
    #[error("the disk is slow, or the recorder has stopped; check the list of recordings later")]
    Late,
}

impl RecordingsError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoRecording => "no-recording",
            Self::NoTrack { .. } => "no-track",
            Self::GoesOn => "goes-on",
            Self::Io { .. } => "io",
            Self::Late => "late",
        }
    }
}
