//! Which crate of the workspace may use which.

mod judging;
mod table;
mod tools;

use super::finding::Finding;
use super::repository::Repository;

/// Every dependency between crates of the workspace is in the table, and every crate of the workspace too.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = judging::check_against(table::WALLS, repository);
    findings.extend(tools::check(repository));
    findings
}

/// What one crate may use.
struct Walls {
    package: &'static str,
    /// For the crate itself and for its build script.
    may_use: MayUse,
    /// For its tests, examples and benches, besides.
    tests_may_also_use: &'static [&'static str],
}

enum MayUse {
    Anything,
    Only(&'static [&'static str]),
}
