//! Made-up repositories for the tests of the rules.

use super::finding::Finding;
use super::repository::{Dependency, DependencyKind, Package, Repository, TrackedFile};

/// A repository of these files (path, text) and no packages.
pub(crate) fn repository(files: &[(&str, &str)]) -> Repository {
    let files =
        files.iter().map(|(path, text)| TrackedFile::new((*path).to_owned(), text.as_bytes().to_vec()));
    Repository { files: files.collect(), packages: Vec::new() }
}

/// A repository of these packages, each with an empty manifest.
pub(crate) fn packages(packages: Vec<Package>) -> Repository {
    let manifest = |package: &Package| TrackedFile::new(package.manifest(), Vec::new());
    Repository { files: packages.iter().map(manifest).collect(), packages }
}

/// A package in a folder, which is not published.
pub(crate) fn package(name: &str, folder: &str, dependencies: &[Dependency]) -> Package {
    let (name, folder) = (name.to_owned(), folder.to_owned());
    Package { name, folder, is_published: false, dependencies: dependencies.to_vec() }
}

/// A dependency on a crate of the workspace.
pub(crate) fn internal(name: &str, kind: DependencyKind) -> Dependency {
    let identifier = name.replace('-', "_");
    Dependency { name: name.to_owned(), identifier, kind, internal: true, optional: false }
}

/// A dependency on a crate from elsewhere.
pub(crate) fn third_party(name: &str, kind: DependencyKind) -> Dependency {
    Dependency { internal: false, ..internal(name, kind) }
}

/// The findings as they are printed.
pub(crate) fn lines(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}
