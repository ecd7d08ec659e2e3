//! The map names every crate of ours.

mod named_files;

use super::finding::Finding;
use super::repository::Repository;

/// `ARCHITECTURE.md` names every crate of the workspace, by its package name or its folder; each file that it names is
/// there, and plain.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let Some(map) = repository.text(MAP) else {
        return vec![Finding::new(MAP, 1, "there is no map", "write one: rooms, walls, a voice frame's way")];
    };
    let mut findings = Vec::new();
    for package in &repository.packages {
        if !has_word(map, &package.name) && !has_word(map, &package.folder) {
            let what = format!("`{}` is not on the map", package.name);
            let instead = format!("say what {} is for and what it may use", package.folder);
            findings.push(Finding::new(MAP, 1, what, instead));
        }
    }
    findings.extend(named_files::check(repository, map));
    findings
}

const MAP: &str = "ARCHITECTURE.md";

/// Whether a name stands somewhere as a whole: `consonance` is not named by `consonance-wire`.
fn has_word(text: &str, word: &str) -> bool {
    let part_of_a_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(part_of_a_word) && !text[at + word.len()..].starts_with(part_of_a_word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, package, repository};

    fn found(map: &str) -> Vec<String> {
        let mut repository = repository(&[("ARCHITECTURE.md", map)]);
        repository.packages.push(package("consonance", "crates/consonance", &[]));
        lines(&check(&repository))
    }

    #[test]
    fn a_map_with_everything_on_it_is_fine() {
        assert_eq!(found("crates/consonance is the façade."), [""; 0]);
        assert_eq!(found("`consonance` is the façade."), [""; 0]);
    }

    #[test]
    fn what_is_missing_is_found() {
        let expected = "ARCHITECTURE.md:1: `consonance` is not on the map — \
                        say what crates/consonance is for and what it may use";
        assert_eq!(found("`consonance-wire` is the protocol."), [expected]);
    }

    #[test]
    fn a_missing_map_is_found() {
        let expected = "ARCHITECTURE.md:1: there is no map — write one: rooms, walls, a voice frame's way";
        assert_eq!(lines(&check(&repository(&[]))), [expected]);
    }
}
