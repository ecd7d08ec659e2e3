//! Every Rust file opens by saying what it is.

use syn::{Expr, ExprLit, Lit, Meta};

use super::finding::Finding;
use super::repository::Repository;

/// Every Rust file parses and has a `//!` document.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &repository.files {
        match &file.syntax {
            Some(Ok(syntax)) if document(syntax).trim().is_empty() => {
                let instead = "open it with a `//!` sentence about the idea it holds";
                findings.push(Finding::new(&file.path, 1, "file without a document", instead));
            }
            Some(Err(error)) => {
                let what = format!("does not parse as Rust ({error})");
                let line = error.span().start().line.max(1);
                findings.push(Finding::new(
                    &file.path,
                    line,
                    what,
                    "mend it, so that the rules can see into it",
                ));
            }
            _ => {}
        }
    }
    findings
}

/// The text of the `//!` lines at the top of a file.
pub(crate) fn document(syntax: &syn::File) -> String {
    let lines = syntax.attrs.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    fn found(text: &str) -> Vec<String> {
        lines(&check(&repository(&[("a.rs", text)])))
    }

    #[test]
    fn a_file_opens_with_its_document() {
        assert_eq!(found("//! The sequence counter of a speaker.\nfn a() {}\n"), [""; 0]);
    }

    #[test]
    fn a_file_without_one_is_found() {
        let expected =
            ["a.rs:1: file without a document — open it with a `//!` sentence about the idea it holds"];
        assert_eq!(found("// Not a document.\nfn a() {}\n"), expected);
        assert_eq!(found("//!\nfn a() {}\n"), expected);
        assert_eq!(found("/// Of the function only.\nfn a() {}\n"), expected);
    }

    #[test]
    fn a_file_that_does_not_parse_is_found() {
        let found = found("//! Text.\nfn a( {}\n");
        assert!(found[0].starts_with("a.rs:2: does not parse as Rust ("), "{found:?}");
    }
}
