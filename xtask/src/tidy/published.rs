//! A published crate has a front page that tells a newcomer what it is for, and a manifest by which it is found.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::file_docs;
use super::finding::Finding;
use super::manifests::{child, is_inherited, line_at};
use super::repository::{Package, Repository};
use super::rust_version;

/// The `//!` of a published crate has a program in Rust and ends with the minimum Rust version; the manifest has the
/// keys that package registries show.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let published = || repository.packages.iter().filter(|package| package.is_published);
    let pages = published().flat_map(|package| front_page(repository, package));
    let manifests = published().flat_map(|package| manifest(repository, package));
    pages.chain(manifests).collect()
}

fn front_page(repository: &Repository, package: &Package) -> Vec<Finding> {
    let root = package.below("src/lib.rs");
    let Some(file) = repository.file(&root) else {
        let what = "a published crate without a library";
        return vec![Finding::new(&package.manifest(), 1, what, "write `publish = false`")];
    };
    let Some(Ok(syntax)) = &file.syntax else { return Vec::new() };
    let page = file_docs::document(syntax);
    let mut findings = Vec::new();
    if !has_program(&page) {
        let what = "the front page of a published crate has no program";
        let instead = "show in `//!` what it is for, in a block of Rust that is compiled";
        findings.push(Finding::new(&root, 1, what, instead));
    }
    if let Some(oldest) = rust_version::promised(repository) {
        let line = format!("Needs Rust {oldest} or later.");
        let last = page.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().trim();
        if last != line {
            let what = format!("the front page of a published crate ends with `{last}`");
            let instead = format!("let its last line be `//! {line}`");
            findings.push(Finding::new(&root, page.lines().count().max(1), what, instead));
        }
    }
    findings
}

/// Whether a text in Markdown has a block of code that rustdoc compiles.
fn has_program(page: &str) -> bool {
    let fences = page.lines().filter_map(|line| line.trim().strip_prefix("```"));
    // Every other fence ends a block.
    fences.step_by(2).any(|words| {
        let mut words = words.split([',', ' ']).filter(|word| !word.is_empty());
        words.all(|word| COMPILED.contains(&word))
    })
}

/// Words that may follow the fence of a block that rustdoc compiles.
const COMPILED: &[&str] = &["rust", "no_run", "should_panic"];

fn manifest(repository: &Repository, package: &Package) -> Vec<Finding> {
    let path = package.manifest();
    let text = repository.text(&path).unwrap_or_default();
    // Other rules report a manifest that is not TOML.
    let Ok(manifest) = DeTable::parse(text) else { return Vec::new() };
    let table = manifest.get_ref().get("package");
    let is_said = |key: &str| table.and_then(|table| child(table, key)).is_some_and(says_something);
    let line = table.map_or(1, |table| line_at(text, table.span().start));
    let finding = |key: &&str| {
        let what = format!("a published crate without `{key}`");
        Finding::new(&path, line, what, format!("say `{key}` in `[package]`: package registries show it"))
    };
    SHOWN.iter().filter(|key| !is_said(key)).map(finding).collect()
}

/// The keys of a manifest that package registries show.
const SHOWN: &[&str] = &["description", "keywords", "categories", "documentation", "readme"];

fn says_something(value: &Spanned<DeValue<'_>>) -> bool {
    let has_text = value.get_ref().as_str().is_some_and(|text| !text.trim().is_empty());
    let has_items = value.get_ref().as_array().is_some_and(|items| !items.is_empty());
    has_text || has_items || is_inherited(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, package, repository};

    const PAGE: &str =
        "//! Bytes.\n//!\n//! ```\n//! let a = 1;\n//! ```\n//!\n//! Needs Rust 1.95 or later.\n";
    const MANIFEST: &str = "[package]\nname = \"wire\"\ndescription = \"Bytes\"\nkeywords = [\"voip\"]\n\
                            categories = [\"encoding\"]\ndocumentation = \"https://docs.rs/wire\"\n\
                            readme.workspace = true\n";

    fn found_in(is_published: bool, page: &str, manifest: &str) -> Vec<String> {
        let mut repository = repository(&[
            ("Cargo.toml", "[workspace.package]\nrust-version = \"1.95\"\n"),
            ("crates/wire/Cargo.toml", manifest),
            ("crates/wire/src/lib.rs", page),
        ]);
        repository.packages = vec![Package { is_published, ..package("wire", "crates/wire", &[]) }];
        lines(&check(&repository))
    }

    #[test]
    fn a_front_page_with_a_program_and_the_oldest_rust_is_one() {
        assert_eq!(found_in(true, PAGE, MANIFEST), [""; 0]);
        for words in ["rust", "no_run", "rust,no_run"] {
            let picture = "//! ```text\n//! a ──▶ b\n//! ```\n";
            let page = format!("{picture}{}", PAGE.replacen("```", &format!("```{words}"), 1));
            assert_eq!(found_in(true, &page, MANIFEST), [""; 0], "{words}");
        }
    }

    #[test]
    fn a_page_without_a_program_that_is_compiled_is_found() {
        let expected = ["crates/wire/src/lib.rs:1: the front page of a published crate has no program — \
                         show in `//!` what it is for, in a block of Rust that is compiled"];
        assert_eq!(found_in(true, "//! Bytes.\n//!\n//! Needs Rust 1.95 or later.\n", MANIFEST), expected);
        for words in ["text", "ignore", "rust,ignore", "compile_fail", "json"] {
            let page = PAGE.replacen("```", &format!("```{words}"), 1);
            assert_eq!(found_in(true, &page, MANIFEST), expected, "{words}");
        }
    }

    #[test]
    fn a_page_that_does_not_end_with_the_oldest_rust_is_found() {
        assert_eq!(
            found_in(true, &PAGE.replace("1.95", "1.90"), MANIFEST),
            ["crates/wire/src/lib.rs:7: the front page of a published crate ends with \
              `Needs Rust 1.90 or later.` — let its last line be `//! Needs Rust 1.95 or later.`"]
        );
        assert_eq!(found_in(true, &format!("{PAGE}//!\n//! More.\n"), MANIFEST).len(), 1);
    }

    #[test]
    fn what_package_registries_show_is_in_the_manifest() {
        for key in SHOWN {
            let without: String = MANIFEST
                .lines()
                .filter(|line| !line.starts_with(key))
                .flat_map(|line| [line, "\n"])
                .collect();
            let expected = format!(
                "crates/wire/Cargo.toml:1: a published crate without `{key}` — \
                 say `{key}` in `[package]`: package registries show it"
            );
            assert_eq!(found_in(true, PAGE, &without), [expected]);
        }
        let empty = MANIFEST.replace("[\"voip\"]", "[]").replace("\"Bytes\"", "\" \"");
        assert_eq!(found_in(true, PAGE, &empty).len(), 2);
    }

    #[test]
    fn a_crate_without_a_library_is_not_for_others() {
        let mut repository = repository(&[("crates/cli/Cargo.toml", MANIFEST)]);
        repository.packages = vec![Package { is_published: true, ..package("cli", "crates/cli", &[]) }];
        assert_eq!(
            lines(&check(&repository)),
            ["crates/cli/Cargo.toml:1: a published crate without a library — write `publish = false`"]
        );
    }

    #[test]
    fn what_is_not_published_may_be_without_all_of_it() {
        assert_eq!(found_in(false, "//! Bytes.\n", "[package]\nname = \"wire\"\n"), [""; 0]);
    }
}
