//! A folder that only one run changes at a time.

use std::fs::{self, File};
use std::path::Path;

use crate::failure::Failure;

/// The name of the lock of what is downloaded and compiled for all suites.
pub(super) const LOCK: &str = "toolchain.lock";

/// The lock: other runs wait until it is dropped.
#[derive(Debug)]
pub(super) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Waits until no other run has the lock of this name in a folder, which is made.
    ///
    /// # Errors
    /// [`Failure::File`].
    pub(super) fn wait(folder: &Path, name: &str) -> Result<Self, Failure> {
        let path = folder.join(name);
        let failed = |cause| Failure::File { path: path.clone(), cause };
        fs::create_dir_all(folder).map_err(failed)?;
        let file = File::create(&path).map_err(failed)?;
        if file.try_lock().is_err() {
            println!("waiting for another run: {}", path.display());
            file.lock().map_err(failed)?;
        }
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use std::{env, process};

    use super::*;

    #[test]
    fn a_lock_is_free_again_once_it_is_dropped() {
        let folder = env::temp_dir().join(format!("consonance-lock-{}", process::id()));
        let lock = FolderLock::wait(&folder, "lock").unwrap();
        let other = File::create(folder.join("lock")).unwrap();
        assert!(other.try_lock().is_err());
        drop(lock);
        assert!(other.try_lock().is_ok());
        drop(other);
        fs::remove_dir_all(folder).unwrap();
    }
}
