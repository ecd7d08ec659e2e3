//! The list of the site's pages: all of them, once, and no other.

use super::{FOLDER, SUMMARY, is_page};
use crate::tidy::finding::Finding;
use crate::tidy::links;

/// Findings on the list, given all files of the repository.
pub(super) fn check(files: &[String], list: &str) -> Vec<Finding> {
    let listed: Vec<(usize, String)> = links::targets(list)
        .into_iter()
        .filter_map(|(line, target)| Some((line, links::resolve(SUMMARY, &target)?)))
        .collect();
    let has_to_be = |path: &&String| path.starts_with(FOLDER) && is_page(path) && *path != SUMMARY;
    let missing = files.iter().filter(has_to_be).filter(|page| listed.iter().all(|(_, path)| path != *page));
    let at = |line, what, instead| Finding::new(SUMMARY, line, what, instead);
    let mut findings: Vec<Finding> = missing
        .map(|page| at(1, format!("`{page}` is not listed"), "add it where a reader looks for it"))
        .collect();
    for (index, (line, path)) in listed.iter().enumerate() {
        if !files.contains(path) {
            findings.push(at(*line, format!("`{path}` is not there"), "remove it, or add the page"));
        }
        if listed[..index].iter().any(|(_, earlier)| earlier == path) {
            findings.push(at(*line, format!("`{path}` is listed twice"), "remove one of them"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tracked_files;
    use crate::workspace_root;

    fn found(list: &str) -> Vec<String> {
        let files =
            ["README.md", "docs/SUMMARY.md", "docs/a.md", "docs/b/c.md", "docs/d.png"].map(str::to_owned);
        check(&files, list).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_page_is_listed_once() {
        assert_eq!(found("# Summary\n\n[A](a.md)\n* [C](b/c.md)\n"), [""; 0]);
    }

    #[test]
    fn pages_that_are_missing_gone_or_listed_twice_are_found() {
        let expected = [
            "docs/SUMMARY.md:1: `docs/b/c.md` is not listed — add it where a reader looks for it",
            "docs/SUMMARY.md:2: `docs/a.md` is listed twice — remove one of them",
            "docs/SUMMARY.md:3: `docs/gone.md` is not there — remove it, or add the page",
        ];
        assert_eq!(found("[A](a.md)\n[A](a.md)\n[B](gone.md)\n"), expected);
    }

    #[test]
    fn the_list_of_this_repository_is_complete() {
        let root = workspace_root::find().unwrap();
        let list = std::fs::read_to_string(root.join(SUMMARY)).unwrap();
        let found = check(&tracked_files::list(&root).unwrap(), &list);
        assert!(found.is_empty(), "{found:?}");
    }
}
