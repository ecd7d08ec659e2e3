//! A game outside of this repository compiles the crate for Bevy, with nothing of ours but what was handed out.

use std::path::Path;
use std::process::Command;
use std::{env, fs, process};

use super::archive::unpack;
use crate::command;
use crate::dist::crates::{Crates, PATCHES, bevy_folder, folder};
use crate::dist::release::Release;
use crate::dist::tree;
use crate::failure::Failure;

/// Tries these files: as their page says, a project of a few lines is checked by the compiler, with the versions of
/// Bevy that the crate was tested with.
///
/// # Errors
/// [`Failure::CommandFailed`] where it does not compile; [`Failure::File`].
pub(in crate::dist) fn crates(release: &Release, made: &Crates) -> Result<(), Failure> {
    let project = env::temp_dir().join(format!("consonance-crates-{}", process::id()));
    tree::empty(&project)?;
    let checked = check(release, made, &project);
    fs::remove_dir_all(&project).map_err(|cause| Failure::File { path: project, cause })?;
    checked
}

fn check(release: &Release, made: &Crates, project: &Path) -> Result<(), Failure> {
    for name in made.names() {
        unpack(&release.out.join(name), project)?;
    }
    let version = &release.version;
    fs::create_dir_all(project.join("src"))
        .map_err(|cause| Failure::File { path: project.to_owned(), cause })?;
    let lock = release.read("bevy/Cargo.lock")?;
    let manifest = MANIFEST.replace("@BEVY@", &bevy_folder(version));
    for (path, content) in
        [("Cargo.toml", manifest.as_bytes()), ("src/main.rs", PROGRAM), ("Cargo.lock", &*lock)]
    {
        let path = project.join(path);
        fs::write(&path, content).map_err(|cause| Failure::File { path, cause })?;
    }
    let patches = format!("{}/{PATCHES}", folder(version));
    let mut cargo: Command = command::cargo(project, ["check", "--quiet", "--config", &patches]);
    // A shared folder, so that crates of others are compiled only once.
    command::run(cargo.env("CARGO_TARGET_DIR", release.work.join("trial-of-crates")))
}

const MANIFEST: &str = r#"[package]
name = "game"
edition = "2024"

[dependencies]
bevy_app = { version = "0.19", default-features = false }
bevy_consonance = { path = "@BEVY@", default-features = false }

[workspace]
"#;

const PROGRAM: &[u8] = b"use bevy_app::App;
use bevy_consonance::prelude::*;

fn main() {
    App::new().add_plugins(VoicePlugin::default()).run();
}
";
