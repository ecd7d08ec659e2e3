//! The package for Unity fits together.

use super::finding::Finding;
use super::release_version;
use super::repository::Repository;
use crate::unity_package::{FOLDER, UnityPackage};

/// Every file has a `.meta`, no GUID is there twice, and what Unity's files refer to is there; the package has the
/// version of the workspace.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let inside = |path| str::strip_prefix(path, FOLDER).and_then(|rest| rest.strip_prefix('/'));
    let files: Vec<_> = repository
        .files
        .iter()
        .filter_map(|file| Some((inside(&*file.path)?, file.text.as_deref())))
        .collect();
    if files.is_empty() {
        return Vec::new();
    }
    let version = release_version::of(repository).unwrap_or_default();
    let mut findings = UnityPackage::new(files).check(&version);
    for finding in &mut findings {
        finding.path = format!("{FOLDER}/{}", finding.path);
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    #[test]
    fn the_package_has_the_version_of_the_workspace() {
        let manifest = format!("{FOLDER}/package.json");
        let meta = format!("{manifest}.meta");
        let files = |version| {
            let cargo = "[workspace.package]\nversion = \"1.2.3\"\n";
            let guid = "guid: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n";
            lines(&check(&repository(&[("Cargo.toml", cargo), (&manifest, version), (&meta, guid)])))
        };
        assert_eq!(files("{\"version\": \"1.2.3\"}"), [""; 0]);
        let expected = format!("{manifest}:1: has the version \"1.2\" — write that of the workspace: 1.2.3");
        assert_eq!(files("{\"version\": \"1.2\"}"), [expected]);
    }

    #[test]
    fn a_repository_without_the_package_is_fine() {
        assert_eq!(lines(&check(&repository(&[("a.cs", "")]))), [""; 0]);
    }
}
