//! `cargo xtask mouth-to-ear`: how much later a loudspeaker plays what a microphone hears, with the devices of a sound
//! card: native players, pages, and Mumble's own client.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::benchmarks;
use crate::browser_test;
use crate::built::Built;
use crate::command;
use crate::failure::Failure;

/// What to measure, and where to write it.
#[derive(Args)]
pub(crate) struct Plan {
    /// How often each row is measured.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=21))]
    rounds: u8,
    /// Only rows whose name contains these words (may be given several times).
    #[arg(long, value_name = "WORDS", conflicts_with = "write")]
    only: Vec<String>,
    /// Put the table into `docs/benchmarks.md`.
    #[arg(long)]
    write: bool,
    /// Where the table, recordings and logs are left [default: `mouth-to-ear` beside what Cargo builds].
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

/// Builds the programs, measures, and prints the table.
///
/// # Errors
/// [`Failure::CommandFailed`] if a program did not do what it is for, which has been printed.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    let built = Built::for_trial(root, "consonance-mouth-to-ear", &[])?;
    let output = plan.output.clone().unwrap_or_else(|| built.beside("mouth-to-ear"));
    let mut measure = Command::new(built.program("consonance-mouth-to-ear"));
    measure.arg("--consonance").arg(built.program("consonance")).arg("--output").arg(&output);
    measure.arg("--rounds").arg(plan.rounds.to_string());
    measure.args(plan.only.iter().flat_map(|words| ["--only", words]));
    if let Ok(program) = browser_test::chromium() {
        measure.arg("--browser").arg(program);
    }
    command::run(measure.current_dir(root))?;
    if plan.write {
        let file = output.join("table.md");
        let table = fs::read_to_string(&file).map_err(|cause| Failure::File { path: file, cause })?;
        let how = format!("`cargo xtask mouth-to-ear`, {} rounds", plan.rounds);
        benchmarks::write_section(root, "with-devices", &how, &table)?;
    }
    Ok(())
}
