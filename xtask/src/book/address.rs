//! The address on the site that a link of a page leads to.

use std::collections::BTreeSet;

use super::rewriting::Target;
use super::{FOLDER, LIST};
use crate::tidy::links;

/// The files of the repository, and its public address.
pub(super) struct Addresses<'a> {
    files: BTreeSet<&'a str>,
    repository: Option<&'a str>,
}

impl<'a> Addresses<'a> {
    pub(super) fn new(files: &'a [String], repository: Option<&'a str>) -> Self {
        let repository = repository.map(|address| address.trim_end_matches('/'));
        Self { files: files.iter().map(String::as_str).collect(), repository }
    }

    /// Rewrites a link in a page of the copy: a link to a page of the site stays on the site, others lead to the
    /// repository.
    pub(super) fn in_page(&self, page: &str, target: &str) -> Target {
        let Some(path) = links::resolve(page, target) else { return Target::Same };
        if path.starts_with(FOLDER) && self.files.contains(&*path) {
            let (file, section) = split(target);
            return Target::Other(format!("{}{section}", in_copy(file)));
        }
        if path == LIST {
            return Target::Other("../".repeat(page.matches('/').count() - 1) + LIST);
        }
        self.elsewhere(&path, target)
    }

    /// Rewrites a link in a file at the root of the site.
    pub(super) fn on_site(&self, file: &str, target: &str) -> Target {
        let Some(path) = links::resolve(file, target) else { return Target::Same };
        let page = path.strip_prefix(FOLDER).filter(|_| self.files.contains(&*path));
        match page.and_then(|page| page.strip_suffix(".md")) {
            Some(page) => Target::Other(format!("{}{}", html(page), split(target).1)),
            None => self.elsewhere(&path, target),
        }
    }

    fn elsewhere(&self, path: &str, target: &str) -> Target {
        let is_below = |file: &&str| file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        let kind = if self.files.contains(path) {
            "blob"
        } else if self.files.iter().any(is_below) {
            "tree"
        } else {
            // The check of the built site reports it.
            return Target::Same;
        };
        let Some(repository) = self.repository else { return Target::None };
        Target::Other(format!("{repository}/{kind}/main/{}{}", path.replace(' ', "%20"), split(target).1))
    }
}

/// A file's path in the copy: mdBook makes the front page of a folder only from `index.md`.
pub(super) fn in_copy(path: &str) -> String {
    match path.strip_suffix("README.md") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => format!("{folder}index.md"),
        _ => path.to_owned(),
    }
}

/// The address of a page, given without its ending.
fn html(page: &str) -> String {
    let page = in_copy(&format!("{page}.md"));
    format!("{}.html", page.trim_end_matches(".md"))
}

/// Splits a target before its `#`.
fn split(target: &str) -> (&str, &str) {
    target.split_at(target.find('#').unwrap_or(target.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPOSITORY: &str = "https://example.org/us/it";

    fn files() -> Vec<String> {
        ["README.md", "docs/a.md", "docs/net/README.md", "docs/net/b.md", "docs/p.png", "src/lib.rs"]
            .map(str::to_owned)
            .into()
    }

    fn other(target: &str) -> Target {
        Target::Other(target.to_owned())
    }

    #[test]
    fn links_within_the_pages_stay_and_front_pages_are_called_index() {
        let files = files();
        let addresses = Addresses::new(&files, Some(REPOSITORY));
        for (page, target, expected) in [
            ("docs/a.md", "net/b.md#x", "net/b.md#x"),
            ("docs/a.md", "p.png", "p.png"),
            ("docs/a.md", "net/README.md#x", "net/index.md#x"),
            ("docs/net/b.md", "README.md", "index.md"),
        ] {
            assert_eq!(addresses.in_page(page, target), other(expected));
        }
        assert_eq!(addresses.in_page("docs/a.md", "../llms.txt"), other("llms.txt"));
        assert_eq!(addresses.in_page("docs/net/b.md", "../../llms.txt"), other("../llms.txt"));
        for target in ["#here", "https://example.org/", "mailto:a@example.org"] {
            assert_eq!(addresses.in_page("docs/a.md", target), Target::Same);
        }
    }

    #[test]
    fn links_out_of_the_pages_lead_to_the_repository_or_nowhere() {
        let files = files();
        let addresses = Addresses::new(&files, Some(REPOSITORY));
        for (target, expected) in [
            ("../README.md#talk", "https://example.org/us/it/blob/main/README.md#talk"),
            ("../src", "https://example.org/us/it/tree/main/src"),
            ("net", "https://example.org/us/it/tree/main/docs/net"),
        ] {
            assert_eq!(addresses.in_page("docs/a.md", target), other(expected));
        }
        for gone in ["gone.md", "../src/gone.rs"] {
            assert_eq!(addresses.in_page("docs/a.md", gone), Target::Same);
        }
        assert_eq!(Addresses::new(&files, None).in_page("docs/a.md", "../src/lib.rs"), Target::None);
    }

    #[test]
    fn a_file_at_the_root_of_the_site_links_to_its_pages() {
        let files = files();
        let addresses = Addresses::new(&files, Some(REPOSITORY));
        assert_eq!(addresses.on_site("llms.txt", "docs/net/README.md"), other("net/index.html"));
        assert_eq!(addresses.on_site("llms.txt", "docs/a.md#x"), other("a.html#x"));
        let front = "https://example.org/us/it/blob/main/README.md";
        assert_eq!(addresses.on_site("llms.txt", "README.md"), other(front));
    }
}
