//! The server's clock of the wall, which can be set to another time than ours.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A small library that is loaded into the server, and the file that tells it what to add.
#[derive(Debug)]
pub(crate) struct WallClock {
    library: PathBuf,
    file: PathBuf,
    shift: File,
}

const SOURCE: &str = include_str!("../wall_clock.c");

impl WallClock {
    /// Compiles it; `None` where there is no C compiler.
    ///
    /// # Errors
    /// If the files cannot be written.
    pub(crate) fn make(folder: &Path) -> io::Result<Option<Self>> {
        let (source, library) = (folder.join("wall_clock.c"), folder.join("wall_clock.so"));
        let file = folder.join("wall_clock");
        fs::write(&source, SOURCE)?;
        fs::write(&file, 0_i64.to_ne_bytes())?;
        let shift = File::options().write(true).open(&file)?;
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O2", "-o"]).arg(&library).arg(&source).arg("-ldl");
        let is_made = compiler.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        Ok(is_made.then_some(Self { library, file, shift }))
    }

    /// Sets the clock so many seconds before or after ours.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn set(&self, seconds: i64) -> io::Result<()> {
        self.shift.write_all_at(&seconds.to_ne_bytes(), 0)
    }

    /// What the server's environment needs.
    pub(super) fn variables(&self) -> [(&'static str, OsString); 2] {
        [("LD_PRELOAD", self.library.clone().into()), ("SOAK_WALL_CLOCK", self.file.clone().into())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `date` says the time is, in seconds since 1970.
    fn date(variables: Vec<(&'static str, OsString)>) -> i64 {
        let out = Command::new("date").arg("+%s").envs(variables).output().unwrap();
        String::from_utf8(out.stdout).unwrap().trim().parse().unwrap()
    }

    #[test]
    fn a_process_with_the_library_sees_the_clock_that_it_is_set_to() {
        let folder = std::env::temp_dir().join(format!("consonance-wall-clock-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let Some(clock) = WallClock::make(&folder).unwrap() else { return };
        for shift in [0, 86_400, -86_400] {
            clock.set(shift).unwrap();
            let (before, shifted, after) = (date(vec![]), date(clock.variables().to_vec()), date(vec![]));
            assert!((before + shift..=after + shift).contains(&shifted), "{before} {shifted} {after}");
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
