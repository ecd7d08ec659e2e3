//! `cargo xtask mumble`: programs that are not ours, on a real server beside a native player: a bot of a library, and
//! Mumble's own client.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::built::target_folder;
use crate::command;
use crate::failure::Failure;
use crate::skips::Skips;

/// What to run.
#[derive(Args, Default)]
pub(crate) struct Plan {
    /// Runs the test with Mumble's own client, too, which needs an idle machine, as its sound is not repeated.
    #[arg(long)]
    desktop: bool,
}

/// Runs the tests that take pymumble, which comes as a package for Python, and where it was asked for those that take
/// Mumble's client, as Debian has it; says so and leaves out what cannot be had.
///
/// # Errors
/// [`Failure`] where a test fails.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<Skips, Failure> {
    let python = match bot_python(root) {
        Err(error) => return Ok(Skips::one(format_args!("tests with a bot of pymumble, {error}"))),
        Ok(python) => python,
    };
    let lacking =
        DESKTOP.iter().find(|program| command::capture(Command::new("which").arg(program)).is_err());
    let is_left_out = lacking.is_some() || !plan.desktop;
    let left_out: &[&str] = if is_left_out { &["--skip", "mumble::desktop"] } else { &[] };
    let words = TEST.split(' ').chain(left_out.iter().copied());
    command::run(command::cargo(root, words).env(VARIABLE, python))?;
    let lacking = lacking.filter(|_| plan.desktop);
    Ok(lacking.map_or(Skips::NONE, |program| Skips::one(format_args!("Mumble's own client, no `{program}`"))))
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

/// What the test with Mumble's client starts.
const DESKTOP: [&str; 7] = ["mumble", "Xvfb", "pulseaudio", "pactl", "paplay", "parec", "openssl"];

const IMPORT: [&str; 2] = ["-c", "import pymumble_py3"];

const VARIABLE: &str = "MUMBLE_BOT_PYTHON";

const TEST: &str = "test --workspace --test command -- mumble:: --include-ignored --test-threads=1";
