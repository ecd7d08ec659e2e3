//! Why packets are not captured: which file, and what to do.

use std::io;
use std::path::PathBuf;

/// What is wrong with a capture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// The file cannot be made, as when it is there already: nothing is overwritten.
    #[error("could not create {}: {cause}; choose another file", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
    /// The file takes no more.
    #[error("cannot write {}: {cause}; check that there is room", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
    /// The system has no thread left.
    #[error("cannot start a thread to write packets on: {0}; close other programs")]
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
