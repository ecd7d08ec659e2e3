//! Every place that names the version of the project names the one of the workspace.

use toml::de::DeTable;

use super::finding::Finding;
use super::manifests::child;
use super::repository::Repository;

/// The manifests outside the workspace, our crates among the dependencies, and the names of our packages on pages
/// and in the check of their commands.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let Some(version) = of(repository) else { return Vec::new() };
    let at = |path: &str, line: usize, named: &str| {
        let is_same =
            named == version || version.strip_prefix(named).is_some_and(|rest| rest.starts_with('.'));
        let what = format!("names version {named}, and the workspace has {version}");
        (!is_same).then(|| Finding::new(path, line, what, "write that of the workspace"))
    };
    let mut findings = Vec::new();
    for (path, before) in PLACES {
        for (line, text) in repository.text(path).into_iter().flat_map(|text| (1..).zip(text.lines())) {
            findings
                .extend(text.strip_prefix(before).and_then(number).and_then(|named| at(path, line, named)));
        }
    }
    let pages = repository.texts(&[".md", ".txt", "Cargo.toml"]);
    let scripts = repository.texts(&[".rs"]).filter(|(file, _)| file.path.starts_with(SCRIPT));
    for (file, text) in pages.chain(scripts).filter(|(file, _)| !file.path.ends_with("CHANGELOG.md")) {
        for (line, text) in (1..).zip(text.lines()) {
            findings.extend(packages(text).filter_map(|named| at(&file.path, line, named)));
        }
    }
    findings
}

/// The version of the workspace, such as `1.2.3`.
pub(crate) fn of(repository: &Repository) -> Option<String> {
    let manifest = DeTable::parse(repository.text("Cargo.toml")?).ok()?;
    let package = child(manifest.get_ref().get("workspace")?, "package")?;
    Some(child(package, "version")?.get_ref().as_str()?.to_owned())
}

/// Versions that follow no package's name: the file, and the text before them at the start of a line.
const PLACES: &[(&str, &str)] = &[
    ("bevy/Cargo.toml", "version = \""),
    ("python/Cargo.toml", "version = \""),
    ("python/sound/Cargo.toml", "version = \""),
    ("web/package.json", "  \"version\": \""),
    ("packaging/helm/consonance/Chart.yaml", "version: "),
    ("packaging/helm/consonance/Chart.yaml", "appVersion: "),
    ("docs/guide/c.md", "find_package(Consonance "),
    ("docs/browser/signalling.md", "  \"version\": \""),
];

/// The commands of the pages.
const SCRIPT: &str = "xtask/src/check_docs/script";

/// The versions that follow the names of our packages in a line of text.
fn packages(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("consonance").filter_map(|(at, name)| {
        let is_of_name = |it: char| it.is_ascii_lowercase() || matches!(it, '-' | '_');
        let rest = text[at + name.len()..].trim_start_matches(is_of_name);
        SEPARATORS.iter().find_map(|separator| number(rest.strip_prefix(separator)?))
    })
}

/// The text between a package's name and its version.
const SEPARATORS: [&str; 4] = ["", ":", " = \"", " = { version = \""];

/// The version at the start of a text: two or three numbers.
fn number(text: &str) -> Option<&str> {
    let end = text.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(text.len());
    let number = text[..end].trim_end_matches('.');
    (2..=3).contains(&number.split('.').filter(|it| !it.is_empty()).count()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    fn found(path: &str, text: &str) -> Vec<String> {
        lines(&check(&repository(&[
            ("Cargo.toml", "[workspace.package]\nversion = \"1.2.3\"\n"),
            (path, text),
        ])))
    }

    #[test]
    fn manifests_outside_the_workspace_have_its_version() {
        for (path, before) in PLACES {
            assert_eq!(found(path, &format!("{before}1.2.3\"\n")), [""; 0]);
            let expected = format!(
                "{path}:2: names version 1.2.4, and the workspace has 1.2.3 — write that of the workspace"
            );
            assert_eq!(found(path, &format!("\n{before}1.2.4\"\n")), [expected]);
        }
        assert_eq!(found("web/package.json", "    \"version\": \"9.9.9\""), [""; 0], "of another package");
    }

    #[test]
    fn packages_are_named_with_its_version_or_the_start_of_it() {
        for (path, text) in [
            ("docs/a.md", "`consonance-0.1.0-crates.tar.gz` and `bevy_consonance-1.2.3.crate`"),
            ("docs/a.md", "apt install ./consonance_0.1.0_amd64.deb"),
            ("docs/a.md", "The image is `consonance:0.1.0`."),
            ("packaging/a.txt", "consonance = \"0.1\""),
            ("bevy/Cargo.toml", "consonance-audio = { version = \"0.1\", default-features = false }"),
            ("xtask/src/check_docs/script/a.rs", "untried(\"tar -xzf consonance-0.1.0-crates.tar.gz\")"),
        ] {
            assert_eq!(found(path, text).len(), 1, "{text}");
            let right = text.replace("0.1.0", "1.2.3").replace("0.1", "1.2");
            assert_eq!(found(path, &right), [""; 0]);
        }
    }

    #[test]
    fn other_versions_are_left_alone() {
        for (path, text) in [
            ("CHANGELOG.md", "`consonance-0.1.0-crates.tar.gz`"),
            ("crates/a/src/lib.rs", "//! Such as `consonance-0.1.0`."),
            (
                "docs/a.md",
                "moonshine-voice==0.1.0, version 0.1 of consonance, consonance-2.tar, consonance = 1",
            ),
        ] {
            assert_eq!(found(path, text), [""; 0]);
        }
    }
}
