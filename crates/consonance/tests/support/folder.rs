//! Folders of tests, which no other run has at the same time.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A folder of a test's own that is not there.
pub(crate) fn folder(test: &str) -> PathBuf {
    let folder = own().join(test);
    // Of an earlier run.
    let _was_not_there = fs::remove_dir_all(&folder);
    folder
}

/// The first folder that no other process holds: runs side by side share the folder of their products.
fn own() -> &'static Path {
    static OWN: OnceLock<(PathBuf, File)> = OnceLock::new();
    let (folder, _held) = OWN.get_or_init(|| {
        let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("folders");
        fs::create_dir_all(&all).unwrap();
        let free = (0..).find_map(|number| {
            let lock = File::create(all.join(format!("{number}.lock"))).unwrap();
            lock.try_lock().is_ok().then(|| (all.join(number.to_string()), lock))
        });
        free.unwrap()
    });
    folder
}
