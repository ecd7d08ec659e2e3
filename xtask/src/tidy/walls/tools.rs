//! Products have no code in them that only tests, fuzzers and benches use.

use crate::tidy::finding::Finding;
use crate::tidy::repository::{Dependency, DependencyKind, Package, Repository};

/// Crates that measure and test. Only they use each other, whatever the table says.
const TOOLS: &[&str] = &["consonance-bench", "consonance-e2e", "consonance-testing"];

/// No other crate depends on a tool, but for its tests or with a feature that no default build has.
pub(super) fn check(repository: &Repository) -> Vec<Finding> {
    let products = repository.packages.iter().filter(|package| !TOOLS.contains(&&*package.name));
    let of_product = |package: &Package| -> Vec<Finding> {
        let used = package.dependencies.iter().filter(|dependency| is_built_in(dependency));
        used.map(|dependency| finding(repository, package, &dependency.name)).collect()
    };
    products.flat_map(of_product).collect()
}

fn is_built_in(dependency: &Dependency) -> bool {
    let in_tests = dependency.kind == DependencyKind::Development;
    TOOLS.contains(&&*dependency.name) && !in_tests && !dependency.optional
}

fn finding(repository: &Repository, package: &Package, tool: &str) -> Finding {
    let what = format!("`{}` has the tool `{tool}` built in", package.name);
    let instead = "make it a dependency of the tests, or an optional one with the feature `fuzzing`";
    Finding::new(&package.manifest(), package.line_of(repository, tool), what, instead)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{internal, lines, package, packages};

    fn found(user: &str, dependency: Dependency) -> Vec<String> {
        lines(&check(&packages(vec![package(user, "crates/user", &[dependency])])))
    }

    #[test]
    fn a_product_has_no_tool_built_in() {
        let tool = || internal("consonance-testing", DependencyKind::Normal);
        assert_eq!(
            found("consonance-server", tool()),
            [
                "crates/user/Cargo.toml:1: `consonance-server` has the tool `consonance-testing` built in — make it a \
              dependency of the tests, or an optional one with the feature `fuzzing`"
            ]
        );
        assert_eq!(found("consonance-bench", tool()), [""; 0]);
        let in_tests = internal("consonance-testing", DependencyKind::Development);
        assert_eq!(found("consonance-server", in_tests), [""; 0]);
        assert_eq!(found("consonance-server", Dependency { optional: true, ..tool() }), [""; 0]);
    }
}
