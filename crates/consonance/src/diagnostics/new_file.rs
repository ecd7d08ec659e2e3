//! Files that overwrite nothing.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use super::error::DiagnosticsError;

/// Creates a file of this name in a folder; fails if it exists.
pub(super) fn create(folder: &Path, name: &str) -> Result<(PathBuf, File), DiagnosticsError> {
    let path = folder.join(name);
    match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(file) => Ok((path, file)),
        Err(cause) => Err(DiagnosticsError::Create { path, cause }),
    }
}
