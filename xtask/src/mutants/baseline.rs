//! The tests without any mutant: how long each takes, and which mutants it reaches.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::compiling::Binary;
use super::crew;
use super::switch_crate;
use super::test_process::{Ended, Run};
use crate::command;
use crate::failure::Failure;

/// A test.
#[derive(Debug)]
pub(super) struct Test {
    /// The number of its program.
    pub(super) binary: usize,
    /// Its name there.
    pub(super) name: String,
    /// How long it takes.
    pub(super) duration: Duration,
    /// The numbers of the mutants that it reaches.
    pub(super) reached: BTreeSet<usize>,
    /// Whether it passes; one that fails without a mutant shows nothing.
    pub(super) passes: bool,
}

/// Runs each test by itself, some at a time.
///
/// # Errors
/// [`Failure`] if a program cannot be run, or Ctrl-C was pressed.
pub(super) fn measure(binaries: &[Binary], jobs: usize, scratch: &Path) -> Result<Vec<Test>, Failure> {
    let mut names = Vec::new();
    for (number, binary) in binaries.iter().enumerate() {
        names.extend(list(binary)?.into_iter().map(|name| (number, name)));
    }
    crew::work(names.len(), jobs, |index, worker| {
        let (number, name) = &names[index];
        let file = scratch.join(format!("reached-{worker}"));
        let output = scratch.join(format!("output-{worker}"));
        let run = Run {
            binary: &binaries[*number],
            tests: &[name],
            variable: Some((switch_crate::REACHED, file.display().to_string())),
            timeout: TIMEOUT,
            output: &output,
        };
        let (mut reached, mut duration, mut ended) = (BTreeSet::new(), TIMEOUT, Ended::TimedOut);
        for _ in 0..ATTEMPTS {
            let _ = fs::remove_file(&file);
            let start = Instant::now();
            ended = run.run()?;
            duration = start.elapsed();
            // A test that reaches no mutant leaves no file.
            reached.extend(numbers(&fs::read(&file).unwrap_or_default()));
            if ended == Ended::Passed {
                break;
            }
        }
        Ok(Test { binary: *number, name: name.clone(), duration, reached, passes: ended == Ended::Passed })
    })
}

/// More than any test takes on a busy machine.
const TIMEOUT: Duration = Duration::from_mins(5);

/// On a busy machine a test may fail once.
const ATTEMPTS: usize = 2;

/// The tests of a program, without those that are ignored.
fn list(binary: &Binary) -> Result<Vec<String>, Failure> {
    let ask = |more: &[&str]| {
        let mut program = std::process::Command::new(&binary.path);
        program.current_dir(&binary.folder).args(["--list", "--format", "terse"]).args(more);
        command::capture(&mut program)
    };
    let names = |text: &str| -> BTreeSet<String> {
        text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
    };
    let ignored = names(&ask(&["--ignored"])?);
    Ok(names(&ask(&[])?).difference(&ignored).cloned().collect())
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = usize> {
    bytes.as_chunks().0.iter().map(|bytes| usize::from(u16::from_le_bytes(*bytes)))
}
