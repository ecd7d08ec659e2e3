//! A count of the server's heap in use, without freed memory that the allocator keeps.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::compile;

/// A small library that is loaded into the server, and the path that it writes the count to.
#[derive(Clone, Debug)]
pub(crate) struct HeapCount {
    library: PathBuf,
    prefix: PathBuf,
}

const NAME: &str = "heap_count";

impl HeapCount {
    /// Compiles it; `None` if that is not possible.
    ///
    /// # Errors
    /// If the files cannot be written.
    pub(super) fn make(folder: &Path) -> io::Result<Option<Self>> {
        let library = compile(folder, NAME, include_str!("heap_count.c"))?;
        Ok(library.map(|library| Self { library, prefix: folder.join(NAME) }))
    }

    /// The bytes that the process with this PID uses; `None` before it has started.
    pub(crate) fn of(&self, pid: u32) -> Option<u64> {
        let content = fs::read(self.prefix.with_extension(pid.to_string())).ok()?;
        u64::try_from(i64::from_ne_bytes(content.try_into().ok()?)).ok()
    }

    pub(super) fn library(&self) -> &Path {
        &self.library
    }

    pub(super) fn variable(&self) -> (&'static str, OsString) {
        ("SOAK_HEAP_COUNT", self.prefix.clone().into())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn what_a_process_holds_is_counted_and_what_it_has_freed_is_not() {
        let folder = std::env::temp_dir().join(format!("consonance-heap-count-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let Some(count) = HeapCount::make(&folder).unwrap() else { return };
        let (source, holder) = (folder.join("holder.c"), folder.join("holder"));
        fs::write(&source, include_str!("holder.c")).unwrap();
        assert!(Command::new("cc").arg("-o").arg(&holder).arg(&source).status().unwrap().success());
        let mut command = Command::new(&holder);
        command.env("LD_PRELOAD", count.library()).envs([count.variable()]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut megabytes = |told: &str| {
            writeln!(child.stdin.as_ref().unwrap(), "{told}").unwrap();
            output.read_line(&mut String::new()).unwrap();
            // The program echoes its line, followed by another line break.
            output.read_line(&mut String::new()).unwrap();
            count.of(child.id()).unwrap() >> 20
        };
        let told = ["+", "+", "-", "+", ">", "-", "-"];
        assert_eq!(told.map(&mut megabytes), [1, 2, 1, 2, 3, 1, 0]);
        drop(child.stdin.take());
        child.wait().unwrap();
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_process_without_the_library_has_no_count() {
        let count = HeapCount { library: "/none.so".into(), prefix: "/none".into() };
        assert_eq!(count.of(1), None);
    }
}
