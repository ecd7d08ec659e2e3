//! A folder is one recorder's.

use std::fs::{File, TryLockError};
use std::path::Path;

/// Held until it is dropped; a server that is killed leaves none behind, since the system lets go of it.
#[derive(Debug)]
pub(super) struct FolderLock(File);

const LOCK_FILE: &str = ".recorder-lock";

impl FolderLock {
    pub(super) fn take(folder: &Path) -> Result<Self, TryLockError> {
        let file = File::create(folder.join(LOCK_FILE)).map_err(TryLockError::Error)?;
        file.try_lock()?;
        Ok(Self(file))
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Closing the file is not enough: a child process that is just being spawned shares it until its exec. If
        // unlocking fails, the system releases the lock when the last copy is closed.
        let _ = self.0.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_free_as_soon_as_its_lock_is_gone_though_others_have_the_file_open() {
        let folder = std::env::temp_dir().join(format!("consonance-folder-lock-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let lock = FolderLock::take(&folder).unwrap();
        let as_a_child_has_it = lock.0.try_clone().unwrap();
        assert!(matches!(FolderLock::take(&folder), Err(TryLockError::WouldBlock)));
        drop(lock);
        FolderLock::take(&folder).unwrap();
        drop(as_a_child_has_it);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
