//! Small libraries in C that are preloaded into the server: a clock that can be set, and a count of its heap.

mod heap_count;
mod wall_clock;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, io};

pub(crate) use heap_count::HeapCount;
pub(crate) use wall_clock::WallClock;

/// The libraries, compiled.
#[derive(Debug)]
pub(crate) struct Preload {
    pub(crate) wall_clock: WallClock,
    pub(crate) heap_count: HeapCount,
}

impl Preload {
    /// Compiles them; `None` without a C compiler, or with a C library that they do not support.
    ///
    /// # Errors
    /// If the files cannot be written.
    pub(crate) fn make(folder: &Path) -> io::Result<Option<Self>> {
        let (wall_clock, heap_count) = (WallClock::make(folder)?, HeapCount::make(folder)?);
        Ok(wall_clock.zip(heap_count).map(|(wall_clock, heap_count)| Self { wall_clock, heap_count }))
    }

    /// The environment variables for the server.
    pub(super) fn variables(&self) -> [(&'static str, OsString); 3] {
        let mut libraries = self.wall_clock.library().as_os_str().to_owned();
        libraries.push(":");
        libraries.push(self.heap_count.library());
        [("LD_PRELOAD", libraries), self.wall_clock.variable(), self.heap_count.variable()]
    }
}

/// Compiles a library; `None` if that is not possible.
fn compile(folder: &Path, name: &str, source: &str) -> io::Result<Option<PathBuf>> {
    let (file, library) = (folder.join(format!("{name}.c")), folder.join(format!("{name}.so")));
    fs::write(&file, source)?;
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O2", "-o"]).arg(&library).arg(&file).arg("-ldl");
    let is_made = compiler.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    Ok(is_made.then_some(library))
}
