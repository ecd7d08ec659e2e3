//! The oldest Rust that we promise is the one that everything is built with, so that the
//! promise is kept by every build.

use super::finding::Finding;
use super::repository::Repository;

/// The toolchain's file and the Containerfile name the `rust-version` of the workspace.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let Some(promised) = promised(repository) else { return Vec::new() };
    let names = |(path, before, after): &(&str, &str, char)| {
        let named = value(repository, path, before, *after)?;
        // 1.95.0 is the first release of 1.95.
        let is_same = named.strip_suffix(".0").unwrap_or(named) == promised;
        let what = format!("names Rust {named}, and `rust-version` in Cargo.toml is {promised}");
        (!is_same).then(|| Finding::new(path, 1, what, "let both be the oldest that is promised"))
    };
    PLACES.iter().filter_map(names).collect()
}

/// The oldest Rust that is promised: the `rust-version` of the workspace, such as `1.95`.
pub(crate) fn promised(repository: &Repository) -> Option<&str> {
    value(repository, "Cargo.toml", "rust-version = \"", '"')
}

/// The places of versions: the file, and the text before and after the version.
const PLACES: &[(&str, &str, char)] =
    &[("rust-toolchain.toml", "channel = \"", '"'), ("packaging/Containerfile", "FROM rust:", '-')];

fn value<'a>(repository: &'a Repository, path: &str, before: &str, after: char) -> Option<&'a str> {
    let line = repository.text(path)?.lines().find_map(|line| line.strip_prefix(before))?;
    line.split(after).next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    fn found(channel: &str, image: &str) -> Vec<String> {
        lines(&check(&repository(&[
            ("Cargo.toml", "[workspace.package]\nrust-version = \"1.95\"\n"),
            ("rust-toolchain.toml", &format!("[toolchain]\nchannel = \"{channel}\"\n")),
            ("packaging/Containerfile", &format!("FROM rust:{image} AS build\n")),
        ])))
    }

    #[test]
    fn every_build_is_with_the_oldest_rust_that_is_promised() {
        assert_eq!(found("1.95.0", "1.95-trixie"), [""; 0]);
        let expected = "rust-toolchain.toml:1: names Rust 1.96.0, and `rust-version` in Cargo.toml is 1.95 — \
                        let both be the oldest that is promised";
        assert_eq!(found("1.96.0", "1.95-trixie"), [expected]);
        assert_eq!(found("1.95.0", "1.96-trixie").len(), 1);
    }
}
