//! What Wine needs besides itself: a folder of its own, and a library that Wine 8 lacks.

use std::fs;
use std::path::Path;
use std::process::Command;

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
    let in_windows = |path: &Path| format!("Z:{}", path.display().to_string().replace('/', "\\"));
    Ok(vec![
        ("WINEPREFIX", folder.join("prefix").display().to_string()),
        ("WINEDEBUG", "-all".to_owned()),
        ("WINEPATH", in_windows(&folder)),
    ])
}
