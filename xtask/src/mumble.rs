//! `cargo xtask check mumble`: a bot of a library that is not ours on a real server, beside a native player.
//!
//! Mumble's own client is in `cargo xtask check clients`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::built::target_folder;
use crate::command;
use crate::failure::Failure;
use crate::skips::Skips;

/// Runs the tests that take pymumble, which comes as a package for Python; says so and leaves them out where it cannot
/// be had.
///
/// # Errors
/// [`Failure`] where a test fails.
pub(crate) fn run(root: &Path) -> Result<Skips, Failure> {
    let python = match bot_python(root) {
        Err(error) => return Ok(Skips::one(format_args!("tests with a bot of pymumble, {error}"))),
        Ok(python) => python,
    };
    command::run(command::cargo(root, TEST.split(' ')).env(VARIABLE, python))?;
    Ok(Skips::NONE)
}

/// A Python that has the library, in an environment of its own.
///
/// # Errors
/// [`Failure`] where it cannot be had.
pub(crate) fn bot_python(root: &Path) -> Result<PathBuf, Failure> {
    let folder = target_folder(root)?.join("mumble");
    let python = folder.join("bin").join("python");
    if !python.exists() || command::capture(Command::new(&python).args(IMPORT)).is_err() {
        command::capture(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        command::capture(Command::new(&python).args(["-m", "pip", "install", "--quiet", LIBRARY]))?;
    }
    command::capture(Command::new(&python).args(IMPORT)).map(|_| python)
}

/// It needs Python below 3.12, whose `ssl` no longer has what it calls, and the system's libopus.
const LIBRARY: &str = "pymumble==1.6.1";

/// Programs that the client of `cargo xtask check clients` with Mumble's own application needs.
pub(crate) const DESKTOP: [&str; 8] =
    ["python3", "mumble", "Xvfb", "pulseaudio", "pactl", "paplay", "parec", "openssl"];

const IMPORT: [&str; 2] = ["-c", "import pymumble_py3"];

const VARIABLE: &str = "MUMBLE_BOT_PYTHON";

const TEST: &str = "test --workspace --test command -- mumble:: --include-ignored --test-threads=1";
