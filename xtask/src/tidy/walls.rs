//! The crates of the workspace that each crate may use.

mod judging;
mod table;
mod tools;

use super::finding::Finding;
use super::repository::Repository;

/// Every dependency between crates of the workspace is in the table, and so is every crate.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = judging::check_against(table::WALLS, repository);
    findings.extend(tools::check(repository));
    findings
}

/// The crates that one crate may use.
struct Walls {
    package: &'static str,
    /// Dependencies of the crate itself and of its build script.
    may_use: MayUse,
    /// Further dependencies of its tests, examples and benches.
    tests_may_also_use: &'static [&'static str],
}

enum MayUse {
    Anything,
    Only(&'static [&'static str]),
}
