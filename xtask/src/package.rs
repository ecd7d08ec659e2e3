//! Packs the crates that are published, and uses them as another project does.

mod outside;
mod refresh;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::Metadata;
use clap::Args;

use crate::command;
use crate::failure::Failure;
use crate::workspace;
use refresh::refresh;

/// How much is tried.
#[derive(Args, Debug)]
pub(crate) struct Plan {
    /// Compile each package by itself, too; some minutes.
    #[arg(long)]
    verify: bool,
    /// Only pack: nothing is compiled.
    #[arg(long, conflicts_with = "verify")]
    pack_only: bool,
    /// Pack what is not committed, too.
    #[arg(long)]
    allow_dirty: bool,
}

/// Packs every crate that is published, unpacks all of them into an empty folder, and builds and runs programs there
/// that depend on `consonance`, with its default features and without any.
///
/// # Errors
/// [`Failure`] where a package lacks something, or a program does not do what it should.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    let workspace = workspace::describe(root)?;
    pack_all(root, plan, &workspace)?;
    if plan.pack_only {
        return Ok(());
    }
    let folder = workspace.target_directory.as_std_path().join("outside");
    remove(&folder)?;
    let crates = folder.join("crates");
    unpack_all(&workspace, &crates)?;
    outside::run(&folder, &crates)
}

/// Only packs every crate that is published, as a step of `ci`: nothing is compiled.
///
/// # Errors
/// [`Failure`] where a package lacks something.
pub(crate) fn verify(root: &Path) -> Result<(), Failure> {
    run(root, &Plan { verify: false, pack_only: true, allow_dirty: false })
}

/// Packs every crate that is published, and unpacks all of them into this folder, in place of what is there. Files that
/// have not changed keep their times, and the others have new ones: in packages, all have the same.
///
/// # Errors
/// [`Failure`] where a package lacks something, or a file cannot be written.
pub(crate) fn unpacked(root: &Path, allow_dirty: bool, folder: &Path) -> Result<(), Failure> {
    let workspace = workspace::describe(root)?;
    pack_all(root, &Plan { verify: false, pack_only: true, allow_dirty }, &workspace)?;
    let new = folder.with_extension("new");
    remove(&new)?;
    unpack_all(&workspace, &new)?;
    refresh(&new, folder).map_err(|cause| Failure::File { path: folder.to_owned(), cause })
}

/// The `[patch.crates-io]` table, for a manifest or a configuration of cargo, with the packages that are unpacked in
/// this folder. It has only wanted packages, since cargo warns of unused ones.
///
/// # Errors
/// [`Failure`] where the folder cannot be read.
pub(crate) fn patches(crates: &Path, is_wanted: impl Fn(&str) -> bool) -> Result<String, Failure> {
    let entries = fs::read_dir(crates).map_err(|cause| Failure::File { path: crates.to_owned(), cause })?;
    let mut lines = Vec::new();
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        // Such as `consonance-audio-0.1.0`.
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.rsplit_once('-'));
        if let Some((name, _version)) = name
            && is_wanted(name)
        {
            lines.push(format!("{name} = {{ path = '{}' }}\n", path.display()));
        }
    }
    lines.sort();
    Ok(format!("[patch.crates-io]\n{}", lines.concat()))
}

fn pack_all(root: &Path, plan: &Plan, workspace: &Metadata) -> Result<(), Failure> {
    remove(&packed(workspace))?;
    command::run(&mut pack(root, plan, &published(workspace)))
}

fn unpack_all(workspace: &Metadata, folder: &Path) -> Result<(), Failure> {
    make(folder)?;
    let packages = packages(&packed(workspace))?;
    for package in &packages {
        unpack(package, folder)?;
    }
    println!("{} packages unpacked", packages.len());
    Ok(())
}

/// The folder in which cargo puts packages.
fn packed(workspace: &Metadata) -> PathBuf {
    workspace.target_directory.as_std_path().join("package")
}

fn pack(root: &Path, plan: &Plan, packages: &[String]) -> Command {
    let mut command = command::cargo(root, ["package", "--quiet"]);
    for package in packages {
        command.args(["--package", package]);
    }
    if !plan.verify {
        command.arg("--no-verify");
    }
    if plan.allow_dirty {
        command.arg("--allow-dirty");
    }
    command
}

/// The names of the crates whose manifests do not have `publish = false`.
fn published(workspace: &Metadata) -> Vec<String> {
    let members = workspace.workspace_packages().into_iter();
    members
        .filter(|package| workspace::is_published(package))
        .map(|package| package.name.to_string())
        .collect()
}

/// The files that cargo has packed.
fn packages(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|cause| Failure::File { path: folder.to_owned(), cause })?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    Ok(paths.filter(|path| path.extension() == Some(OsStr::new("crate"))).collect())
}

fn unpack(package: &Path, into: &Path) -> Result<(), Failure> {
    command::run(Command::new("tar").args(["--touch", "-xzf"]).arg(package).arg("-C").arg(into))
}

fn remove(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|cause| Failure::File { path: folder.to_owned(), cause })?;
    }
    Ok(())
}

fn make(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|cause| Failure::File { path: folder.to_owned(), cause })
}
