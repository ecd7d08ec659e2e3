//! One run of a program with tests, limited by a timeout.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::compiling::Binary;
use super::memory;
use crate::failure::Failure;
use crate::signal::{self, Signal};
use crate::{command, interrupt};

/// The outcome of a run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// All tests passed.
    Passed,
    /// These tests failed; the list is empty where the whole program crashed.
    Failed(Vec<String>),
    /// It took too long and was ended.
    TimedOut,
}

/// A run of tests in a program.
pub(super) struct Run<'a> {
    /// The program.
    pub(super) binary: &'a Binary,
    /// The names of the tests.
    pub(super) tests: &'a [&'a str],
    /// A variable of its environment, and its value.
    pub(super) variable: Option<(&'a str, String)>,
    /// The time after which it is killed.
    pub(super) timeout: Duration,
    /// The file for its output.
    pub(super) output: &'a Path,
}

impl Run<'_> {
    /// Runs the tests.
    ///
    /// # Errors
    /// [`Failure::Interrupted`] if Ctrl-C was pressed, after the program has ended; or if it cannot be started.
    pub(super) fn run(&self) -> Result<Ended, Failure> {
        let file = |cause| Failure::File { path: self.output.to_owned(), cause };
        let out = File::create(self.output).map_err(file)?;
        let err = out.try_clone().map_err(file)?;
        let mut command = Command::new(&self.binary.path);
        command.arg("--exact").args(self.tests).current_dir(&self.binary.folder);
        command.envs(self.variable.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(out).stderr(err);
        signal::lead_a_group(&mut command);
        let mut child = command
            .spawn()
            .map_err(|cause| Failure::NotStarted { command: command::line(&command), cause })?;
        memory::limit(&child);
        let ended = wait(&mut child, self.timeout);
        // Processes that a test started and left behind would keep running.
        signal::send(&mut child, Signal::Kill);
        let _ = child.wait();
        let Some(is_success) = ended? else { return Ok(Ended::TimedOut) };
        let text = fs::read(self.output).map_err(file)?;
        Ok(if is_success { Ended::Passed } else { Ended::Failed(failed(&String::from_utf8_lossy(&text))) })
    }
}

/// Whether it succeeded; `None` if it did not end in time.
fn wait(child: &mut Child, timeout: Duration) -> Result<Option<bool>, Failure> {
    let deadline = Instant::now() + timeout;
    let mut pause = Duration::from_millis(1);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(Some(status.success())),
            Ok(None) if interrupt::is_interrupted() => return Err(Failure::Interrupted),
            Ok(None) if Instant::now() >= deadline => return Ok(None),
            Ok(None) => thread::sleep(pause),
            Err(cause) => return Err(Failure::NotStarted { command: "a test".to_owned(), cause }),
        }
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

const PAUSE_MAX: Duration = Duration::from_millis(20);

/// The names of failed tests in a program's output.
fn failed(output: &str) -> Vec<String> {
    let names = output.lines().filter_map(|line| {
        let (name, result) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
        result.starts_with("FAILED").then(|| name.trim_end_matches(" - should panic").to_owned())
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_which_tests_failed() {
        let output = "\nrunning 3 tests\ntest a::b ... ok\ntest a::c ... FAILED\n\
                      test d - should panic ... FAILED\n\nfailures:\n    a::c\n    d\n";
        assert_eq!(failed(output), ["a::c", "d"]);
        assert_eq!(failed("memory allocation of 1 bytes failed"), [""; 0]);
    }
}
