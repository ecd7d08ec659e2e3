//! Files that are made and never overwritten: a key that is overwritten is gone.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// A file that is not there yet.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    open(path, 0o644)
}

/// The same, which on Unix only this user can read.
pub(crate) fn create_secret(path: &Path) -> io::Result<File> {
    open(path, 0o600)
}

fn open(path: &Path, mode: u32) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)
}
