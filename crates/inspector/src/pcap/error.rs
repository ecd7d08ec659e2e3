//! Reasons why packets are not captured: the file, and what to do.

use std::io;
use std::path::PathBuf;

/// The error of a capture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// The file cannot be created, for example because it exists: nothing is overwritten.
    #[error("could not create {}: {cause}; choose another file", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// The error from the operating system.
        cause: io::Error,
    },
    /// The file takes no more.
    #[error("cannot write {}: {cause}; check the free space", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The error from the operating system.
        cause: io::Error,
    },
    /// The system has no thread left.
    #[error("could not start the capture thread: {0}")]
    Thread(io::Error),
}

impl CaptureError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Write { .. } => "write",
            Self::Thread(_) => "thread",
        }
    }
}
