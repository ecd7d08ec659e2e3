//! `CHANGELOG.md` has a row for each name that the programs know as renamed.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::fs;
use std::path::Path;

#[test]
fn every_renamed_key_of_the_configuration_has_a_row() {
    let (rows, mut missing) = (rows(), Vec::new());
    for (old, new) in pairs("crates/server-config/src/former_keys.rs") {
        // The rows of its keys cover a renamed table.
        let Some((table, key)) = old.split_once('.') else { continue };
        let row = match table {
            "access" => format!("| `{old}` | `access.{new}` |"),
            "listen" => format!("| `{key}` of a `[[listen]]` | `{new}` |"),
            _ => format!("| `{old}` | `{new}` |"),
        };
        missing.extend(Some(row).filter(|row| !rows.contains(row)));
    }
    assert!(missing.is_empty(), "CHANGELOG.md lacks {missing:#?}");
}

#[test]
fn every_renamed_flag_has_a_row() {
    let rows = rows();
    for (old, new) in pairs("crates/cli/src/renamed_flags.rs") {
        // The name of one flag depends on the command.
        let new = new.split('\'').next().unwrap();
        let is_there = rows.iter().any(|row| {
            let (before, after) = row.split_once(" | ").unwrap_or_default();
            before.split(['`', ' ']).any(|word| word == old)
                && after.split(['`', ' ']).any(|word| word == new)
        });
        assert!(is_there, "CHANGELOG.md lacks a row from {old} to {new}");
    }
}

/// Two texts in brackets, on a line of their own.
fn pairs(file: &str) -> Vec<(String, String)> {
    let source = fs::read_to_string(root().join(file)).unwrap();
    let pairs: Vec<_> = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("(\"")?.strip_suffix("\"),")?.split_once("\", \""))
        .map(|(old, new)| (old.to_owned(), new.to_owned()))
        .collect();
    assert!(pairs.len() > 10, "{file} has {} names", pairs.len());
    pairs
}

fn rows() -> Vec<String> {
    let page = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    page.lines().filter(|line| line.starts_with("| ")).map(str::to_owned).collect()
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
