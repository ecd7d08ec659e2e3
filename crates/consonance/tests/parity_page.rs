//! `docs/parity.md` promises a test for every feature: they are there, and no feature is left without one.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::path::Path;

#[test]
fn every_row_names_tests_that_exist_or_a_command() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/parity.md")).unwrap();
    let mut sources = String::new();
    read_sources(&root.join("crates"), &mut sources);
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
    assert!(rows > 100, "{rows} rows");
    assert!(missing.is_empty(), "docs/parity.md names tests that are not there: {missing:#?}");
}

#[test]
fn every_part_of_the_originals_features_has_its_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/parity.md")).unwrap();
    let parts = page.lines().filter(|line| line.starts_with("## ")).count();
    assert_eq!(parts, 17);
    assert_eq!(page.matches("| feature | here | shown by |").count(), parts);
}

/// A test, or a property of a test with cases.
fn is_test(sources: &str, name: &str) -> bool {
    sources.contains(&format!("#[test]\nfn {name}("))
}

/// Every test file and module below a folder, without the spaces at the beginnings of lines.
fn read_sources(folder: &Path, sources: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            read_sources(&entry, sources);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&entry).unwrap();
            for line in text.lines() {
                sources.push_str(line.trim_start());
                sources.push('\n');
            }
        }
    }
}
