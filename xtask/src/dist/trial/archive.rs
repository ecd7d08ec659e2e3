//! An archive is unpacked, its program says its version, serves and joins.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::confined;
use super::conversation::Conversation;
use crate::browser_test;
use crate::command;
use crate::dist::archive::folder;
use crate::dist::glibc;
use crate::dist::program::Program;
use crate::dist::release::Release;
use crate::dist::tree;
use crate::failure::Failure;
use crate::skips::Skips;

/// Tries the archive of this name. A static program serves from a folder that has nothing else; with one that starts
/// here, the first sound in a browser is waited for.
///
/// # Errors
/// [`Failure::Trial`], or another one if the archive cannot be unpacked.
pub(in crate::dist) fn archive(release: &Release, program: &Program, name: &str) -> Result<Skips, Failure> {
    let place = release.work.join("trial").join(program.target.name);
    tree::empty(&place)?;
    unpack(&release.out.join(name), &place)?;
    let unpacked = place.join(folder(release, program)).join(program.name());
    let variables = program.target.variables(&release.work)?;
    let start = || {
        let mut command = program.target.start(&unpacked);
        command.envs(variables.clone());
        command
    };
    says_version(release, name, start())?;
    if program.target.is_linux_with_glibc() {
        glibc::check(name, &unpacked)?;
    }
    let mut server = if program.target.is_static() {
        let alone = place.join("alone");
        tree::empty(&alone)?;
        fs::copy(&unpacked, alone.join("consonance"))
            .map_err(|cause| Failure::File { path: alone.clone(), cause })?;
        confined::inside(&alone, None, "/consonance")
    } else {
        start()
    };
    server.arg("serve");
    let conversation = Conversation {
        file: name,
        server,
        player: &start,
        speech: release.root.join("assets/speech/austen-1.wav"),
        folder: &place,
        can_interrupt: !program.target.is_windows(),
    };
    conversation.hold()?;
    if program.target.emulator.is_empty() {
        return browser_test::first_sound(&release.root, &unpacked);
    }
    Ok(Skips::NONE)
}

/// # Errors
/// [`Failure::Trial`] if the program says another version than that of the release.
pub(super) fn says_version(release: &Release, file: &str, mut start: Command) -> Result<(), Failure> {
    let said = command::capture(start.arg("--version"))?;
    if said.trim() == format!("consonance {}", release.version) {
        return Ok(());
    }
    Err(Failure::Trial { file: file.to_owned(), why: format!("it says it is {said:?}") })
}

/// Unpacks an archive as its users do.
///
/// # Errors
/// [`Failure::CommandFailed`].
pub(super) fn unpack(file: &Path, folder: &Path) -> Result<(), Failure> {
    let mut command = if file.extension().is_some_and(|ending| ending == "zip") {
        let mut unzip = Command::new("unzip");
        unzip.arg("-q").arg(file).arg("-d").arg(folder);
        unzip
    } else {
        let mut tar = Command::new("tar");
        tar.arg("-xzf").arg(file).arg("-C").arg(folder);
        tar
    };
    command::run(&mut command)
}
