//! Why there are no diagnostics: which file, and what to do.

use std::io;
use std::path::PathBuf;

use consonance_pcap::CaptureError;

use crate::recorder::RecorderError;

/// What is wrong with diagnostics.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiagnosticsError {
    /// The folder cannot be made.
    #[error("cannot make the folder {}: {cause}; choose another one", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
    /// A file cannot be made, as when it is there already: nothing is overwritten.
    #[error("cannot make {}: {cause}; choose a folder without diagnostics in it", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
    /// A file takes no more.
    #[error("cannot write {}: {cause}; check that there is room", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
    /// The packets cannot be written down.
    #[error(transparent)]
    Packets(#[from] CaptureError),
    /// The sound cannot be recorded.
    #[error(transparent)]
    Sound(#[from] RecorderError),
    /// The system has no thread left.
    #[error("cannot start a thread to write diagnostics on: {0}; close other programs")]
    Thread(io::Error),
}

impl DiagnosticsError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
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
