//! The rules that the compiler does not check, each in a file of its own.
//!
//! A rule looks at the whole [`Repository`], held in memory, and returns what it found; it reads and prints nothing.
//! So every rule has tests on made-up repositories, and all of them together are one test over the real one.

mod anchors;
mod architecture;
mod comment_width;
mod containerfile;
mod crate_docs;
mod cycles;
mod declarations;
mod errors;
mod exhaustive;
mod features;
mod file_docs;
mod file_length;
mod file_names;
pub(crate) mod finding;
#[cfg(test)]
pub(crate) mod fixture;
mod forbidden_calls;
mod function_length;
mod item_order;
mod large_files;
pub(crate) mod links;
mod lints;
mod manifests;
mod paths_in_code;
mod pictures;
mod published;
mod ratchet;
mod release_version;
pub(crate) mod repository;
mod rust_version;
mod surfaces;
pub(crate) mod test_code;
mod third_party;
mod todo;
pub(crate) mod tracked_files;
mod type_names;
mod unity;
mod unused_dependencies;
mod use_order;
mod walls;
mod words_of_pages;

use std::path::Path;

use crate::failure::Failure;
use finding::Finding;
use repository::Repository;

/// Checks every rule and prints the findings, one line each, then their number.
///
/// # Errors
/// [`Failure::Untidy`] where a rule found something; otherwise the reason why the repository could not be read.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let repository = Repository::load(root)?;
    let findings = findings(&repository);
    let (files, rules) = (repository.files.len(), RULES.len());
    report(&findings, &format!("{rules} rules over {files} files"))
}

/// Checks the package for Unity alone.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_unity(root: &Path) -> Result<(), Failure> {
    report(&unity::check(&Repository::load(root)?), "the rules of the package for Unity")
}

fn report(findings: &[Finding], of: &str) -> Result<(), Failure> {
    for finding in findings {
        println!("{finding}");
    }
    println!("tidy: {of} found {} to put right", findings.len());
    if findings.is_empty() { Ok(()) } else { Err(Failure::Untidy(findings.len())) }
}

/// The findings of all rules, sorted by path and line.
fn findings(repository: &Repository) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(repository)).collect();
    findings.sort();
    findings.dedup();
    findings
}

type Rule = fn(&Repository) -> Vec<Finding>;

const RULES: &[Rule] = &[
    anchors::check,
    architecture::check,
    comment_width::check,
    containerfile::check,
    crate_docs::check,
    cycles::check,
    declarations::check,
    errors::check,
    exhaustive::check,
    features::check,
    file_docs::check,
    file_length::check,
    file_names::check,
    forbidden_calls::check,
    function_length::check,
    item_order::check,
    large_files::check,
    links::check,
    manifests::check,
    pictures::check,
    published::check,
    ratchet::check,
    release_version::check,
    rust_version::check,
    third_party::check,
    surfaces::check,
    todo::check,
    type_names::check,
    unity::check,
    lints::check,
    unused_dependencies::check,
    use_order::check,
    walls::check,
    words_of_pages::check,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    #[test]
    fn the_repository_is_tidy() {
        let repository = Repository::load(&workspace_root::find().unwrap()).unwrap();
        let lines: Vec<String> = findings(&repository).iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "{} to put right:\n{}", lines.len(), lines.join("\n"));
    }

    #[test]
    fn findings_come_sorted_and_once() {
        let text = concat!("// TO", "DO\n");
        let repository = fixture::repository(&[("b.rs", text), ("a.rs", text)]);
        let paths: Vec<String> = findings(&repository).into_iter().map(|finding| finding.path).collect();
        let mut sorted = paths.clone();
        sorted.sort();
        assert_eq!(paths, sorted);
        assert!(paths.contains(&"a.rs".to_owned()) && paths.contains(&"b.rs".to_owned()));
    }
}
