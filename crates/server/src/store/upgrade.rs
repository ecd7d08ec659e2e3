//! A database file of an older version, brought up to date at start.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::StoreError;
use super::database::Database;

/// Opens the database, or makes it if it is not there. A file of version 1 is copied first, beside itself with `.1`
/// after its name, and then marked as one of the present version; its records about one name are merged when read.
///
/// An interrupted upgrade is made again at the next start: the mark is written last.
pub(super) fn open(path: &Path) -> Result<Database, StoreError> {
    let database = Database::open_or_make(path)?;
    if !database.is_of_exact_names()? {
        return Ok(database);
    }
    // On some systems, a lock on an open file prevents reading it.
    drop(database);
    let copy = copy_of(path);
    copy_file(path, &copy).map_err(|error| StoreError::disk(&copy, &error))?;
    let database = Database::open(path)?;
    database.set_schema()?;
    tracing::info!(
        file = %path.display(),
        copy = %copy.display(),
        "upgraded the database: names are compared in every spelling"
    );
    Ok(database)
}

fn copy_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".1");
    name.into()
}

/// Copies to another name first, so that there is never half a copy under the final one.
fn copy_file(path: &Path, copy: &Path) -> io::Result<()> {
    let unfinished = copy.with_extension("new");
    fs::copy(path, &unfinished)?;
    // Windows flushes only files that are open for writing.
    File::options().write(true).open(&unfinished)?.sync_all()?;
    fs::rename(&unfinished, copy)
}
