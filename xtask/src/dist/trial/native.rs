//! Native libraries of a package are loaded on their machines, or in emulators of these.

use std::path::Path;
use std::process::Command;

use crate::command;
use crate::dist::glibc;
use crate::dist::native::Native;
use crate::dist::release::Release;
use crate::failure::Failure;

/// Loads each of them from an unpacked package, where each is in its place, and has it say which it is.
///
/// # Errors
/// [`Failure::Trial`] if one of them does not load, is another one, or needs a later system.
pub(super) fn load_all(
    release: &Release,
    name: &str,
    natives: &[Native],
    unpacked: &Path,
    place: impl Fn(&Native) -> String,
) -> Result<(), Failure> {
    for native in natives {
        let file = unpacked.join(place(native));
        if native.library.target.is_linux_with_glibc() {
            glibc::check(name, &file)?;
        }
        load(release, name, native, &file)?;
    }
    Ok(())
}

fn load(release: &Release, name: &str, native: &Native, file: &Path) -> Result<(), Failure> {
    let target = native.library.target;
    let program = release.work.join("trial").join(format!("load-{}{}", native.machine, target.suffix));
    let mut compiler = Command::new(target.c_compiler());
    compiler.args(["-std=c99", "-D_POSIX_C_SOURCE=200809L", "-o"]).arg(&program);
    compiler.arg(release.root.join("packaging/load.c"));
    if target.is_linux_with_glibc() {
        compiler.arg("-ldl");
    }
    command::run(&mut compiler)?;
    let mut start = target.start(&program);
    start.envs(target.variables(&release.work)?).arg(file);
    let said = command::capture(&mut start)?;
    let expected = format!("{} {}", native.library.header.abi, release.version);
    if said.trim() == expected {
        return Ok(());
    }
    let why = format!("{} says it is {said:?}, expected {expected:?}", file.display());
    Err(Failure::Trial { file: name.to_owned(), why })
}
