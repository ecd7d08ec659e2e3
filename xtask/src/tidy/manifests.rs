//! Versions, licence and dependencies are declared once, in the workspace, and each third party with a reason.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::finding::Finding;
use super::repository::Repository;

/// Every crate inherits the common keys, and every dependency comes from `[workspace.dependencies]`, where a comment
/// above each third party says why it was chosen.
///
/// Tests are different: they depend on crates of ours by a path without a version. Cargo leaves those out of what it
/// publishes, where they would make circles.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = reasons(repository);
    for package in &repository.packages {
        let path = package.manifest();
        let Some(text) = repository.text(&path) else { continue };
        match DeTable::parse(text) {
            Ok(manifest) => {
                inherited_keys(&path, text, manifest.get_ref(), &mut findings);
                dependencies(repository, &path, text, manifest.get_ref(), &mut findings);
            }
            Err(error) => {
                let what = format!("is no TOML: {}", error.message());
                findings.push(Finding::new(&path, 1, what, "mend it"));
            }
        }
    }
    findings
}

/// Whether a value is `{ workspace = true }`, alone or with more.
pub(crate) fn is_inherited(value: &Spanned<DeValue<'_>>) -> bool {
    child(value, "workspace").and_then(|value| value.get_ref().as_bool()) == Some(true)
}

/// The value of a key in a table; `None` if this is no table or has no such key.
pub(crate) fn child<'a, 'i>(table: &'a Spanned<DeValue<'i>>, key: &str) -> Option<&'a Spanned<DeValue<'i>>> {
    table.get_ref().as_table()?.get(key)
}

/// The line, counted from 1, of a byte offset.
pub(crate) fn line_at(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

const ROOT: &str = "Cargo.toml";

fn reasons(repository: &Repository) -> Vec<Finding> {
    let Some(text) = repository.text(ROOT) else { return Vec::new() };
    let Ok(manifest) = DeTable::parse(text) else { return Vec::new() };
    let workspace = manifest.get_ref().get("workspace");
    let dependencies = workspace.and_then(|workspace| child(workspace, "dependencies"));
    let dependencies = dependencies.and_then(|dependencies| dependencies.get_ref().as_table());
    let lines: Vec<&str> = text.lines().collect();
    let mut findings = Vec::new();
    for (name, value) in dependencies.into_iter().flat_map(|table| table.iter()) {
        let line = line_at(text, name.span().start);
        let has_reason = line > 1 && lines[line - 2].starts_with('#');
        if child(value, "path").is_none() && !has_reason {
            let what = format!("no comment says why `{}` was chosen", name.get_ref());
            findings.push(Finding::new(ROOT, line, what, "say it in the line above"));
        }
    }
    findings
}

const INHERITED: [&str; 4] = ["version", "edition", "rust-version", "license"];

const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

fn inherited_keys(path: &str, text: &str, manifest: &DeTable<'_>, findings: &mut Vec<Finding>) {
    let package = manifest.get("package");
    for key in INHERITED {
        let value = package.and_then(|package| child(package, key));
        if value.is_some_and(is_inherited) {
            continue;
        }
        let line = value.or(package).map_or(1, |value| line_at(text, value.span().start));
        let what = format!("`{key}` is not the workspace's");
        findings.push(Finding::new(path, line, what, format!("write `{key}.workspace = true`")));
    }
}

fn dependencies(
    repository: &Repository,
    path: &str,
    text: &str,
    manifest: &DeTable<'_>,
    findings: &mut Vec<Finding>,
) {
    let platforms = manifest.get("target").and_then(|target| target.get_ref().as_table());
    let platforms = platforms.into_iter().flat_map(|platforms| platforms.values());
    let of_platform = platforms.flat_map(|platform| KINDS.map(|kind| (kind, child(platform, kind))));
    let of_all = KINDS.map(|kind| (kind, manifest.get(kind)));
    for (kind, table) in of_all.into_iter().chain(of_platform) {
        let table = table.and_then(|table| table.get_ref().as_table());
        for (name, value) in table.into_iter().flat_map(|table| table.iter()) {
            let name_text: &str = name.get_ref();
            let is_ours = repository.packages.iter().any(|package| package.name == name_text);
            if let Some((what, instead)) = judge(kind, name_text, is_ours, value) {
                findings.push(Finding::new(path, line_at(text, name.span().start), what, instead));
            }
        }
    }
}

fn judge(kind: &str, name: &str, is_ours: bool, value: &Spanned<DeValue<'_>>) -> Option<(String, String)> {
    if kind == "dev-dependencies" && is_ours {
        let has_path_only = child(value, "path").is_some() && child(value, "version").is_none();
        let what = || format!("`{name}` has a version among the dependencies of tests");
        let instead = || format!("write `{name} = {{ path = \"…\" }}`, which is not published");
        return (!has_path_only).then(|| (what(), instead()));
    }
    let instead = || {
        format!(
            "name it under `[workspace.dependencies]` in the root Cargo.toml and write `{name}.workspace = true`"
        )
    };
    (!is_inherited(value)).then(|| (format!("`{name}` does not come from the workspace"), instead()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, package, repository};

    const PACKAGE: &str = "[package]\nname = \"a\"\nversion.workspace = true\nedition.workspace = true\n\
                           rust-version.workspace = true\nlicense.workspace = true\n";

    fn found(manifest: &str) -> Vec<String> {
        let mut repository = repository(&[("a/Cargo.toml", manifest)]);
        repository.packages.push(package("a", "a", &[]));
        lines(&check(&repository))
    }

    #[test]
    fn a_manifest_that_inherits_everything_is_fine() {
        let dependencies = "[dependencies]\nb.workspace = true\nc = { workspace = true, features = [] }\n";
        assert_eq!(found(&format!("{PACKAGE}{dependencies}")), [""; 0]);
    }

    #[test]
    fn what_is_not_inherited_is_found() {
        let manifest = PACKAGE.replace("edition.workspace = true", "edition = \"2021\"");
        let expected = "a/Cargo.toml:4: `edition` is not the workspace's — write `edition.workspace = true`";
        assert_eq!(found(&manifest), [expected]);
        let manifest = PACKAGE.replace("license.workspace = true\n", "");
        let expected = "a/Cargo.toml:1: `license` is not the workspace's — write `license.workspace = true`";
        assert_eq!(found(&manifest), [expected]);
    }

    #[test]
    fn a_dependency_with_its_own_version_is_found_wherever_it_stands() {
        for table in ["dependencies", "dev-dependencies", "target.'cfg(unix)'.build-dependencies"] {
            assert_eq!(
                found(&format!("{PACKAGE}[{table}]\nb.workspace = true\nlibc = \"0.2\"\n")),
                ["a/Cargo.toml:9: `libc` does not come from the workspace — name it under \
                 `[workspace.dependencies]` in the root Cargo.toml and write `libc.workspace = true`"]
            );
        }
    }

    #[test]
    fn tests_depend_on_crates_of_ours_by_path_and_without_a_version() {
        for (line, is_fine) in [
            ("a = { path = \".\", features = [] }", true),
            ("a.workspace = true", false),
            ("a = { path = \".\", version = \"1\" }", false),
        ] {
            let manifest = format!("{PACKAGE}[dev-dependencies]\n{line}\n");
            assert_eq!(found(&manifest).is_empty(), is_fine, "{line}");
        }
        assert_eq!(found(&format!("{PACKAGE}[dependencies]\na = {{ path = \".\" }}\n")).len(), 1);
    }

    #[test]
    fn a_third_party_without_a_reason_is_found() {
        let root = "[workspace.dependencies]\nours = { path = \"ours\" }\n\
                    # Hashes.\nring = \"0.17\"\nbytes = { version = \"1\" }\n";
        let expected = "Cargo.toml:5: no comment says why `bytes` was chosen — say it in the line above";
        assert_eq!(lines(&check(&repository(&[("Cargo.toml", root)]))), [expected]);
    }

    #[test]
    fn a_manifest_that_is_no_toml_is_found() {
        assert!(found("what?")[0].starts_with("a/Cargo.toml:1: is no TOML: "));
    }
}
