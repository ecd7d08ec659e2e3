//! Clients from outside: programs in other languages, engines and systems, whose contract is in
//! `crates/e2e/src/clients/outside.rs`.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::bevy;
use crate::built::Built;
use crate::command;
use crate::cross_target::{ARM, CrossTarget, WINDOWS};
use crate::dotnet;
use crate::failure::Failure;
use crate::mumble;
use crate::platforms;
use crate::python;

/// A kind of client.
pub(super) struct OutsideKind {
    /// The name for people, and of its player.
    pub(super) name: &'static str,
    /// Builds it in a folder.
    pub(super) make: Make,
    /// Whether it can join a session that is encrypted from end to end.
    pub(super) can_encrypt: bool,
    /// Whether its sockets are in its own network namespace: those of Wine belong to Wine's server, which runs outside.
    pub(super) can_lose_packets: bool,
}

/// Builds a client in a folder; how it is started, or `None` where what it needs is missing.
type Make = fn(root: &Path, built: &Built, folder: &Path) -> Result<Option<String>, Failure>;

/// All of them.
pub(super) const KINDS: [OutsideKind; 8] = [
    kind("C", c),
    OutsideKind { can_lose_packets: false, ..kind("C on Windows", c_on_windows) },
    kind("C on ARM64", c_on_arm),
    kind("C#", csharp),
    kind("Python", python),
    OutsideKind { can_encrypt: false, ..kind("Mumble", mumble_desktop) },
    OutsideKind { can_encrypt: false, ..kind("Mumble bot", mumble_bot) },
    kind("Bevy", bevy),
];

const fn kind(name: &'static str, make: Make) -> OutsideKind {
    OutsideKind { name, make, can_encrypt: true, can_lose_packets: true }
}

const C_SOURCE: &str = "crates/e2e/clients/outside_client.c";

/// The library for C, and a program with it.
fn c(root: &Path, built: &Built, folder: &Path) -> Result<Option<String>, Failure> {
    if !command::is_on_path("gcc") {
        return Ok(None);
    }
    let program = folder.join("outside_client");
    let (library, name) = (built.library("consonance_ffi"), Built::library_name("consonance"));
    fs::copy(&library, folder.join(&name)).map_err(|cause| Failure::File { path: library, cause })?;
    let mut compiler = Command::new("gcc");
    compiler.args(platforms::C_FLAGS).arg("-o").arg(&program).arg(root.join(C_SOURCE));
    compiler.args(platforms::c_includes(root)).arg("-L").arg(folder).args(["-lconsonance", "-lm"]);
    command::run(&mut compiler)?;
    Ok(Some(format!("env LD_LIBRARY_PATH={} {}", folder.display(), program.display())))
}

/// The same for Windows, in Wine.
fn c_on_windows(root: &Path, _: &Built, _: &Path) -> Result<Option<String>, Failure> {
    c_on(root, &WINDOWS)
}

/// The same for Linux on 64-bit ARM, in qemu.
fn c_on_arm(root: &Path, _: &Built, _: &Path) -> Result<Option<String>, Failure> {
    c_on(root, &ARM)
}

fn c_on(root: &Path, target: &CrossTarget) -> Result<Option<String>, Failure> {
    platforms::c_program(root, target, &root.join(C_SOURCE))
}

/// The library for C#, and a program with it, in Mono.
fn csharp(root: &Path, built: &Built, folder: &Path) -> Result<Option<String>, Failure> {
    if !["mcs", "mono"].iter().all(|program| command::is_on_path(program)) {
        return Ok(None);
    }
    let program = folder.join("OutsideClient.exe");
    let mut compiler = Command::new("mcs");
    compiler.args(["-nologo", "-warnaserror+", "-optimize+"]);
    compiler.arg(format!("-out:{}", program.display()));
    for sources in ["dotnet/Consonance", "dotnet/OutsideClient"] {
        compiler.args(dotnet::files(&root.join(sources), "cs")?);
    }
    command::run(&mut compiler)?;
    let library = folder.join(Built::library_name("consonance"));
    fs::copy(built.library("consonance_ffi"), &library)
        .map_err(|cause| Failure::File { path: library, cause })?;
    Ok(Some(format!("env LD_LIBRARY_PATH={} mono {}", folder.display(), program.display())))
}

/// The package for Python, and a program with it.
fn python(root: &Path, _: &Built, _: &Path) -> Result<Option<String>, Failure> {
    let program = root.join("python/tests/outside_client.py");
    let python = python::with_package(root)?;
    Ok(python.map(|python| format!("{} {}", python.display(), program.display())))
}

/// Mumble's own client, as Debian has it, on a screen and with sound devices that are not there.
#[expect(clippy::unnecessary_wraps, reason = "as the other kinds of the table")]
fn mumble_desktop(root: &Path, _: &Built, _: &Path) -> Result<Option<String>, Failure> {
    let program = root.join("crates/e2e/clients/mumble_desktop.py");
    let has_all = mumble::DESKTOP.iter().all(|program| command::is_on_path(program));
    Ok(has_all.then(|| format!("python3 {}", program.display())))
}

/// A bot of pymumble.
fn mumble_bot(root: &Path, _: &Built, _: &Path) -> Result<Option<String>, Failure> {
    let program = root.join("crates/e2e/clients/mumble_bot.py");
    match mumble::bot_python(root) {
        Ok(python) => Ok(Some(format!("{} {}", python.display(), program.display()))),
        // There is no Python, or pip cannot install the library.
        Err(Failure::NotStarted { .. } | Failure::CommandFailed { .. }) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// An app without window, with the crate for Bevy and our packed crates.
fn bevy(root: &Path, _: &Built, _: &Path) -> Result<Option<String>, Failure> {
    bevy::outside_client(root).map(|program| Some(program.display().to_string()))
}
