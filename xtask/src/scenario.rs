//! `cargo xtask check scenario`: a real server, players of many networks, and a table of what each player must hear.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::{Args, ValueEnum};

use crate::browser_test;
use crate::built::Built;
use crate::command;
use crate::failure::Failure;

/// What to run.
#[derive(Args)]
pub(crate) struct Plan {
    /// Where the report, recordings and logs are left [default: `scenario` beside what Cargo builds].
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// The browser of players that join with one; without a browser, none do, and the report says so.
    #[arg(long, value_enum, default_value_t)]
    browser: Browser,
}

/// A browser that can be driven.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Browser {
    /// Chromium, or one that is made of it, if there is one.
    #[default]
    Chromium,
    /// None.
    None,
}

/// Builds the programs, and runs the scenario.
///
/// # Errors
/// [`Failure::CommandFailed`] if a player did not hear what was meant for it, or heard what was not; the details have
/// been printed.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    command::run(&mut command::cargo(root, BUILD.iter().copied()))?;
    let built = Built::debug(root)?;
    let output = plan.output.clone().unwrap_or_else(|| built.beside("scenario"));
    let mut scenario = Command::new(built.program("consonance-scenario"));
    scenario.arg("--consonance").arg(built.program("consonance"));
    scenario.arg("--plain-sockets").arg(built.program("plain-sockets"));
    scenario.arg("--output").arg(output);
    match (plan.browser, browser_test::chromium()) {
        (Browser::None, _) => {}
        (Browser::Chromium, Ok(program)) => {
            scenario.arg("--browser").arg(program);
        }
        (Browser::Chromium, Err(failure)) => println!("scenario: without a browser, {failure}"),
    }
    command::run(scenario.current_dir(root))
}

/// With the features of the whole workspace, as tests are built: most of it is there already, and
/// the codec is optimised anyway.
const BUILD: &[&str] = &[
    "build",
    "--workspace",
    "--bin",
    "consonance",
    "--bin",
    "plain-sockets",
    "--bin",
    "consonance-scenario",
];
