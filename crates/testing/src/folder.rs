//! Folders of tests, removed with everything in them.
//!
//! [`Folder`] is removed when it is dropped; [`path_of_test`] is for tests whose files are used by more than one value.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot be set up fails")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs};

/// A folder that starts empty, and is removed with everything in it when dropped.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Makes another folder for this test.
    #[expect(clippy::new_without_default, reason = "it makes a folder")]
    pub fn new() -> Self {
        static LAST: AtomicU32 = AtomicU32::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        let name = format!("test-{}-{number}", std::process::id());
        // Tests run from `target/debug/deps`, and use cargo's `target/tmp`. Benches may run from anywhere.
        let program = env::current_exe().unwrap();
        let is_test = program.parent().is_some_and(|folder| folder.ends_with("deps"));
        let of_tests = program.ancestors().nth(3).filter(|_| is_test).map(|target| target.join("tmp"));
        let path = of_tests.unwrap_or_else(env::temp_dir).join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The path of a file in here, as an argument.
    pub fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// Writes a file; returns its path as an argument.
    pub fn write(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.file(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A leftover folder is not worth a failure.
        let _ = fs::remove_dir_all(&self.0);
    }
}

thread_local! {
    /// Each test has a thread of its own, whose end removes its folder.
    static OF_TEST: Folder = Folder::new();
}

/// A path at which nothing exists, in a folder that is removed with the test that calls this.
pub fn path_of_test(name: &str) -> PathBuf {
    let path = OF_TEST.with(|folder| folder.path().join(name));
    // Left by an earlier call.
    let _was_not_there = fs::remove_dir_all(&path);
    path
}
