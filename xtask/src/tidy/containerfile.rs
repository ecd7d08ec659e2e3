//! The container is built from a copy of the repository with all files that the compiler reads.

use std::collections::BTreeSet;

use syn::LitStr;
use syn::visit::{self, Visit};

use super::finding::Finding;
use super::links;
use super::repository::Repository;

/// Every folder at the root with a crate in it, or with a file that a crate's code includes, is copied.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let Some(text) = repository.text(CONTAINERFILE) else { return Vec::new() };
    let copied: BTreeSet<&str> = text.lines().filter_map(copied_folder).collect();
    let missing = folders_read(repository).into_iter().filter(|folder| !copied.contains(folder.as_str()));
    let finding = |folder: String| {
        let what = format!("the build reads `{folder}`, which is not copied");
        Finding::new(CONTAINERFILE, 1, what, format!("write `COPY {folder} {folder}`"))
    };
    missing.map(finding).collect()
}

const CONTAINERFILE: &str = "packaging/Containerfile";

/// The folder of a line `COPY folder folder`, which is a stage's own copy.
fn copied_folder(line: &str) -> Option<&str> {
    let mut words = line.strip_prefix("COPY ")?.split_whitespace();
    let (from, to) = (words.next()?, words.next()?);
    (from == to && words.next().is_none()).then_some(from)
}

fn folders_read(repository: &Repository) -> BTreeSet<String> {
    let mut folders: BTreeSet<String> =
        repository.packages.iter().filter_map(|package| root_folder(&package.folder)).collect();
    let is_built =
        |path: &str| repository.packages.iter().any(|package| path.starts_with(&package.below("src/")));
    for (file, syntax) in repository.rust_files().filter(|(file, _)| is_built(&file.path)) {
        let mut included = Included::default();
        included.visit_file(syntax);
        let targets = included.paths.iter().filter_map(|path| links::resolve(&file.path, path));
        folders.extend(targets.filter_map(|target| root_folder(&target)));
    }
    folders
}

/// The first folder of a path; `None` for a file at the root.
fn root_folder(path: &str) -> Option<String> {
    let (first, _) = path.split_once('/')?;
    Some(first.to_owned())
}

/// The paths that `include_bytes!` and `include_str!` read.
#[derive(Default)]
struct Included {
    paths: Vec<String>,
}

impl<'ast> Visit<'ast> for Included {
    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        let reads = called.path.is_ident("include_bytes") || called.path.is_ident("include_str");
        if let Some(path) = reads.then(|| called.parse_body::<LitStr>().ok()).flatten() {
            self.paths.push(path.value());
        }
        visit::visit_macro(self, called);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, package, repository};

    fn found(containerfile: &str, code: &str) -> Vec<String> {
        let mut repository =
            repository(&[(CONTAINERFILE, containerfile), ("crates/web/src/page/files.rs", code)]);
        repository.packages = vec![package("web", "crates/web", &[])];
        lines(&check(&repository))
    }

    #[test]
    fn folders_of_crates_and_of_what_they_include_are_copied() {
        let code = r#"const PAGE: &[u8] = include_bytes!("../../../../web/dist/index.html");"#;
        let copies = "FROM rust AS build\nCOPY Cargo.toml Cargo.lock ./\nCOPY crates crates\n";
        assert_eq!(
            found(copies, code),
            ["packaging/Containerfile:1: the build reads `web`, which is not copied — write `COPY web web`"]
        );
        assert_eq!(found(&format!("{copies}COPY web web\n"), code), [""; 0]);
        assert_eq!(found("COPY --from=build crates crates\n", "").len(), 1);
    }

    #[test]
    fn what_an_attribute_includes_is_read_too() {
        let code = r#"#[doc = include_str!("../../../../docs/page.md")] mod page {}"#;
        assert_eq!(found("COPY crates crates\n", code).len(), 1);
    }

    #[test]
    fn what_only_tests_include_is_not_built() {
        let test = r#"const UNIT: &str = include_str!("../../../packaging/a.service");"#;
        let files = [(CONTAINERFILE, "COPY crates crates\n"), ("crates/cli/tests/config.rs", test)];
        let mut repository = repository(&files);
        repository.packages = vec![package("cli", "crates/cli", &[])];
        assert_eq!(lines(&check(&repository)), [""; 0]);
    }

    #[test]
    fn a_file_beside_the_code_needs_no_more() {
        assert_eq!(found("COPY crates crates\n", r#"const A: &str = include_str!("./a.txt");"#), [""; 0]);
    }
}
