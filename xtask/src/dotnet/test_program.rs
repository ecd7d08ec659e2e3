//! A program that prints a line for each of its tests, `ok` and its name or `FAILED` and more, and ends with 0 if all
//! passed.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use crate::child::Child;
use crate::command;
use crate::failure::Failure;
use crate::patience;

/// The result of a run.
#[derive(Debug)]
pub(super) struct TestRun {
    /// How many tests passed, or what is wrong.
    pub(super) outcome: Result<usize, String>,
    took: Duration,
}

impl TestRun {
    /// Runs a program for this long at most; its output also goes to `log`.
    ///
    /// # Errors
    /// [`Failure`] if it cannot be started.
    pub(super) fn of(program: Command, log: &Path, limit: Duration) -> Result<Self, Failure> {
        // Otherwise the log of an earlier run would be continued.
        let _ = fs::remove_file(log);
        let line = command::line(&program);
        let start = Instant::now();
        let child = Child::start(program, &line, log);
        let mut child = child.map_err(|cause| Failure::NotStarted { command: line, cause })?;
        let ended = patience::until(limit, || child.ended());
        let took = start.elapsed();
        let outcome = ended
            .map_err(|why| format!("did not end: {why}{}", reached(&child.printed())))
            .and_then(|ended| judge(&child.printed(), ended));
        let outcome =
            outcome.map_err(|why| format!("{why}\n{}\n{}", excerpt(&child.printed()), log.display()));
        Ok(Self { outcome, took })
    }
}

impl fmt::Display for TestRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.took.as_secs_f64();
        match &self.outcome {
            Ok(passed) => write!(f, "{passed} passed in {seconds:.1} s"),
            Err(why) => write!(f, "FAILED after {seconds:.1} s: {why}"),
        }
    }
}

/// How many tests passed; a program that ran none has tested nothing.
fn judge(printed: &str, ended: ExitStatus) -> Result<usize, String> {
    let count = |mark: &str| printed.lines().filter(|line| line.starts_with(mark)).count();
    match (count(PASSED), count(FAILED)) {
        (_, failed) if failed > 0 => Err(format!("{failed} tests failed")),
        _ if !ended.success() => Err(format!("ended with {ended}")),
        (0, _) => Err("ran no test".to_owned()),
        (passed, _) => Ok(passed),
    }
}

/// The progress of a program that did not end: the test that hangs is the one after the last that passed.
fn reached(printed: &str) -> String {
    let passed: Vec<&str> = printed.lines().filter_map(|line| line.strip_prefix(PASSED)).collect();
    let last = passed.last().copied().unwrap_or("none");
    format!("; {} tests had passed, the last of them: {last}", passed.len())
}

const PASSED: &str = "ok ";
const FAILED: &str = "FAILED";

/// The output without the lines of passed tests, cut: a runtime that crashes prints hundreds of lines.
fn excerpt(printed: &str) -> String {
    let lines: Vec<&str> = printed.lines().filter(|line| !line.starts_with(PASSED)).take(LINES_MAX).collect();
    lines.join("\n")
}

const LINES_MAX: usize = 60;

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::env;

    use super::*;

    fn run(script: &str, limit: Duration) -> Result<usize, String> {
        let log =
            env::temp_dir().join(format!("consonance-test-run-{}-{}", std::process::id(), script.len()));
        let mut shell = Command::new("sh");
        shell.args(["-c", script]);
        let run = TestRun::of(shell, &log, limit).unwrap();
        fs::remove_file(log).unwrap();
        run.outcome
    }

    const LONG: Duration = Duration::from_mins(1);

    #[test]
    fn tests_that_passed_are_counted() {
        assert_eq!(run("echo 'ok one'; echo 'a note'; echo 'ok two'", LONG), Ok(2));
    }

    #[test]
    fn a_failed_test_an_exit_code_and_no_test_at_all_are_failures() {
        let why = |script| run(script, LONG).unwrap_err().lines().take(2).collect::<Vec<_>>().join("|");
        assert_eq!(why("echo 'ok one'; echo 'FAILED two: 3'"), "1 tests failed|FAILED two: 3");
        assert_eq!(why("echo 'ok one'; echo gone >&2; exit 3"), "ended with exit status: 3|gone");
        assert_eq!(why("true"), "ran no test|");
    }

    #[test]
    fn a_program_that_does_not_end_is_ended() {
        let why = run("echo 'ok one'; sleep 60", Duration::ZERO).unwrap_err();
        assert!(why.starts_with("did not end: not within 0 s; "), "{why}");
    }

    #[test]
    fn of_a_program_that_does_not_end_the_last_passed_test_is_said() {
        let printed = "ok one: 3 ms\na note\nok two\nFAILED three\n";
        assert_eq!(reached(printed), "; 2 tests had passed, the last of them: two");
        assert_eq!(reached(""), "; 0 tests had passed, the last of them: none");
    }
}
