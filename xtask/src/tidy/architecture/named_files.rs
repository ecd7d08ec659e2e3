//! The files that the map names: each is there, and it is plain which one is meant.

use super::MAP;
use crate::tidy::finding::Finding;
use crate::tidy::repository::Repository;

/// The map may name only the end of a path, where one file alone has that end, or one in the crate of the file before
/// it on the same line.
pub(super) fn check(repository: &Repository, map: &str) -> Vec<Finding> {
    map.lines().zip(1..).flat_map(|(text, line)| check_line(repository, text, line)).collect()
}

fn check_line(repository: &Repository, text: &str, line: usize) -> Vec<Finding> {
    let mut home = "";
    let mut findings = Vec::new();
    for span in text.split('`').skip(1).step_by(2).filter(|span| is_file(span)) {
        let meant: Vec<&str> = files_with_end(repository, span);
        let whole = format!("crates/{span}");
        let known = meant.iter().find(|path| **path == span || **path == whole);
        match (known, &meant[..]) {
            (_, []) => {
                let what = format!("there is no file `{span}`");
                findings.push(Finding::new(MAP, line, what, "name the one that has its job now"));
            }
            (Some(path), _) | (None, [path]) => home = home_of(repository, path),
            (None, several) if several.iter().any(|path| home_of(repository, path) == home) => {}
            (None, several) => {
                let what = format!("`{span}` could be any of {} files", several.len());
                findings.push(Finding::new(MAP, line, what, "name its crate, too"));
            }
        }
    }
    findings
}

fn is_file(span: &str) -> bool {
    matches!(span.rsplit_once('.'), Some((_, "rs" | "ts")))
}

/// The files whose path ends like this; tests only if there are no others.
fn files_with_end<'r>(repository: &'r Repository, end: &str) -> Vec<&'r str> {
    let below = format!("/{end}");
    let paths = repository.files.iter().map(|file| file.path.as_str());
    let with_end = paths.filter(|path| *path == end || path.ends_with(&below));
    let (tests, others): (Vec<&str>, Vec<&str>) = with_end.partition(|path| path.contains("/tests/"));
    if others.is_empty() { tests } else { others }
}

/// The folder of the crate that a file belongs to; that of the repository where it belongs to none.
fn home_of<'p>(repository: &Repository, path: &'p str) -> &'p str {
    let folders = repository.packages.iter().map(|package| package.folder.as_str());
    let around = folders.filter(|folder| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')));
    let crate_folder = around.max_by_key(|folder| folder.len()).map(|folder| &path[..folder.len()]);
    crate_folder.unwrap_or_else(|| path.split_once('/').map_or(path, |(folder, _)| folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, package, repository};

    fn found(map: &str) -> Vec<String> {
        let paths = [
            "crates/audio/src/mixer.rs",
            "crates/audio/src/mixer/speaker.rs",
            "crates/session/src/speaker.rs",
            "crates/session/src/client.rs",
            "crates/session/tests/client.rs",
            "web/src/speaker.ts",
        ];
        let mut repository = repository(&paths.map(|path| (path, "")));
        repository.packages.push(package("audio", "crates/audio", &[]));
        repository.packages.push(package("session", "crates/session", &[]));
        lines(&check(&repository, map))
    }

    #[test]
    fn a_file_that_has_moved_is_found() {
        assert_eq!(
            found("A frame goes from\n`voice_thread.rs` to `src/mixer.rs` and `mixer/speaker.rs`."),
            ["ARCHITECTURE.md:2: there is no file `voice_thread.rs` — name the one that has its job now"]
        );
    }

    #[test]
    fn what_several_files_are_called_is_the_one_in_the_crate_before() {
        assert_eq!(found("`mixer.rs` → `speaker.rs`"), [""; 0]);
        assert_eq!(found("`audio/src/mixer.rs` → `session/src/speaker.rs` → `client.rs`"), [""; 0]);
        let unclear = |line: usize| {
            format!("ARCHITECTURE.md:{line}: `speaker.rs` could be any of 2 files — name its crate, too")
        };
        assert_eq!(found("`speaker.rs`"), [unclear(1)]);
        assert_eq!(found("`mixer.rs`\n`speaker.rs`"), [unclear(2)], "each line is read by itself");
        assert_eq!(found("`mixer.rs` → `speaker.ts` → `speaker.rs`"), [unclear(1)]);
    }
}
