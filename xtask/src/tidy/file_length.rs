//! Rust files stay short enough to be read in one go.

use super::finding::Finding;
use super::ratchet::{self, Limits, Measured};
use super::repository::Repository;
use super::test_code::{self, TestFiles};

/// Files are at most 400 lines long without their tests, and tests at most 800.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let test_files = TestFiles::of(repository);
    let mut code = Vec::new();
    let mut findings = Vec::new();
    for (file, syntax) in repository.rust_files() {
        let is_test_file = test_files.contains(&file.path);
        let tests = if is_test_file { file.lines() } else { test_code::lines(syntax) };
        if tests > TEST_LINES {
            let what = format!("{tests} lines of tests, at most {TEST_LINES}");
            findings.push(Finding::new(
                &file.path,
                1,
                what,
                "split them by behaviour, into files under tests/",
            ));
        }
        if !is_test_file {
            let length = file.lines() - tests;
            code.push(Measured { key: file.path.clone(), path: file.path.clone(), line: 1, length });
        }
    }
    findings.extend(ratchet::judge(repository, &LIMITS, &code));
    findings
}

const LIMITS: Limits = Limits {
    table: "files",
    noun: "file",
    soft: 400,
    hard: 800,
    advice: "give each idea in it a file of its own, named by its noun",
};

const TEST_LINES: usize = 800;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    fn code(lines: usize) -> String {
        "// A line.\n".repeat(lines)
    }

    #[test]
    fn tests_in_a_file_do_not_count() {
        let text = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", code(400), code(500));
        assert_eq!(lines(&check(&repository(&[("a/src/a.rs", &text)]))), [""; 0]);
    }

    #[test]
    fn a_long_file_is_found() {
        assert_eq!(
            lines(&check(&repository(&[("a/src/a.rs", &code(401))]))),
            ["a/src/a.rs:1: file of 401 lines, at most 400 — \
             give each idea in it a file of its own, named by its noun"]
        );
    }

    #[test]
    fn test_files_may_be_twice_as_long_and_no_longer() {
        let files = [("a/tests/fits.rs", &*code(800)), ("a/tests/long.rs", &*code(801))];
        assert_eq!(
            lines(&check(&repository(&files))),
            ["a/tests/long.rs:1: 801 lines of tests, at most 800 — \
             split them by behaviour, into files under tests/"]
        );
    }

    #[test]
    fn the_ratchet_lets_a_long_file_be() {
        let files = [("a/src/a.rs", &*code(450)), ("xtask/ratchet.toml", "[files]\n\"a/src/a.rs\" = 450\n")];
        assert_eq!(lines(&check(&repository(&files))), [""; 0]);
    }
}
