//! `crates/ffi/include/consonance.h`, which cbindgen makes from the crate, checked in for those without it.

use std::fs;
use std::path::Path;
use std::process::Command;

use clap::Args;

use crate::command;
use crate::failure::Failure;
use crate::skips::Skips;

/// What to do with it; without options, it is written.
#[derive(Args)]
pub(crate) struct Plan {
    /// Writes nothing, and compares what is checked in with what the sources make.
    #[arg(long)]
    verify: bool,
}

/// # Errors
/// As [`write()`] and [`verify()`].
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    if plan.verify { verify(root).map(drop) } else { write(root) }
}

/// Writes the header again.
///
/// # Errors
/// [`Failure`] where cbindgen is missing or does not understand the crate, or the file cannot be written.
fn write(root: &Path) -> Result<(), Failure> {
    if !is_installed() {
        return Err(Failure::Missing { what: "cbindgen", make: INSTALL });
    }
    let path = root.join(HEADER);
    fs::write(&path, header(root)?).map_err(|cause| Failure::File { path, cause })
}

/// Compares what is checked in with what the sources make, and runs a program in C++ with it; left out where cbindgen
/// is missing, or another version, or there is no compiler of C++.
///
/// # Errors
/// [`Failure`] where they differ, cbindgen does not understand the crate, or the program fails.
pub(crate) fn verify(root: &Path) -> Result<Skips, Failure> {
    Ok(compare(root)?.with(run_in_cpp(root)?))
}

fn compare(root: &Path) -> Result<Skips, Failure> {
    if !is_installed() {
        return Ok(Skips::one(format_args!("comparison of {HEADER}, no cbindgen {VERSION} ({INSTALL})")));
    }
    let path = root.join(HEADER);
    let checked_in = fs::read_to_string(&path).map_err(|cause| Failure::File { path, cause })?;
    if checked_in == header(root)? {
        Ok(Skips::NONE)
    } else {
        Err(Failure::Stale { path: HEADER, make: MAKE })
    }
}

fn run_in_cpp(root: &Path) -> Result<Skips, Failure> {
    if !command::is_on_path("g++") {
        return Ok(Skips::one("the header for C++, no g++"));
    }
    command::run(&mut command::cargo(root, IN_CPP.split(' '))).map(|()| Skips::NONE)
}

const HEADER: &str = "crates/ffi/include/consonance.h";
const MAKE: &str = "cargo xtask write header";
/// Of the whole workspace, so that nothing is built a second time with fewer features.
const IN_CPP: &str = "test --workspace --test c_programs -- --ignored";
/// Other versions write different white space.
const VERSION: &str = "0.29.4";
const INSTALL: &str = "cargo install --locked --version 0.29.4 cbindgen";

fn is_installed() -> bool {
    let version = command::capture(Command::new("cbindgen").arg("--version"));
    version.is_ok_and(|version| version.trim() == format!("cbindgen {VERSION}"))
}

/// The header as cbindgen makes it; warnings about types of pointers, which are only for Rust, are not shown.
fn header(root: &Path) -> Result<String, Failure> {
    let crate_folder = root.join("crates/ffi");
    let mut cbindgen = Command::new("cbindgen");
    cbindgen.args(["--quiet", "--config"]).arg(crate_folder.join("cbindgen.toml")).arg(crate_folder);
    command::capture(&mut cbindgen)
}
