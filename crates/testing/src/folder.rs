//! Folders of tests, removed with everything in them.
//!
//! [`Folder`] is removed when it is dropped; [`path_of_test`] is for tests whose files are used by more than one value.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot be set up fails")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs};

/// Made empty, and removed with everything in it at the end.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// One more folder of this test.
    #[expect(clippy::new_without_default, reason = "it makes a folder")]
    pub fn new() -> Self {
        static LAST: AtomicU32 = AtomicU32::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        let name = format!("test-{}-{number}", std::process::id());
        // Tests are in `target/debug/deps`, and cargo has `target/tmp` for their files. Benches may be anywhere.
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

    /// Writes a file; its path as an argument.
    pub fn write(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.file(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Not worth failing for.
        let _ = fs::remove_dir_all(&self.0);
    }
}

thread_local! {
    /// A test has a thread of its own, and its folder goes with it.
    static OF_TEST: Folder = Folder::new();
}

/// Where nothing is, in a folder that goes with the test that calls this.
pub fn path_of_test(name: &str) -> PathBuf {
    let path = OF_TEST.with(|folder| folder.path().join(name));
    // Of an earlier call.
    let _was_not_there = fs::remove_dir_all(&path);
    path
}
