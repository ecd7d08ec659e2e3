//! The third-party crates that each crate may use.

use super::finding::Finding;
use super::repository::{Dependency, DependencyKind, Package, Repository};

/// Crates that run without an operating system use hardly any third-party crate, and some third-party crates are
/// confined to one place.
///
/// Dependencies of tests, examples and benches alone are exempt.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &repository.packages {
        let outside =
            |dependency: &&Dependency| !dependency.internal && dependency.kind != DependencyKind::Development;
        for dependency in package.dependencies.iter().filter(outside) {
            if let Some((what, instead)) = judge(package, &dependency.name) {
                let line = package.line_of(repository, &dependency.name);
                findings.push(Finding::new(&package.manifest(), line, what, instead));
            }
        }
    }
    findings
}

/// Folders of crates that have to build where there is no operating system. Of third parties they use only those that
/// derive code, and Unicode's tables to compare names.
const PURE: &[&str] = &["crates/session", "crates/settings", "crates/wire"];
const ALLOWED_IN_PURE: &[&str] = &["serde", "thiserror", "unicode-normalization", "unicode-security"];

/// A third party, and the folders whose crates may use it.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("async-nats", &["crates/cluster"]),
    ("axum", &["crates/admin", "crates/link", "crates/web"]),
    ("clap", &["crates/bench", "crates/cli", "crates/e2e", "crates/testing", "examples", "xtask"]),
    ("ctr", &["crates/e2ee"]),
    ("hkdf", &["crates/e2ee"]),
    ("hmac", &["crates/e2ee"]),
    ("httparse", &["crates/inspector", "crates/link"]),
    ("hyper", &["crates/link"]),
    ("maudio-sys", &["crates/native"]),
    ("opus-pure", &["crates/audio", "crates/e2e", "crates/testing"]),
    ("opusic-sys", &["crates/native"]),
    ("prost", &["crates/networks/mumble"]),
    ("quinn", &["crates/networks", "crates/server"]),
    ("quinn-proto", &["crates/networks"]),
    ("ratatui", &["crates/cli"]),
    ("rusty_enet", &["crates/game-networks"]),
    (
        "rustls",
        &[
            "crates/bench",
            "crates/game-networks",
            "crates/link",
            "crates/link",
            "crates/networks",
            "crates/server",
        ],
    ),
    ("schemars", &["crates/server-config"]),
    ("sframe", &["crates/bench", "crates/e2ee"]),
    ("steamworks", &["crates/game-networks"]),
    // In the façade, only for the feature of that name, for async programs; in the command, for the events of
    // Windows' consoles.
    (
        "tokio",
        &[
            "crates/admin",
            "crates/cli",
            "crates/consonance",
            "crates/link",
            "crates/cluster",
            "crates/networks",
            "crates/server",
            "crates/web",
        ],
    ),
    ("unicode-normalization", &["crates/wire"]),
    ("unicode-security", &["crates/wire"]),
];

fn judge(package: &Package, dependency: &str) -> Option<(String, String)> {
    let what = || format!("`{}` must not use `{dependency}`", package.name);
    if is_in(package, PURE) && !ALLOWED_IN_PURE.contains(&dependency) {
        let instead = "write the few lines that are needed, or move the work to a crate above";
        return Some((what(), instead.to_owned()));
    }
    let (_, folders) = ONLY_IN.iter().find(|(name, _)| *name == dependency)?;
    let instead =
        || format!("it is for {} only; use it through an interface of theirs", folders.join(" and "));
    (!is_in(package, folders)).then(|| (what(), instead()))
}

fn is_in(package: &Package, folders: &[&str]) -> bool {
    let inside = |folder: &&str| {
        package.folder.strip_prefix(*folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    folders.iter().any(inside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, package, packages, third_party};

    fn found(folder: &str, dependency: &str, kind: DependencyKind) -> Vec<String> {
        lines(&check(&packages(vec![package("it", folder, &[third_party(dependency, kind)])])))
    }

    #[test]
    fn a_third_party_stays_where_it_belongs() {
        assert_eq!(found("crates/networks/quic", "quinn", DependencyKind::Normal), [""; 0]);
        assert_eq!(found("crates/audio", "opus-pure", DependencyKind::Normal), [""; 0]);
        assert_eq!(
            found("crates/audio", "quinn", DependencyKind::Normal),
            ["crates/audio/Cargo.toml:1: `it` must not use `quinn` — \
             it is for crates/networks and crates/server only; use it through an interface of theirs"]
        );
        assert_eq!(found("crates/networks-more", "tokio", DependencyKind::Normal).len(), 1);
    }

    #[test]
    fn the_pure_crates_use_none_but_those_that_derive_code() {
        assert_eq!(found("crates/wire", "thiserror", DependencyKind::Normal), [""; 0]);
        assert_eq!(
            found("crates/wire", "bytes", DependencyKind::Build),
            ["crates/wire/Cargo.toml:1: `it` must not use `bytes` — \
             write the few lines that are needed, or move the work to a crate above"]
        );
    }

    #[test]
    fn tests_are_free() {
        assert_eq!(found("crates/wire", "proptest", DependencyKind::Development), [""; 0]);
        assert_eq!(found("crates/consonance", "tokio", DependencyKind::Development), [""; 0]);
    }
}
