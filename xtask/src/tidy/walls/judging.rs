//! Comparison of the dependencies with the table, row by row.

use super::MayUse::Only;
use super::Walls;
use crate::tidy::finding::Finding;
use crate::tidy::repository::{DependencyKind, Package, Repository};

/// The path of the table, for findings about it.
const TABLE: &str = "xtask/src/tidy/walls/table.rs";

pub(super) fn check_against(table: &[Walls], repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &repository.packages {
        if let Some(walls) = table.iter().find(|walls| walls.package == package.name) {
            findings.extend(check_package(walls, package, repository));
        } else {
            let what = format!("`{}` has no walls", package.name);
            let instead = format!("choose its walls in {TABLE}: which crates it may use, and why no others");
            findings.push(Finding::new(&package.manifest(), 1, what, instead));
        }
    }
    for walls in table {
        if !repository.packages.iter().any(|package| package.name == walls.package) {
            let what = format!("walls for `{}`, which is not a crate of the workspace", walls.package);
            findings.push(Finding::new(TABLE, 1, what, "remove its row"));
        }
    }
    findings
}

fn check_package<'a>(
    walls: &'a Walls,
    package: &'a Package,
    repository: &'a Repository,
) -> impl Iterator<Item = Finding> + 'a {
    package.dependencies.iter().filter(|dependency| dependency.internal).filter_map(|dependency| {
        let Only(allowed) = walls.may_use else { return None };
        let name = dependency.name.as_str();
        let in_tests = dependency.kind == DependencyKind::Development;
        // A package's tests may enable its own features.
        let is_its_own = name == package.name;
        if allowed.contains(&name) || (in_tests && (is_its_own || walls.tests_may_also_use.contains(&name))) {
            return None;
        }
        let who = if in_tests { "tests of " } else { "" };
        let what = format!("{who}`{}` must not use `{name}`", package.name);
        let instead = format!(
            "let the crate that knows both connect them, or, if the plan has changed, change {TABLE}"
        );
        Some(Finding::new(&package.manifest(), package.line_of(repository, name), what, instead))
    })
}

#[cfg(test)]
mod tests {
    use super::super::MayUse::Anything;
    use super::*;
    use crate::tidy::fixture::{internal, lines, package, packages, third_party};

    const TABLE_OF_TWO: &[Walls] = &[
        Walls { package: "wire", may_use: Only(&[]), tests_may_also_use: &["sim"] },
        Walls { package: "cli", may_use: Anything, tests_may_also_use: &[] },
    ];

    const INSTEAD: &str = "let the crate that knows both connect them, or, if the plan has changed, \
         change xtask/src/tidy/walls/table.rs";

    fn found(wire_uses: &str, kind: DependencyKind) -> Vec<String> {
        let wire = package("wire", "crates/wire", &[internal(wire_uses, kind)]);
        let cli = package("cli", "crates/cli", &[internal("wire", DependencyKind::Normal)]);
        lines(&check_against(TABLE_OF_TWO, &packages(vec![wire, cli])))
    }

    #[test]
    fn a_dependency_outside_of_the_table_is_found() {
        let expected = [format!("crates/wire/Cargo.toml:1: `wire` must not use `cli` — {INSTEAD}")];
        assert_eq!(found("cli", DependencyKind::Normal), expected);
        assert_eq!(found("cli", DependencyKind::Build), expected);
    }

    #[test]
    fn tests_may_use_what_their_crate_may_not() {
        assert_eq!(found("sim", DependencyKind::Development), [""; 0]);
        assert_eq!(found("wire", DependencyKind::Development), [""; 0], "itself, with a feature");
        assert_eq!(found("sim", DependencyKind::Normal).len(), 1);
        let expected = [format!("crates/wire/Cargo.toml:1: tests of `wire` must not use `cli` — {INSTEAD}")];
        assert_eq!(found("cli", DependencyKind::Development), expected);
    }

    #[test]
    fn third_parties_are_another_rule() {
        let wire = package("wire", "crates/wire", &[third_party("bytes", DependencyKind::Normal)]);
        let cli = package("cli", "crates/cli", &[]);
        assert_eq!(lines(&check_against(TABLE_OF_TWO, &packages(vec![wire, cli]))), [""; 0]);
    }

    #[test]
    fn an_unknown_crate_has_to_choose_its_walls_and_a_gone_one_loses_its_row() {
        let repository =
            packages(vec![package("wire", "crates/wire", &[]), package("new", "crates/new", &[])]);
        assert_eq!(
            lines(&check_against(TABLE_OF_TWO, &repository)),
            [
                "crates/new/Cargo.toml:1: `new` has no walls — choose its walls in xtask/src/tidy/walls/table.rs: \
             which crates it may use, and why no others",
                "xtask/src/tidy/walls/table.rs:1: walls for `cli`, which is not a crate of the workspace — remove its row",
            ]
        );
    }
}
