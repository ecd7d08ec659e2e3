//! Every crate is held to the lints of the workspace, which forbid `unsafe`.

use toml::de::DeTable;

use super::finding::Finding;
use super::manifests::{child, is_inherited, line_at};
use super::repository::Repository;

/// Every crate inherits the lints, but for those in the table, which deny `unsafe` where the others forbid it.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    check_against(OWN_LINTS, repository)
}

/// Crates that need `unsafe`, and what for. Each use of it then stands under an `#[expect(unsafe_code, reason = …)]`.
const OWN_LINTS: &[(&str, &str)] = &[
    ("consonance-ffi", "C passes pointers"),
    ("consonance-browser", "a function that a page can call has it in its attribute"),
    ("consonance-native", "it calls libraries in C, and Windows"),
];

/// The path of the table, for findings about it.
const TABLE: &str = "xtask/src/tidy/lints.rs";

fn check_against(table: &[(&str, &str)], repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &repository.packages {
        let path = package.manifest();
        let Some(text) = repository.text(&path) else { continue };
        let Ok(manifest) = DeTable::parse(text) else { continue };
        let lints = manifest.get_ref().get("lints");
        let line = lints.map_or(1, |lints| line_at(text, lints.span().start));
        let excused = table.iter().any(|(name, _)| *name == package.name);
        let unsafe_code =
            lints.and_then(|lints| child(lints, "rust")).and_then(|rust| child(rust, "unsafe_code"));
        if !excused && !lints.is_some_and(is_inherited) {
            let what = format!("`{}` has lints of its own", package.name);
            let instead = format!("write `[lints] workspace = true`, or add it to {TABLE} with the reason");
            findings.push(Finding::new(&path, line, what, instead));
        }
        if excused && unsafe_code.and_then(|level| level.get_ref().as_str()) != Some("deny") {
            let what = format!("`{}` is in the table of {TABLE} but does not deny `unsafe`", package.name);
            let instead = "write `unsafe_code = \"deny\"` under `[lints.rust]`, or remove it from the table";
            findings.push(Finding::new(&path, line, what, instead));
        }
    }
    let known = |name| repository.packages.iter().any(|package| package.name == name);
    findings.extend(table.iter().filter(|(name, _)| !known(*name)).map(|(name, _)| {
        let what = format!("lints of `{name}`, which is not a crate of the workspace");
        Finding::new(TABLE, 1, what, "remove its row")
    }));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, package, repository};

    fn found(table: &[(&str, &str)], manifest: &str) -> Vec<String> {
        let mut repository = repository(&[("ffi/Cargo.toml", manifest)]);
        repository.packages.push(package("ffi", "ffi", &[]));
        lines(&check_against(table, &repository))
    }

    #[test]
    fn lints_are_inherited() {
        assert_eq!(found(&[], "[lints]\nworkspace = true\n"), [""; 0]);
        let expected = |line| {
            [format!(
                "ffi/Cargo.toml:{line}: `ffi` has lints of its own — \
                 write `[lints] workspace = true`, or add it to xtask/src/tidy/lints.rs with the reason"
            )]
        };
        assert_eq!(found(&[], "[package]\n"), expected(1));
        assert_eq!(found(&[], "[package]\n[lints.rust]\nunsafe_code = \"allow\"\n"), expected(2));
    }

    #[test]
    fn a_crate_with_a_reason_denies_what_the_others_forbid() {
        let table = [("ffi", "the C interface takes pointers")];
        assert_eq!(found(&table, "[lints.rust]\nunsafe_code = \"deny\"\n"), [""; 0]);
        assert_eq!(
            found(&table, "[lints.rust]\nunsafe_code = \"allow\"\n"),
            [
                "ffi/Cargo.toml:1: `ffi` is in the table of xtask/src/tidy/lints.rs but does not deny `unsafe` — \
             write `unsafe_code = \"deny\"` under `[lints.rust]`, or remove it from the table"
            ]
        );
        assert_eq!(found(&table, "[lints]\nworkspace = true\n").len(), 1);
    }

    #[test]
    fn a_reason_without_a_crate_is_removed() {
        let found = found(&[("gone", "it was there")], "[lints]\nworkspace = true\n");
        assert_eq!(
            found,
            [
                "xtask/src/tidy/lints.rs:1: lints of `gone`, which is not a crate of the workspace — remove its row"
            ]
        );
    }
}
