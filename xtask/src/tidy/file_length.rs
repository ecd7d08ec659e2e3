//! Files of Rust, TypeScript and JavaScript stay short enough to be read in one go.

use super::finding::Finding;
use super::ratchet::{self, Limits, Measured};
use super::repository::{Repository, TrackedFile};
use super::test_code::{self, TestFiles};

/// Files are at most 500 lines long without their tests, and tests at most 800.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let test_files = TestFiles::of(repository);
    let mut code = Vec::new();
    let mut findings = Vec::new();
    for (file, syntax) in repository.rust_files() {
        let is_test_file = test_files.contains(&file.path);
        let tests = if is_test_file { file.lines() } else { test_code::lines(syntax) };
        if tests > TEST_LINES {
            findings.push(long_tests(file, tests));
        }
        if !is_test_file {
            code.push(measured(file, file.lines() - tests));
        }
    }
    for (file, _) in repository.texts(&[".ts", ".mjs", ".js"]) {
        if BUILT.iter().any(|built| file.path.starts_with(built)) {
            continue;
        }
        let tests = file.path.ends_with(".test.ts");
        if !tests {
            code.push(measured(file, file.lines()));
        } else if file.lines() > TEST_LINES {
            findings.push(long_tests(file, file.lines()));
        }
    }
    findings.extend(ratchet::judge(repository, &LIMITS, &code));
    findings
}

const LIMITS: Limits = Limits {
    table: "files",
    noun: "file",
    unit: "lines",
    soft: 500,
    hard: 800,
    advice: "give each idea in it a file of its own, named by its noun",
};

const TEST_LINES: usize = 800;

/// Built from the sources beside it.
const BUILT: [&str; 2] = ["web/dist/", "web/types/"];

fn measured(file: &TrackedFile, length: usize) -> Measured {
    Measured { key: file.path.clone(), path: file.path.clone(), line: 1, length }
}

fn long_tests(file: &TrackedFile, lines: usize) -> Finding {
    let what = format!("{lines} lines of tests, at most {TEST_LINES}");
    Finding::new(&file.path, 1, what, "split them by behaviour, into files under tests/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    fn code(lines: usize) -> String {
        "// A line.\n".repeat(lines)
    }

    #[test]
    fn tests_in_a_file_do_not_count() {
        let text = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", code(500), code(500));
        assert_eq!(lines(&check(&repository(&[("a/src/a.rs", &text)]))), [""; 0]);
    }

    #[test]
    fn a_long_file_is_found() {
        assert_eq!(
            lines(&check(&repository(&[("a/src/a.rs", &code(501))]))),
            ["a/src/a.rs:1: file of 501 lines, at most 500 — \
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
    fn files_of_typescript_and_javascript_are_held_to_the_same() {
        let (fits, long, longer) = (code(500), code(501), code(801));
        let files = [
            ("web/src/a.ts", &*fits),
            ("web/src/b.ts", &*long),
            ("web/dev/b.mjs", &*long),
            ("web/dist/b.js", &*long),
            ("web/tests/c.test.ts", &*long),
            ("web/tests/d.test.ts", &*longer),
        ];
        let found = lines(&check(&repository(&files)));
        assert_eq!(found.len(), 3, "{found:?}");
        for path in ["web/src/b.ts", "web/dev/b.mjs"] {
            let expected = format!("{path}:1: file of 501 lines");
            assert!(found.iter().any(|line| line.starts_with(&expected)), "{found:?}");
        }
        assert!(
            found.iter().any(|line| line.starts_with("web/tests/d.test.ts:1: 801 lines of tests")),
            "{found:?}"
        );
    }

    #[test]
    fn the_ratchet_lets_a_long_file_be() {
        let files = [("a/src/a.rs", &*code(550)), ("xtask/ratchet.toml", "[files]\n\"a/src/a.rs\" = 550\n")];
        assert_eq!(lines(&check(&repository(&files))), [""; 0]);
    }
}
