//! A file with secrets: written whole, and read by this user only.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::Path;

use super::record::MARK;
use super::{BYTES_MAX, HandOverError};
use crate::replace_file::put_in_place;

/// Writes beside the place first, so that no reader ever sees half of it.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), HandOverError> {
    let failed = |cause| HandOverError::Io { path: path.to_owned(), cause };
    if path.symlink_metadata().is_ok() && !is_ours(path) {
        return Err(HandOverError::SomethingElse { path: path.to_owned() });
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = Path::new(&beside);
    match fs::remove_file(beside) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let mut file = private().write(true).create_new(true).open(beside).map_err(failed)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    drop(file);
    let moved = written.and_then(|()| put_in_place(beside, path));
    if moved.is_err() {
        let _ = fs::remove_file(beside);
    }
    moved.map_err(failed)
}

/// Reads the file; `None` if it does not exist. Other kinds of files are not read.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, HandOverError> {
    let failed = |cause| HandOverError::Io { path: path.to_owned(), cause };
    let mut file = match private().read(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let about = file.metadata().map_err(failed)?;
    if !about.is_file() {
        return Err(HandOverError::SomethingElse { path: path.to_owned() });
    }
    if about.len() > BYTES_MAX {
        return Err(HandOverError::TooLarge { path: path.to_owned(), bytes: about.len() });
    }
    check_private(path, &about)?;
    let mut bytes = Vec::new();
    (&mut file).take(BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
    if !bytes.starts_with(MARK) {
        return Err(HandOverError::SomethingElse { path: path.to_owned() });
    }
    Ok(Some(bytes))
}

fn is_ours(path: &Path) -> bool {
    let mut front = [0; MARK.len()];
    let read = |mut file: File| -> io::Result<()> { file.read_exact(&mut front) };
    private().read(true).open(path).and_then(read).is_ok() && front == *MARK
}

/// Follows no link, and is readable by its owner only.
#[cfg(unix)]
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    // Opening a pipe in its place could block forever.
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    options.mode(0o600).custom_flags(flags.bits() as i32);
    options
}

#[cfg(not(unix))]
fn private() -> OpenOptions {
    OpenOptions::new()
}

#[cfg(unix)]
fn check_private(path: &Path, about: &fs::Metadata) -> Result<(), HandOverError> {
    use std::os::unix::fs::MetadataExt as _;
    let mode = about.mode() & 0o777;
    if mode & 0o077 != 0 || about.uid() != rustix::process::geteuid().as_raw() {
        return Err(HandOverError::NotPrivate { path: path.to_owned(), mode });
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_private(_: &Path, _: &fs::Metadata) -> Result<(), HandOverError> {
    Ok(())
}
