//! The package for Unity is unpacked as Unity does; its sources compile, and its tests run with its own libraries.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::native;
use crate::command;
use crate::dist::native::Native;
use crate::dist::program::Program;
use crate::dist::release::Release;
use crate::dist::tree;
use crate::dist::unity::{INSIDE, place};
use crate::dotnet::{Surroundings, Toolchain};
use crate::failure::Failure;
use crate::unity;
use crate::unity_package::UnityPackage;

/// Tries the package of this name: everything in it has a `.meta` and refers to what is there, every native library
/// loads, and the tests of the package pass at a server of this machine's `command`.
///
/// # Errors
/// [`Failure::Trial`], or another one if the package cannot be unpacked, does not compile, or a test fails.
pub(in crate::dist) fn unity(
    release: &Release,
    toolchain: &Toolchain,
    natives: &[Native],
    command: &Program,
    name: &str,
) -> Result<(), Failure> {
    let trial = release.work.join("trial/unity");
    tree::empty(&trial)?;
    command::run(Command::new("tar").arg("-xzf").arg(release.out.join(name)).arg("-C").arg(&trial))?;
    let unpacked = trial.join(INSIDE);
    check(release, name, &unpacked)?;
    native::load_all(release, name, natives, &unpacked, place)?;
    let suite = unity::suite_of(&release.root, &unpacked)?;
    let surroundings = Surroundings {
        natives: unpacked.join("Runtime/Plugins/linux-x64"),
        server: command.file.clone(),
        settings: suite.server.clone(),
        root: release.root.clone(),
    };
    suite.check_in(toolchain, &trial.join("tests"), &surroundings)
}

/// The rules of the checked-in package hold for this one.
fn check(release: &Release, name: &str, unpacked: &Path) -> Result<(), Failure> {
    let mut files = BTreeMap::new();
    read(unpacked, "", &mut files)?;
    let package = UnityPackage::new(files.iter().map(|(path, text)| (&**path, text.as_deref())));
    let findings = package.check(&release.version);
    if findings.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    Err(Failure::Trial { file: name.to_owned(), why: lines.join("\n") })
}

/// All files below a folder, and what is text.
fn read(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Option<String>>) -> Result<(), Failure> {
    let failed = |path: &Path| {
        let path: PathBuf = path.to_owned();
        |cause| Failure::File { path, cause }
    };
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let inside = format!("{prefix}{name}");
        if path.is_dir() {
            read(&path, &format!("{inside}/"), files)?;
        } else {
            files.insert(inside, String::from_utf8(fs::read(&path).map_err(failed(&path))?).ok());
        }
    }
    Ok(())
}
