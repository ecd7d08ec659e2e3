//! A crate uses every dependency that it declares.

use super::finding::Finding;
use super::repository::{Package, Repository};

/// The name of each direct dependency occurs in a source of the crate that declares it.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &repository.packages {
        let sources: Vec<&str> = sources_of(repository, package).collect();
        for dependency in &package.dependencies {
            if !sources.iter().any(|cause| has_identifier(cause, &dependency.identifier)) {
                let what = format!("no source of `{}` names `{}`", package.name, dependency.name);
                let line = package.line_of(repository, &dependency.name);
                findings.push(Finding::new(&package.manifest(), line, what, "do without it"));
            }
        }
    }
    findings
}

fn sources_of<'a>(repository: &'a Repository, package: &Package) -> impl Iterator<Item = &'a str> {
    let folder = package.below("");
    repository.texts(&[".rs"]).filter(move |(file, _)| file.path.starts_with(&folder)).map(|(_, text)| text)
}

fn has_identifier(source: &str, name: &str) -> bool {
    let part_of_a_name = |c: char| c.is_alphanumeric() || c == '_';
    source.match_indices(name).any(|(at, _)| {
        !source[..at].ends_with(part_of_a_name) && !source[at + name.len()..].starts_with(part_of_a_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, package, repository, third_party};
    use crate::tidy::repository::DependencyKind;

    fn found(source: &str) -> Vec<String> {
        let manifest = "[dependencies]\nquinn-proto.workspace = true\n";
        let files = [("crates/quic/Cargo.toml", manifest), ("crates/quic/src/lib.rs", source)];
        let mut repository = repository(&files);
        let dependency = third_party("quinn-proto", DependencyKind::Normal);
        repository.packages.push(package("quic", "crates/quic", &[dependency]));
        lines(&check(&repository))
    }

    #[test]
    fn a_dependency_is_used() {
        assert_eq!(found("use quinn_proto::Endpoint;"), [""; 0]);
        let expected =
            "crates/quic/Cargo.toml:2: no source of `quic` names `quinn-proto` — do without it".to_owned();
        assert_eq!(found("use quinn_proto_more::Endpoint;"), [expected]);
    }
}
