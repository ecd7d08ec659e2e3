//! `cargo xtask evening`: a real server and players of many networks, and a table of who must hear whom.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::{Args, ValueEnum};

use crate::browser_test;
use crate::built::Built;
use crate::command;
use crate::failure::Failure;

/// How to spend it.
#[derive(Args)]
pub(crate) struct Plan {
    /// Where the report, recordings and logs are left [default: `evening` beside what Cargo builds].
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// Who comes with a browser; without one, nobody does, and the report says so.
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

/// Builds the programs, and spends the evening.
///
/// # Errors
/// [`Failure::CommandFailed`] if somebody did not hear what was for them, or heard what was
/// not; which has been printed.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    command::run(&mut command::cargo(root, BUILD.iter().copied()))?;
    let built = Built::debug(root)?;
    let output = plan.output.clone().unwrap_or_else(|| built.beside("evening"));
    let mut evening = Command::new(built.program("consonance-evening"));
    evening.arg("--consonance").arg(built.program("consonance"));
    evening.arg("--plain-sockets").arg(built.program("plain-sockets"));
    evening.arg("--output").arg(output);
    match (plan.browser, browser_test::chromium()) {
        (Browser::None, _) => {}
        (Browser::Chromium, Ok(program)) => {
            evening.arg("--browser").arg(program);
        }
        (Browser::Chromium, Err(failure)) => println!("evening: without a browser, {failure}"),
    }
    command::run(evening.current_dir(root))
}

/// With the features of the whole workspace, as tests are built: most of it is there already, and
/// the codec is optimised anyway.
const BUILD: &[&str] =
    &["build", "--workspace", "--bin", "consonance", "--bin", "plain-sockets", "--bin", "consonance-evening"];
