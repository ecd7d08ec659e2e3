//! Whether the tests notice a mutant.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::baseline::Test;
use super::compiling::Binary;
use super::site::Site;
use super::switch_crate;
use super::test_process::{Ended, Run};
use crate::failure::Failure;

/// The verdict on a mutant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub(super) enum Verdict {
    /// A test failed.
    Killed {
        /// The name of the test, or of the program if that crashed.
        by: String,
    },
    /// A test did not end in time.
    TimedOut {
        /// The program with the tests.
        by: String,
    },
    /// All tests that reach it passed.
    Survived {
        /// How many these are.
        tests: usize,
    },
    /// No test reaches it.
    NotReached,
}

impl Verdict {
    /// The verdict and its reason, for a line that shows progress.
    pub(super) fn in_short(&self) -> String {
        match self {
            Self::Killed { by } => format!("killed by {by}"),
            Self::TimedOut { by } => format!("timed out in {by}"),
            Self::Survived { tests } => format!("SURVIVED {tests} tests"),
            Self::NotReached => "NOT REACHED".to_owned(),
        }
    }
}

/// The programs, tests and folders with which all mutants are judged.
pub(super) struct Judge<'a> {
    /// The programs with tests.
    pub(super) binaries: &'a [Binary],
    /// Their tests.
    pub(super) tests: &'a [Test],
    /// The root of the copied workspace.
    pub(super) workspace: &'a Path,
    /// The folder for the output of tests.
    pub(super) scratch: &'a Path,
}

/// Tests that run in one process, the fastest first.
struct Batch<'a> {
    binary: &'a Binary,
    names: Vec<&'a str>,
    duration: Duration,
}

impl Judge<'_> {
    /// Runs the tests that reach the mutant until one fails: those of its own package first, and fast ones first.
    ///
    /// A test counts if it fails twice with the mutant and passes without it, so that a busy machine kills none.
    ///
    /// # Errors
    /// [`Failure`] if a program cannot be run, or Ctrl-C was pressed.
    pub(super) fn judge(&self, number: usize, site: &Site, worker: usize) -> Result<Verdict, Failure> {
        let batches = self.batches(number, site);
        for batch in &batches {
            match self.run(batch.binary, &batch.names, Some(number), batch.duration, worker)? {
                Ended::Passed => {}
                Ended::TimedOut => return Ok(Verdict::TimedOut { by: batch.binary.target.clone() }),
                Ended::Failed(names) if names.is_empty() => {
                    return Ok(Verdict::Killed { by: batch.binary.target.clone() });
                }
                Ended::Failed(names) => {
                    if let Some(killer) = self.confirm(batch, names, number, worker)? {
                        return Ok(Verdict::Killed { by: format!("{}: {killer}", batch.binary.target) });
                    }
                }
            }
        }
        let tests = batches.iter().map(|batch| batch.names.len()).sum();
        Ok(if tests == 0 { Verdict::NotReached } else { Verdict::Survived { tests } })
    }

    fn batches(&self, number: usize, site: &Site) -> Vec<Batch<'_>> {
        let mut tests: Vec<_> =
            self.tests.iter().filter(|test| test.passes && test.reached.contains(&number)).collect();
        tests.sort_by_key(|test| (test.binary, test.duration));
        let mut batches: Vec<Batch> = Vec::new();
        for test in tests {
            let binary = &self.binaries[test.binary];
            match batches.last_mut() {
                Some(batch) if batch.binary == binary && batch.duration + test.duration <= BATCH => {
                    batch.names.push(&test.name);
                    batch.duration += test.duration;
                }
                _ => {
                    batches.push(Batch { binary, names: vec![&test.name], duration: test.duration });
                }
            }
        }
        let own = self.workspace.join(&site.package.folder);
        batches.sort_by_key(|batch| (batch.binary.folder != own, batch.duration));
        batches
    }

    /// The first of these tests that fails with the mutant, but not without it.
    fn confirm(
        &self,
        batch: &Batch,
        names: Vec<String>,
        number: usize,
        worker: usize,
    ) -> Result<Option<String>, Failure> {
        for name in names {
            let alone = |mutant| self.run(batch.binary, &[&name], mutant, batch.duration, worker);
            if alone(Some(number))? != Ended::Passed && alone(None)? == Ended::Passed {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    fn run(
        &self,
        binary: &Binary,
        tests: &[&str],
        mutant: Option<usize>,
        usual: Duration,
        worker: usize,
    ) -> Result<Ended, Failure> {
        let run = Run {
            binary,
            tests,
            variable: mutant.map(|number| (switch_crate::SELECTED, number.to_string())),
            timeout: TIMEOUT + usual * 8,
            output: &self.scratch.join(format!("output-{worker}")),
        };
        run.run()
    }
}

/// How long the tests of one process take together; a longer one has a process of its own.
const BATCH: Duration = Duration::from_secs(2);

/// The constant part of a test's timeout, in addition to a multiple of its usual duration.
const TIMEOUT: Duration = Duration::from_secs(20);
