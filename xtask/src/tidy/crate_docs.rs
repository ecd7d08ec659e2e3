//! Every crate opens with a document that could stand as its README.

use super::file_docs;
use super::finding::Finding;
use super::repository::Repository;

/// The `lib.rs` and `main.rs` of every crate say what it is, its users and where to start.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let roots = repository
        .packages
        .iter()
        .flat_map(|package| ["src/lib.rs", "src/main.rs"].map(|root| package.below(root)))
        .filter_map(|path| repository.file(&path));
    roots
        .filter_map(|file| {
            let document = file_docs::document(file.syntax.as_ref()?.as_ref().ok()?);
            let lines = document.lines().filter(|line| !line.trim().is_empty()).count();
            let letters = document.split_whitespace().map(|word| word.chars().count()).sum::<usize>();
            if lines >= LINES || letters >= LETTERS {
                return None;
            }
            let what = format!("crate document of only {letters} letters");
            let instead = format!(
                "say in `//!` what the crate is, what uses it and where to start reading: \
                 {LINES} lines or {LETTERS} letters at least"
            );
            Some(Finding::new(&file.path, 1, what, instead))
        })
        .collect()
}

/// The minimum number of lines, without empty ones.
const LINES: usize = 8;

/// The minimum number of letters, without white space.
const LETTERS: usize = 400;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, package, repository};

    fn found(path: &str, text: &str) -> Vec<String> {
        let mut repository = repository(&[(path, text)]);
        repository.packages.push(package("wire", "crates/wire", &[]));
        lines(&check(&repository))
    }

    #[test]
    fn eight_lines_or_many_letters_are_a_document() {
        assert_eq!(found("crates/wire/src/lib.rs", &"//! A line.\n".repeat(8)), [""; 0]);
        assert_eq!(found("crates/wire/src/lib.rs", &format!("//! {}\n", "word ".repeat(100))), [""; 0]);
    }

    #[test]
    fn a_placeholder_is_none() {
        assert_eq!(
            found("crates/wire/src/main.rs", "//! Placeholder.\n//!\nfn main() {}\n"),
            ["crates/wire/src/main.rs:1: crate document of only 12 letters — \
             say in `//!` what the crate is, what uses it and where to start reading: 8 lines or 400 letters at least"]
        );
    }

    #[test]
    fn other_files_may_be_brief() {
        assert_eq!(found("crates/wire/src/header.rs", "//! The header.\n"), [""; 0]);
    }
}
