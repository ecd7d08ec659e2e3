//! `cargo xtask benchmarks`: runs every bench of the command next to a floor that it cannot beat, and writes
//! `docs/benchmarks.md`.
//!
//! The benches and their figures are listed in `catalogue`; results are kept in `docs/benchmarks.json`, from which the
//! page's tables and pictures are drawn. The words around them are written by hand and stay.

mod bench;
mod catalogue;
mod compare;
mod former;
mod machine;
mod measure;
mod numbers;
mod overview;
mod page;
mod plot;
mod record;
mod stolen;

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::built::Built;
use crate::failure::Failure;
use crate::{cluster, command};
use bench::Bench;
use catalogue::CATALOGUE;
use former::Former;
use machine::Machine;
use measure::Programs;
use record::Record;

/// What to measure, and what to do with it.
#[derive(Args)]
pub(crate) struct Plan {
    /// Measure once and as short as possible, and write beside what is built: for trying, not for believing.
    #[arg(long)]
    quick: bool,
    /// Only this bench (may be given several times); the others' figures stay as they are.
    #[arg(long = "only", value_name = "NAME", value_parser = PossibleValuesParser::new(CATALOGUE.iter().map(|bench| bench.name)))]
    only: Vec<String>,
    /// How often each bench is run; where it matters, the tables show the median and the extremes.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=21))]
    repeats: u8,
    /// Measure nothing, and draw the page's tables and pictures from the figures that are there.
    #[arg(long, conflicts_with_all = ["quick", "only", "compare"])]
    draw: bool,
    /// Write nothing, and say what has become slower since the figures that are there.
    #[arg(long)]
    compare: bool,
    /// A `consonance` program of version 0.1, whose benches are run in turn with ours; `docs/benchmarks.json` has its
    /// figures, too.
    #[arg(long, value_name = "PROGRAM", conflicts_with = "draw")]
    former: Option<PathBuf>,
}

/// An optimised build, as users run it.
const BUILD: &[&str] = &["build", "--release", "--package", "consonance-bench", "--features", "plain-cipher"];

/// Measures, and writes or compares.
///
/// # Errors
/// If a bench fails, or files cannot be read or written.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    let docs = root.join("docs");
    if plan.draw {
        return page::write(&docs, &docs, &Record::load(&docs)?);
    }
    command::run(&mut command::cargo(root, BUILD.iter().copied()))?;
    let built = Built::release(root)?;
    let machine = Machine::of_this(root)?;
    let mut record = plan.record(&docs, machine)?;
    let old = plan.compare.then(|| Record::load(&docs)).transpose()?;
    let revision = revision(root)?;
    let programs = Programs {
        bench: built.program("consonance-bench"),
        former: plan.former.as_deref().map(Former::at).transpose()?,
        nats_server: cluster::nats_server(root).ok(),
    };
    for bench in CATALOGUE.iter().filter(|bench| plan.wants(bench)) {
        let measured = measure::measure(&programs, bench, plan.repeats(bench), plan.quick)?;
        let Some(measured) = measured else { continue };
        record.put(measured.into_record(bench, &revision), &CATALOGUE.map(|bench| bench.name));
        if let Some(old) = &old {
            compare::print(bench.name, old, &record);
        } else {
            let folder = plan.folder(&docs, &built);
            record.save(&folder)?;
            page::write(&docs, &folder, &record)?;
        }
    }
    Ok(())
}

/// Puts a table that another chore has measured on this machine into the section of this name; `how` begins the
/// sentence above it.
///
/// # Errors
/// If the page has no marks of this name, or cannot be read or written.
pub(crate) fn write_section(root: &Path, name: &str, how: &str, table: &str) -> Result<(), Failure> {
    let docs = root.join("docs");
    let machine = Machine::of_this(root)?;
    let is_usual = Record::load(&docs)?.machine == machine;
    let on = if is_usual { String::new() } else { format!(", on {}", machine.in_words()) };
    page::write_section(&docs, name, &format!("{how}, at {}{on}.\n\n{table}", revision(root)?))
}

impl Plan {
    fn wants(&self, bench: &Bench) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == bench.name)
    }

    fn repeats(&self, bench: &Bench) -> usize {
        if self.quick || bench.is_exact { 1 } else { self.repeats.into() }
    }

    /// The record that the new figures go into: the kept one if only some benches are measured, otherwise an empty
    /// one.
    fn record(&self, docs: &Path, machine: Machine) -> Result<Record, Failure> {
        if self.quick || self.compare || self.only.is_empty() {
            return Ok(Record::new(machine));
        }
        let record = Record::load(docs)?;
        if record.machine == machine {
            Ok(record)
        } else if record.benches.is_empty() {
            Ok(Record::new(machine))
        } else {
            Err(Failure::AnotherMachine)
        }
    }

    fn folder(&self, docs: &Path, built: &Built) -> PathBuf {
        if self.quick { built.beside("benchmarks") } else { docs.to_owned() }
    }
}

/// The commit of the checkout, shortened to 10 digits.
fn revision(root: &Path) -> Result<String, Failure> {
    let mut git = std::process::Command::new("git");
    git.current_dir(root).args(["rev-parse", "--short=10", "HEAD"]);
    Ok(command::capture(&mut git)?.trim().to_owned())
}
