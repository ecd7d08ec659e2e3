//! `cargo xtask clients`: clients of every kind in one session on a real server, and which of them heard which.
//!
//! Clients in other languages and engines are programs of their own, whose contract is in
//! `crates/e2e/src/clients/outside.rs`; one that this machine cannot build is left out, and named in the last line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::bevy;
use crate::browser_test;
use crate::built::Built;
use crate::command;
use crate::dotnet;
use crate::failure::Failure;
use crate::mumble;
use crate::python;
use crate::skips::Skips;

/// What to run.
#[derive(Args)]
pub(crate) struct Plan {
    /// Where the table, logs and wrong sounds are left [default: `clients` beside what Cargo builds].
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// Leaves this kind of client out (may be given several times), such as `Bevy`, whose first build takes long.
    #[arg(long, value_name = "KIND")]
    without: Vec<String>,
}

/// Builds the programs, and has all clients talk.
///
/// # Errors
/// [`Failure::CommandFailed`] if one of them did not hear what was meant for it, or heard what was not; which has been
/// printed.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    command::run(&mut command::cargo(root, BUILD.iter().copied()))?;
    let built = Built::debug(root)?;
    let output = plan.output.clone().unwrap_or_else(|| built.beside("clients"));
    fs::create_dir_all(&output).map_err(|cause| Failure::File { path: output.clone(), cause })?;
    let mut clients = Command::new(built.program("consonance-clients"));
    clients.arg("--consonance").arg(built.program("consonance")).arg("--output").arg(&output);
    let mut skips = Skips::NONE;
    match browser_test::chromium() {
        Ok(program) => {
            clients.arg("--browser").arg(program);
        }
        Err(failure) => skips = skips.with(Skips::one(format_args!("page ({failure})"))),
    }
    for (kind, make) in OUTSIDE.iter().filter(|(kind, _)| !plan.without.iter().any(|without| without == kind))
    {
        match make(root, &built, &output)? {
            Some(words) => {
                clients.arg("--outside").arg(format!("{kind}={words}"));
            }
            None => skips = skips.with(Skips::one(format_args!("{kind}"))),
        }
    }
    command::run(clients.current_dir(root))?;
    println!("{skips}");
    Ok(())
}

/// Builds a client from outside in a folder; how it is started, or `None` where what it needs is missing.
type Make = fn(root: &Path, built: &Built, folder: &Path) -> Result<Option<String>, Failure>;

const OUTSIDE: &[(&str, Make)] = &[
    ("C#", csharp),
    ("Python", python),
    ("Mumble", mumble_desktop),
    ("Mumble bot", mumble_bot),
    ("Bevy", bevy),
];

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
        // There is no Python, or pip brings nothing.
        Err(Failure::NotStarted { .. } | Failure::CommandFailed { .. }) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// An app without window, with the crate for Bevy and our packed crates.
fn bevy(root: &Path, _: &Built, _: &Path) -> Result<Option<String>, Failure> {
    bevy::outside_client(root).map(|program| Some(program.display().to_string()))
}

/// With the features of the whole workspace, as tests are built: most of it is there already, and the codec is
/// optimised anyway.
const BUILD: &[&str] =
    &["build", "--workspace", "--bin", "consonance", "--bin", "consonance-clients", "--lib"];
