//! The server's wall clock, which can be set to another time than ours.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::compile;

/// A small library that is loaded into the server, and the file with the offset that it adds.
#[derive(Debug)]
pub(crate) struct WallClock {
    library: PathBuf,
    file: PathBuf,
    shift: File,
}

const NAME: &str = "wall_clock";

impl WallClock {
    /// Compiles it; `None` if that is not possible.
    ///
    /// # Errors
    /// If the files cannot be written.
    pub(super) fn make(folder: &Path) -> io::Result<Option<Self>> {
        let file = folder.join(NAME);
        fs::write(&file, 0_i64.to_ne_bytes())?;
        let shift = File::options().write(true).open(&file)?;
        let library = compile(folder, NAME, include_str!("wall_clock.c"))?;
        Ok(library.map(|library| Self { library, file, shift }))
    }

    /// Sets the clock this many seconds ahead of ours, or behind if negative.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn set(&self, seconds: i64) -> io::Result<()> {
        self.shift.write_all_at(&seconds.to_ne_bytes(), 0)
    }

    pub(super) fn library(&self) -> &Path {
        &self.library
    }

    pub(super) fn variable(&self) -> (&'static str, OsString) {
        ("SOAK_WALL_CLOCK", self.file.clone().into())
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// The time according to `date`, in seconds since 1970.
    fn date(variables: Vec<(&'static str, OsString)>) -> i64 {
        let out = Command::new("date").arg("+%s").envs(variables).output().unwrap();
        String::from_utf8(out.stdout).unwrap().trim().parse().unwrap()
    }

    #[test]
    fn a_process_with_the_library_sees_the_clock_that_it_is_set_to() {
        let folder = std::env::temp_dir().join(format!("consonance-wall-clock-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let Some(clock) = WallClock::make(&folder).unwrap() else { return };
        let preloaded = vec![("LD_PRELOAD", clock.library().into()), clock.variable()];
        for shift in [0, 86_400, -86_400] {
            clock.set(shift).unwrap();
            let (before, shifted, after) = (date(vec![]), date(preloaded.clone()), date(vec![]));
            assert!((before + shift..=after + shift).contains(&shifted), "{before} {shifted} {after}");
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
