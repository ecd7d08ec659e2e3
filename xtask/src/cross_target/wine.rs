//! The environment that Wine needs: a folder of its own, and a library that Wine 8 lacks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Variables;
use crate::command;
use crate::failure::Failure;

/// The variables with which Wine runs programs, out of a folder for it below this one.
///
/// # Errors
/// [`Failure`] if the folder cannot be written, or the library does not compile.
pub(super) fn prepare(folder: &Path) -> Result<Variables, Failure> {
    let folder = folder.join("wine");
    let failed = |cause| Failure::File { path: folder.clone(), cause };
    fs::create_dir_all(&folder).map_err(failed)?;
    let source = folder.join("process_prng.c");
    fs::write(&source, include_str!("process_prng.c")).map_err(failed)?;
    let mut compile = Command::new("x86_64-w64-mingw32-gcc");
    compile.arg("-shared").arg("-o").arg(folder.join(LIBRARY)).arg(&source).arg("-ladvapi32");
    command::run(&mut compile)?;
    let prefix = folder.join("prefix");
    fs::create_dir_all(&prefix).map_err(failed)?;
    // Wine's server exits some time after the last program, and a program that starts at that moment would fail. Nor
    // may the first program start Wine's services: they would keep its pipes open, and its reader would wait for them.
    for (program, argument) in [("wineserver", &*format!("--persistent={IDLE_S}")), ("wine", "wineboot")] {
        let mut start = Command::new(program);
        start.arg(argument).env("WINEPREFIX", &prefix).env("WINEDEBUG", QUIET);
        start.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // The server may be running already.
        let _ = start.status();
    }
    Ok(vec![
        ("WINEPREFIX", prefix.display().to_string()),
        ("WINEDEBUG", QUIET.to_owned()),
        ("WINEPATH", path(&folder)),
    ])
}

/// The library that it lacks, as [`prepare`] has made it below this folder.
pub(crate) fn library(folder: &Path) -> PathBuf {
    folder.join("wine").join(LIBRARY)
}

const LIBRARY: &str = "bcryptprimitives.dll";

/// A path as the programs read it.
pub(crate) fn path(path: &Path) -> String {
    format!("Z:{}", path.display().to_string().replace('/', "\\"))
}

/// How long its server stays after the last program: longer than it takes to compile the next one.
const IDLE_S: u32 = 300;

/// Turns Wine's own messages off.
const QUIET: &str = "-all";
