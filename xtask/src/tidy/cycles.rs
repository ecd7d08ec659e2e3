//! Source files of a crate have no dependency cycles, so that a file can be understood without its users.

mod modules;

use super::finding::Finding;
use super::ratchet::{self, Limits, Measured};
use super::repository::Repository;
use super::test_code::TestFiles;
use modules::Modules;

/// Files that use each other, directly or by way of others, are two at most, such as a type and its parts. A crate with
/// larger cycles has an entry with the number of files in them.
///
/// A file uses those that define the names of its `use` lines, whichever files export these again.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let test_files = TestFiles::of(repository);
    let measured = repository.packages.iter().map(|package| {
        let modules = Modules::of(repository, &package.below("src"), &test_files);
        let cycles = modules.cycles();
        let large = cycles.iter().filter(|cycle| cycle.len() > CYCLE_MAX);
        let files: Vec<&str> = large.flatten().copied().collect();
        let path = files.iter().min().map_or_else(|| package.manifest(), |first| (*first).to_owned());
        Measured { key: package.folder.clone(), path, line: 1, length: files.len() }
    });
    ratchet::judge(repository, &LIMITS, &measured.collect::<Vec<_>>())
}

const CYCLE_MAX: usize = 2;

const LIMITS: Limits = Limits {
    table: "cycles",
    noun: "crate",
    unit: "files in dependency cycles",
    soft: 0,
    hard: usize::MAX,
    advice: "move what both sides need into a file below them, or give one the other's part",
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, package, repository};

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let mut repository = repository(files);
        repository.packages = vec![package("a", "a", &[])];
        lines(&check(&repository))
    }

    const ROOT: (&str, &str) = ("a/src/lib.rs", "mod top;\nmod part;\nmod other;\npub use top::Top;\n");

    #[test]
    fn three_files_that_use_each_other_are_found_and_two_are_not() {
        let top = ("a/src/top.rs", "use crate::part::Part;\npub struct Top;\n");
        let part = |text| ("a/src/part.rs", text);
        let other = |text| ("a/src/other.rs", text);
        assert_eq!(
            found(&[ROOT, top, part("use crate::other::Other;\n"), other("use crate::top::Top;\n")]),
            ["a/src/other.rs:1: crate of 3 files in dependency cycles, at most 0 — move what both sides \
                 need into a file below them, or give one the other's part"]
        );
        assert_eq!(
            found(&[ROOT, top, part("use crate::top::Top;\n"), other("use crate::top::Top;\n")]),
            [""; 0]
        );
    }

    #[test]
    fn a_name_is_used_from_the_file_that_defines_it_wherever_it_is_exported() {
        let files = |other| {
            [
                ROOT,
                ("a/src/top.rs", "use crate::part::Part;\npub struct Top;\n"),
                ("a/src/part.rs", "use super::other::Other;\npub struct Part;\n"),
                ("a/src/other.rs", other),
            ]
        };
        assert_eq!(found(&files("use crate::Top;\n")).len(), 1);
        assert_eq!(found(&files("use super::{self, Top as Upper};\n")).len(), 1);
        assert_eq!(found(&files("use std::fmt;\n")), [""; 0]);
    }

    #[test]
    fn a_crate_whose_cycles_are_gone_needs_no_entry() {
        let entry = ("xtask/ratchet.toml", "[cycles]\n\"a\" = 3\n");
        assert_eq!(
            found(&[ROOT, entry]),
            ["xtask/ratchet.toml:2: `a` has 0 files in dependency cycles now, which needs no exception — \
                 remove the line"]
        );
    }

    #[test]
    fn what_only_tests_use_does_not_count() {
        let test =
            "#[cfg(test)]\nmod tests {\n    use crate::top::Top;\n}\n#[cfg(test)]\nuse crate::top::Top;\n";
        let files = [
            ROOT,
            ("a/src/top.rs", "use crate::part::Part;\n"),
            ("a/src/part.rs", "use crate::other::Other;\n"),
            ("a/src/other.rs", test),
        ];
        assert_eq!(found(&files), [""; 0]);
    }
}
