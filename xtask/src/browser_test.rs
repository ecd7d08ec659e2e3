//! `cargo xtask browser-test`: the page in a real browser, where there is one.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use clap::Args;

use crate::built::Built;
use crate::command;
use crate::failure::Failure;

/// What to try; everything where nothing is said.
#[derive(Args, Default)]
pub(crate) struct Plan {
    /// Only this scenario (may be given several times), as `--list` calls it.
    #[arg(long, value_name = "SCENARIO")]
    only: Vec<String>,
    /// Only look at the page of this address on this machine: what is wrong with it, and pictures.
    #[arg(long, value_name = "URL", conflicts_with = "only")]
    look: Option<String>,
    /// Say which scenarios there are.
    #[arg(long)]
    list: bool,
}

/// Builds the server, and plays the scenarios.
///
/// # Errors
/// [`Failure::NoBrowser`] where there is none; [`Failure::CommandFailed`] if something did not hold, which has been printed.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    let chromium = chromium().ok_or(Failure::NoBrowser)?;
    command::run(&mut command::cargo(root, BUILD.iter().copied()))?;
    let built = Built::debug(root)?;
    let mut test = Command::new(built.program("consonance-browser-test"));
    test.arg("--consonance").arg(built.program("consonance")).arg("--chromium").arg(chromium);
    test.arg("--output").arg(built.beside("browser-test"));
    for scenario in &plan.only {
        test.args(["--only", scenario]);
    }
    if let Some(url) = &plan.look {
        test.args(["--look", url]);
    }
    if plan.list {
        test.arg("--list");
    }
    command::run(test.current_dir(root))
}

/// The same as a step of `ci`: where there is no browser, says so and does nothing.
///
/// # Errors
/// If something did not hold.
pub(crate) fn run_where_possible(root: &Path) -> Result<(), Failure> {
    match run(root, &Plan::default()) {
        Err(failure @ Failure::NoBrowser) => {
            println!("browser-test: skipped, {failure}");
            Ok(())
        }
        outcome => outcome,
    }
}

/// The browser that the variable `CHROME` names, or else the first of the usual ones.
fn chromium() -> Option<OsString> {
    let named = env::var_os("CHROME").map(|program| vec![program]);
    let candidates = named.unwrap_or_else(|| USUAL.map(OsString::from).into());
    let is_there = |program: &OsString| command::capture(Command::new(program).arg("--version")).is_ok();
    candidates.into_iter().find(is_there)
}

const USUAL: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// As tests are built: all of the workspace is there already.
const BUILD: &[&str] = &["build", "--package", "consonance-cli", "--package", "consonance-browser-test"];
