//! Files and folders that are read and made.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::new_file;

/// Reads a file that is not larger than expected.
pub(super) fn read(file: &Path, bytes_max: u64) -> Result<Vec<u8>, String> {
    let wrong = |what: &dyn std::fmt::Display| format!("cannot read {}: {what}", file.display());
    let bytes = fs::metadata(file).map_err(|error| wrong(&error))?.len();
    if bytes > bytes_max {
        return Err(wrong(&format!("it has {bytes} bytes, expected at most {bytes_max}")));
    }
    fs::read(file).map_err(|error| wrong(&error))
}

/// Creates a folder for the contents of `of`, by the same name, in the folder `to`.
pub(super) fn make_folder(of: Option<&Path>, to: &Path) -> Result<PathBuf, String> {
    let of = of.map(|of| if of.as_os_str().is_empty() { Path::new(".") } else { of });
    let of = of.and_then(|folder| folder.canonicalize().ok());
    let made = of.as_deref().and_then(Path::file_name).map_or_else(|| to.to_owned(), |name| to.join(name));
    fs::create_dir_all(&made).map_err(|error| format!("cannot create {}: {error}", made.display()))?;
    Ok(made)
}

/// A file that is not there yet.
pub(super) fn create(file: &Path) -> Result<File, String> {
    new_file::create(file).map_err(not_made(file))
}

/// The same with this content, which on Unix only this user can read.
pub(super) fn create_secret(file: &Path, content: &str) -> Result<(), String> {
    let written = new_file::create_secret(file).and_then(|mut made| made.write_all(content.as_bytes()));
    written.map_err(not_made(file))
}

fn not_made(file: &Path) -> impl FnOnce(io::Error) -> String {
    move |error| format!("cannot create {}: {error}", file.display())
}
