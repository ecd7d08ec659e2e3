//! `cargo xtask check foreign-peers`: WebRTC stacks that are not ours as players of a real server.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::built::target_folder;
use crate::command;
use crate::failure::Failure;
use crate::skips::Skips;
use crate::web;

/// Has a peer of libdatachannel, which comes by npm, and one of aiortc, which comes by pip, on both listeners that
/// speak WebRTC; says so and leaves out the one that cannot be had.
///
/// # Errors
/// [`Failure`] where a test fails.
pub(crate) fn run(root: &Path) -> Result<Skips, Failure> {
    let folder = target_folder(root)?.join("foreign-peers");
    let (modules, python) = (modules(root, &folder), python(&folder));
    let mut skips = Skips::NONE;
    let mut test = command::cargo(root, TEST.split(' '));
    match modules {
        Ok(modules) => drop(test.arg("libdatachannel").env("FOREIGN_PEERS_MODULES", modules)),
        Err(error) => skips = skips.with(Skips::one(format_args!("peer of libdatachannel, {error}"))),
    }
    match python {
        Ok(python) => drop(test.arg("aiortc").env("FOREIGN_PEERS_PYTHON", python)),
        Err(error) => skips = skips.with(Skips::one(format_args!("peer of aiortc, {error}"))),
    }
    if test.get_args().any(|argument| argument == "libdatachannel" || argument == "aiortc") {
        command::run(&mut test)?;
    }
    Ok(skips)
}

/// The folder with node-datachannel in its `node_modules`.
fn modules(root: &Path, folder: &Path) -> Result<PathBuf, Failure> {
    if !web::has_node() {
        return Err(Failure::Unavailable { what: "Node.js", why: "not of a recent version".to_owned() });
    }
    let mut load = Command::new("node");
    load.args(["-e", "require(process.argv[1] + '/node_modules/node-datachannel')"]).arg(folder);
    if command::capture(&mut load).is_err() {
        let mut install = web::npm(root, "install --no-save --no-audit --no-fund --prefix");
        command::capture(install.arg(folder).arg(NODE_DATACHANNEL))?;
        command::capture(&mut load)?;
    }
    Ok(folder.to_owned())
}

/// A Python that has aiortc, in an environment of its own.
fn python(folder: &Path) -> Result<PathBuf, Failure> {
    let folder = folder.join("python");
    let python = folder.join("bin").join("python");
    let import = ["-c", "import aiortc, websockets"];
    if !python.exists() || command::capture(Command::new(&python).args(import)).is_err() {
        command::capture(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        let mut install = Command::new(&python);
        install.args(["-m", "pip", "install", "--quiet", "--only-binary=:all:"]);
        command::capture(install.args(AIORTC))?;
    }
    command::capture(Command::new(&python).args(import)).map(|_| python)
}

const NODE_DATACHANNEL: &str = "node-datachannel@0.33.4";

const AIORTC: [&str; 2] = ["aiortc==1.16.0", "websockets==17.4"];

/// Of the whole workspace, so that nothing is built a second time with fewer features; the names of the tests follow.
const TEST: &str = "test --workspace --test command -- --include-ignored --test-threads=2";
