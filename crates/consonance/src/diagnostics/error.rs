//! Errors of diagnostics: which file failed, and what to do.

use std::io;
use std::path::PathBuf;

use consonance_inspector::pcap::CaptureError;

use crate::recorder::RecorderError;

/// Why diagnostics are not written, or only in part.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiagnosticsError {
    /// The folder could not be created.
    #[error("could not create the folder {}: {cause}; choose another one", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The operating system's error.
        cause: io::Error,
    },
    /// A file could not be created, for example because it exists: nothing is overwritten.
    #[error("could not create {}: {cause}; choose a folder without diagnostics in it", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        cause: io::Error,
    },
    /// A file could not be written.
    #[error("could not write {}: {cause}; check the free space", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        cause: io::Error,
    },
    /// Packets could not be captured.
    #[error(transparent)]
    Packets(#[from] CaptureError),
    /// Audio could not be recorded.
    #[error(transparent)]
    Sound(#[from] RecorderError),
    /// The thread could not be started.
    #[error("could not start the diagnostics thread: {0}")]
    Thread(io::Error),
}

impl DiagnosticsError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Folder { .. } => "folder",
            Self::Create { .. } => "create",
            Self::Write { .. } => "write",
            Self::Packets(cause) => cause.code(),
            Self::Sound(cause) => cause.code(),
            Self::Thread(_) => "thread",
        }
    }
}
