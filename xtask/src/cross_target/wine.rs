//! What Wine needs besides itself: a folder of its own, and a library that Wine 8 lacks.

use std::fs;
use std::path::Path;
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
    compile.arg("-shared").arg("-o").arg(folder.join("bcryptprimitives.dll")).arg(&source).arg("-ladvapi32");
    command::run(&mut compile)?;
    let prefix = folder.join("prefix");
    fs::create_dir_all(&prefix).map_err(failed)?;
    // The last program's server ends by itself, and one that starts at that moment would fail. It may run already.
    let mut server = Command::new("wineserver");
    server.arg(format!("--persistent={IDLE_S}")).env("WINEPREFIX", &prefix);
    // It would keep a pipe open that another program reads to its end.
    server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let _ = server.status();
    let in_windows = |path: &Path| format!("Z:{}", path.display().to_string().replace('/', "\\"));
    Ok(vec![
        ("WINEPREFIX", prefix.display().to_string()),
        ("WINEDEBUG", "-all".to_owned()),
        ("WINEPATH", in_windows(&folder)),
    ])
}

/// How long its server stays after the last program: longer than from one test program to the next, and not for long,
/// since what it has started keeps the pipes of the first program open.
const IDLE_S: u32 = 10;
