//! The pages that promise tests, `docs/security.md` and `docs/parity.md`: the tests are there, and no feature of the
//! original is left without one.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::path::{Path, PathBuf};

#[test]
fn every_test_that_the_security_page_names_exists() {
    let (page, sources) = (page("security.md"), sources());
    let quoted = page.split('`').skip(1).step_by(2);
    let tests: Vec<_> = quoted.filter(|name| is_test_name(name)).collect();
    assert!(tests.len() > 200, "{} tests are named", tests.len());
    let missing: Vec<_> = tests.iter().filter(|name| !is_test(&sources, name)).collect();
    assert!(missing.is_empty(), "docs/security.md names tests that are not there: {missing:?}");
}

#[test]
fn every_row_of_the_parity_page_names_tests_that_exist_or_a_command() {
    let (page, sources) = (page("parity.md"), sources());
    let (mut rows, mut missing) = (0, Vec::new());
    for row in page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| feature")) {
        let cells: Vec<_> = row.split(" | ").collect();
        let [_, here, shown_by] = cells[..] else { panic!("three cells: {row}") };
        assert!(!here.trim().is_empty(), "{row}");
        let named: Vec<_> = shown_by.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "nothing shows it: {row}");
        let tests = named.iter().filter(|name| !name.starts_with("cargo "));
        missing.extend(tests.filter(|name| !is_test(&sources, name)).map(|name| (*name).to_owned()));
        rows += 1;
    }
    assert!(rows > 60, "{rows} rows");
    assert!(missing.is_empty(), "docs/parity.md names tests that are not there: {missing:#?}");
}

#[test]
fn every_part_of_the_originals_features_has_its_table() {
    let page = page("parity.md");
    let parts = page.lines().filter(|line| line.starts_with("## ")).count();
    assert_eq!(parts, 9);
    assert_eq!(page.matches("| feature | here | shown by |").count(), parts);
}

/// Whether this is a test, or a property of a test with cases; in the programs in C#, a test added to their suite.
fn is_test(sources: &str, name: &str) -> bool {
    sources.contains(&format!("#[test]\nfn {name}(")) || sources.contains(&format!("suite.Add(\"{name}\""))
}

/// Words joined by underscores, as opposed to paths and types.
fn is_test_name(quoted: &str) -> bool {
    quoted.contains('_') && quoted.chars().all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn page(name: &str) -> String {
    std::fs::read_to_string(root().join("docs").join(name)).unwrap()
}

/// Every source file of every crate and of the tests in C#, one after the other.
fn sources() -> String {
    let mut sources = String::new();
    for folder in ["crates", "dotnet", "unity/tests", "xtask/src"] {
        read_sources(&root().join(folder), &mut sources);
    }
    sources
}

/// Every test file and module below a folder, without the spaces at the beginnings of lines.
fn read_sources(folder: &Path, sources: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            read_sources(&entry, sources);
        } else if entry.extension().is_some_and(|extension| extension == "rs" || extension == "cs") {
            let text = std::fs::read_to_string(&entry).unwrap();
            for line in text.lines() {
                sources.push_str(line.trim_start());
                sources.push('\n');
            }
        }
    }
}
