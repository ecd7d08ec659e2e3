//! Packages are installed where nothing else is, by the programs that their users have.

use std::fs;
use std::process::Command;

use super::archive::says_version;
use super::confined;
use super::conversation::Conversation;
use crate::command;
use crate::dist::debian::PROGRAM;
use crate::dist::program::Program;
use crate::dist::release::Release;
use crate::dist::tree;
use crate::failure::Failure;

/// Installs the Debian package of this name below an empty folder, serves from there with the installed settings, and
/// removes it again.
///
/// # Errors
/// [`Failure::Trial`], or another one if `dpkg` fails.
pub(in crate::dist) fn debian(release: &Release, program: &Program, name: &str) -> Result<(), Failure> {
    let place = release.work.join("trial/debian");
    let root = place.join("root");
    let database = root.join("var/lib/dpkg");
    for folder in [&place, &root, &database.join("info"), &database.join("updates")] {
        tree::empty(folder)?;
    }
    let status = database.join("status");
    fs::write(&status, "").map_err(|cause| Failure::File { path: status, cause })?;
    let dpkg = |words: &[&str]| {
        let mut dpkg = confined::as_root("dpkg");
        // The folder has no shell for the package's scripts.
        dpkg.arg(format!("--root={}", root.display())).args(["--force-script-chrootless", "--log=/dev/null"]);
        command::capture(dpkg.args(words))
    };
    dpkg(&["--install", &release.out.join(name).display().to_string()])?;
    let installed = || confined::inside(&root, None, &format!("/{PROGRAM}"));
    says_version(release, name, installed())?;
    let mut server = installed();
    server.args(["serve", "--config", "/etc/consonance/voice.toml"]);
    let conversation = Conversation {
        file: name,
        server,
        player: &|| Command::new(&program.file),
        speech: release.root.join("assets/speech/austen-1.wav"),
        folder: &place,
        can_interrupt: true,
    };
    conversation.hold()?;
    let failed = |why: String| Failure::Trial { file: name.to_owned(), why };
    let changed = dpkg(&["--verify", "consonance"])?;
    if !changed.is_empty() {
        return Err(failed(format!("what is installed differs: {changed}")));
    }
    dpkg(&["--purge", "consonance"])?;
    let left = ["etc", "usr"].into_iter().find(|folder| root.join(folder).exists());
    left.map_or(Ok(()), |folder| Err(failed(format!("it leaves /{folder} behind when it is purged"))))
}

/// Installs the package of npm of this name in an empty project, checks its types, and bundles it.
///
/// # Errors
/// [`Failure::CommandFailed`] if one of that fails.
pub(in crate::dist) fn npm(release: &Release, name: &str) -> Result<(), Failure> {
    let mut node = Command::new("node");
    node.current_dir(release.root.join("web")).arg("dev/package.mjs").arg(release.out.join(name));
    command::run(&mut node)
}
