//! Python for Windows: its library, of which `Panda3D`'s wheel has the one that python.org signs, with a program that
//! starts it, and the modules of this machine's Python of the same version, which are the same on every machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::c_exports::exports;
use super::unavailable::unavailable;
use crate::command;
use crate::cross_target::{WINDOWS, wine_library, wine_path};
use crate::download::{Download, Package};
use crate::failure::Failure;

/// The program in this folder, which is kept; it finds what is installed in `site`, and what Wine lacks in `work`.
///
/// # Errors
/// [`Failure::Unavailable`] where the library cannot be downloaded, or there is no Python of its version.
pub(super) fn prepare(kept: &Path, site: &Path, work: &Path) -> Result<PathBuf, Failure> {
    let folder = kept.join("windows");
    LIBRARY.install(&folder)?;
    let failed = |cause| Failure::File { path: folder.clone(), cause };
    let source = folder.join("launcher.c");
    fs::write(&source, include_str!("windows_python.c")).map_err(failed)?;
    let program = folder.join("python.exe");
    let mut compile = Command::new(WINDOWS.c_compiler());
    command::run(compile.args(["-municode", "-O2", "-o"]).arg(&program).arg(&source))?;
    make_stable_library(&folder)?;
    let lacking = wine_library(work);
    // For libraries that modules need, Python does not search where Wine does.
    fs::copy(&lacking, folder.join(lacking.file_name().unwrap_or_default())).map_err(failed)?;
    // Python searches no other paths.
    let paths = [path(&modules()?), ".".to_owned(), path(site)];
    fs::write(folder.join("python311._pth"), paths.join("\n") + "\n").map_err(failed)?;
    Ok(program)
}

/// The library that modules for all versions ask for, which has nothing but references to the other one.
fn make_stable_library(folder: &Path) -> Result<(), Failure> {
    let names = exports(&WINDOWS, &folder.join("python311.dll"))?;
    let lines: Vec<String> = names.iter().map(|name| format!("    {name} = python311.{name}\n")).collect();
    let list = folder.join("python3.def");
    fs::write(&list, format!("LIBRARY python3.dll\nEXPORTS\n{}", lines.concat()))
        .map_err(|cause| Failure::File { path: list.clone(), cause })?;
    let mut link = Command::new(WINDOWS.c_compiler());
    link.args(["-shared", "-nostdlib", "-Wl,--entry=0", "-o"]).arg(folder.join("python3.dll")).arg(&list);
    command::run(&mut link)
}

/// A path as programs of Windows read it.
pub(super) fn path(path: &Path) -> String {
    wine_path(path)
}

/// The folder of the modules that are written in Python.
fn modules() -> Result<PathBuf, Failure> {
    let say = "import sysconfig; print(sysconfig.get_path('stdlib'))";
    let said = ["/usr/bin/python3.11", "python3.11"]
        .into_iter()
        .find_map(|name| command::capture(Command::new(name).args(["-I", "-c", say])).ok());
    let said = said.ok_or_else(|| unavailable("no Python 3.11, whose modules Windows' has"))?;
    Ok(said.trim().into())
}

/// `Panda3D` packs games for Windows with it.
const LIBRARY: Download = Download {
    what: "Python for it",
    package: Package::Wheel(
        "panda3d==1.10.16",
        &["--platform=win_amd64", "--implementation=cp", "--python-version=3.11", "--abi=cp311"],
    ),
    file: "panda3d-1.10.16-cp311-cp311-win_amd64.whl",
    sha256: "37acfb92655c4226879f95c988e2ef1449a53c54486d6c1ebc00e2772429af82",
    contents: &[
        ("deploy_libs/python311.dll", "python311.dll"),
        ("deploy_libs/VCRUNTIME140.dll", "vcruntime140.dll"),
        ("deploy_libs/_asyncio.pyd", "_asyncio.pyd"),
        ("deploy_libs/_ctypes.pyd", "_ctypes.pyd"),
        ("deploy_libs/_decimal.pyd", "_decimal.pyd"),
        ("deploy_libs/_hashlib.pyd", "_hashlib.pyd"),
        ("deploy_libs/_overlapped.pyd", "_overlapped.pyd"),
        ("deploy_libs/_socket.pyd", "_socket.pyd"),
        ("deploy_libs/_ssl.pyd", "_ssl.pyd"),
        ("deploy_libs/libcrypto-3.dll", "libcrypto-3.dll"),
        ("deploy_libs/libffi-8.dll", "libffi-8.dll"),
        ("deploy_libs/libssl-3.dll", "libssl-3.dll"),
        ("deploy_libs/pyexpat.pyd", "pyexpat.pyd"),
        ("deploy_libs/select.pyd", "select.pyd"),
        ("deploy_libs/unicodedata.pyd", "unicodedata.pyd"),
    ],
};
