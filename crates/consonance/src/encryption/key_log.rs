//! The file that a chat's keys are logged to.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use consonance_e2ee::LoggedEpoch;

/// A file that grows by one line per epoch.
#[derive(Debug)]
pub(crate) struct KeyLogFile(File);

impl KeyLogFile {
    /// Opens the file; a new one is readable by this user only, on Unix.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path).map(Self)
    }

    /// Writes an epoch's line in one piece.
    pub(super) fn append(&mut self, epoch: &LoggedEpoch) -> io::Result<()> {
        self.0.write_all(epoch.to_line().as_bytes())
    }
}
