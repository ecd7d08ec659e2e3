//! `cargo xtask check python`: the package for Python, checked, built as a wheel, and tested against a real server.
//!
//! * The Rust part: `rustfmt`, clippy and its own tests.
//! * The Python part: `mypy --strict` over the package, its tests and its examples.
//! * Both: bots that hear each other, and the examples as programs, in a virtual environment with the wheel.
//!
//! pip downloads the requirements into `target/python`; nothing is installed elsewhere. The crates of the module are
//! compiled once more there, with fewer features.

mod environment;
mod release_wheel;

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::built::Built;
use crate::command;
use crate::failure::Failure;
use crate::skips::Skips;
use environment::Environment;
pub(crate) use environment::{numpy, system_python};

/// What to do besides.
#[derive(Args, Default)]
pub(crate) struct Plan {
    /// Makes an optimised wheel for this machine, too, as a build from source does, and imports it.
    #[arg(long)]
    wheel: bool,
    /// Checks and builds, and runs no bots.
    #[arg(long, conflicts_with = "only")]
    no_run: bool,
    /// Checks and builds nothing, and runs the bots with what an earlier run has built.
    #[arg(long, conflicts_with_all = ["no_run", "wheel"])]
    run_only: bool,
    /// Runs only the tests of this module (may be given several times), such as `test_examples`.
    #[arg(long, value_name = "MODULE")]
    only: Vec<String>,
}

/// Runs all checks; prints those that are skipped.
///
/// # Errors
/// [`Failure`] where a check or a test fails.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<Skips, Failure> {
    let built = Built::debug(root)?;
    match Environment::make(root, &built.beside("python")) {
        Err(Failure::Unavailable { what, why }) => Ok(Skips::one(format_args!("{what}: {why}"))),
        environment => check(root, &environment?, &built, plan),
    }
}

fn check(root: &Path, environment: &Environment, built: &Built, plan: &Plan) -> Result<Skips, Failure> {
    let folder = built.beside("python");
    let captions = environment.add_recogniser(root)?;
    if !plan.run_only {
        check_rust(root, environment)?;
        let types = ["-m", "mypy", "--cache-dir"];
        command::run(environment.python(root).args(types).arg(folder.join("mypy")).args(CHECKED))?;
        environment.install(&environment.build_wheel(root, &folder)?)?;
    }
    if !plan.no_run {
        test(root, environment, built, plan)?;
    }
    if plan.wheel {
        release_wheel::make(root, environment, &folder)?;
    }
    Ok(captions)
}

/// A Python with the package as it is here; `None`, with a skip, where there is no Python, or pip cannot download.
///
/// # Errors
/// [`Failure`] where something does not compile.
pub(crate) fn with_package(root: &Path) -> Result<Option<PathBuf>, Failure> {
    let folder = Built::debug(root)?.beside("python");
    match Environment::make(root, &folder) {
        Err(Failure::Unavailable { .. }) => Ok(None),
        environment => {
            let environment = environment?;
            environment.install(&environment.build_wheel(root, &folder)?)?;
            Ok(Some(environment.program("python")))
        }
    }
}

fn check_rust(root: &Path, environment: &Environment) -> Result<(), Failure> {
    for arguments in [
        &["fmt", "--all", "--check"][..],
        &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"],
        &["test", "--workspace"],
    ] {
        command::run(&mut environment.cargo(root, arguments))?;
    }
    Ok(())
}

/// Runs the bots against the server as the tests of the workspace build it, with all its features.
fn test(root: &Path, environment: &Environment, built: &Built, plan: &Plan) -> Result<(), Failure> {
    command::run(&mut command::cargo(root, ["build", "--quiet", "--workspace", "--bin", "consonance"]))?;
    let mut tests: Command = environment.python(root);
    // Python's own warnings about unclosed resources fail a test.
    tests.args(["-X", "dev", "-m", "unittest"]).current_dir(root.join("python/tests"));
    if plan.only.is_empty() {
        tests.args(["discover", "--verbose"]);
    } else {
        tests.arg("--verbose").args(&plan.only);
    }
    command::run(tests.env("CONSONANCE", built.program("consonance")))
}

/// Folders below `python`.
const CHECKED: [&str; 3] = ["package", "tests", "examples"];
