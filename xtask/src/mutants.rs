//! `cargo xtask mutants`: mutation testing of the crates in which a fault would do the most harm.
//!
//! A mutant is a small change of the code, such as `<=` in place of `<`. If all tests pass with it, a test is missing,
//! or the change makes no difference. A sample of all changes, which a seed decides, is written into a copy of the
//! workspace in which each asks at run time whether it is the one that is wanted, so that all of them take one build.
//! Each test runs once by itself, to find out which mutants it reaches; then each mutant runs the tests that reach it.

mod active;
mod baseline;
mod candidates;
mod compiling;
mod copy;
mod crew;
mod finding;
mod judging;
mod memory;
mod modules;
mod package;
mod report;
mod sample;
mod schema;
mod site;
mod switch_crate;
mod test_process;
#[cfg(test)]
mod tests;
mod trial;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::built::Built;
use crate::failure::Failure;
use crate::interrupt;
use candidates::Candidates;
use trial::Trial;

/// Which mutants are tried.
#[derive(Args)]
pub(crate) struct Plan {
    /// Decides which changes are tried: the same seed and the same sources have the same sample.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many changes are tried.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=COUNT_MAX))]
    count: u32,
    /// A package whose code is changed (may be given several times), in place of the usual five.
    #[arg(long = "package", value_name = "NAME")]
    packages: Vec<String>,
    /// Also run the tests of this package (may be given several times). The usual five packages are also tested by
    /// e2ee, which covers the groups of encrypted sessions.
    #[arg(long = "tested-by", value_name = "NAME")]
    testers: Vec<String>,
    /// Lists the sample and builds nothing; some of it can fail to compile.
    #[arg(long)]
    list: bool,
    /// Writes the report as JSON, too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// How many test programs run at the same time.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: u8,
}

/// The packages whose code is changed where none are named.
const PACKAGES: [&str; 5] = ["wire", "session", "server", "quic", "cluster"];

/// The package whose tests also run for the usual five.
const TESTERS: [&str; 1] = ["e2ee"];

/// Together with those that do not compile there must be no more than 65 536, the limit of the switch.
const COUNT_MAX: i64 = 40_000;

/// Tries the mutants, prints those that live and a table.
///
/// # Errors
/// [`Failure`] if something cannot be built or run, or Ctrl-C was pressed; surviving mutants are not a failure.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    let packages = package::named(root, &plan.packages())?;
    let testers = package::named(root, &plan.testers())?;
    let candidates = Candidates::find(root, &packages, plan.count as usize, plan.seed)?;
    if plan.list {
        for site in candidates.chosen(candidates.first(false)) {
            println!("{site}");
        }
        println!("{} of {} changes, seed {}", plan.count, candidates.total(), plan.seed);
        return Ok(());
    }
    interrupt::handle_signals()?;
    let folder = Built::debug(root)?.beside("mutants");
    let trial = Trial::prepare(root, &folder, (&packages, &testers), &candidates, usize::from(plan.jobs))?;
    let report = trial.run(plan.seed)?;
    if let Some(path) = &plan.json {
        fs::write(path, format!("{:#}\n", report.json()))
            .map_err(|cause| Failure::File { path: path.clone(), cause })?;
    }
    println!("\n{report}");
    Ok(())
}

impl Plan {
    fn packages(&self) -> Vec<String> {
        if self.packages.is_empty() { PACKAGES.map(str::to_owned).to_vec() } else { self.packages.clone() }
    }

    fn testers(&self) -> Vec<String> {
        let usual = if self.packages.is_empty() { &TESTERS[..] } else { &[] };
        usual.iter().map(|name| (*name).to_owned()).chain(self.testers.iter().cloned()).collect()
    }
}
