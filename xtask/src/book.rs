//! The pages of `docs/` as a site with a search, which mdBook makes of a copy whose links fit.

mod address;
mod rewriting;
mod site;
mod summary;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::built::Built;
use crate::command;
use crate::failure::Failure;
use crate::skips::Skips;
use crate::tidy::finding::Finding;
use crate::tidy::tracked_files;
use crate::workspace;
use address::Addresses;

/// Builds the site into `target/book`.
///
/// # Errors
/// [`Failure`] where mdBook is missing or fails, a page is not in `docs/SUMMARY.md`, or a link of the site is broken.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    if !is_installed() {
        return Err(Failure::Missing { what: "mdbook", make: INSTALL });
    }
    let site = build(root)?;
    println!("{}", site.join("index.html").display());
    Ok(())
}

/// Does the same where mdBook is installed; without it, only the list of pages is checked.
///
/// # Errors
/// As [`run`].
pub(crate) fn verify(root: &Path) -> Result<Skips, Failure> {
    if is_installed() {
        return run(root).map(|()| Skips::NONE);
    }
    let files = tracked_files::list(root)?;
    judge(&summary::check(&files, &read(&root.join(SUMMARY))?))?;
    Ok(Skips::one(format_args!("site of the documentation, no mdbook ({INSTALL})")))
}

/// Builds the site and returns its folder.
fn build(root: &Path) -> Result<PathBuf, Failure> {
    let files = tracked_files::list(root)?;
    judge(&summary::check(&files, &read(&root.join(SUMMARY))?))?;
    let built = Built::debug(root)?;
    let (copy, site) = (built.beside("book-source"), built.beside("book"));
    for folder in [&copy, &site] {
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(|cause| Failure::File { path: folder.clone(), cause })?;
        }
    }
    let repository = repository(root)?;
    let addresses = Addresses::new(&files, repository.as_deref());
    for path in
        files.iter().filter(|path| path.starts_with(FOLDER) || [SETTINGS, STYLE].contains(&path.as_str()))
    {
        lay(root, &copy, path, &addresses)?;
    }
    command::run(Command::new("mdbook").arg("build").arg(&copy).arg("--dest-dir").arg(&site))?;
    let list = read(&root.join(LIST))?;
    write(&site.join(LIST), rewriting::rewrite(&list, |target| addresses.on_site(LIST, target)))?;
    judge(&site::check(&site)?)?;
    Ok(site)
}

/// Copies a file to where mdBook reads it; a page with links that fit there.
fn lay(root: &Path, copy: &Path, path: &str, addresses: &Addresses) -> Result<(), Failure> {
    let (from, to) = (root.join(path), copy.join(address::in_copy(path)));
    if is_page(path) {
        let text = read(&from)?;
        return write(&to, rewriting::rewrite(&text, |target| addresses.in_page(path, target)));
    }
    make_folder_of(&to)?;
    fs::copy(&from, &to).map(drop).map_err(|cause| Failure::File { path: from, cause })
}

/// The public address of the repository, from the manifest.
fn repository(root: &Path) -> Result<Option<String>, Failure> {
    let addresses: BTreeSet<String> = workspace::describe(root)?
        .workspace_packages()
        .iter()
        .filter_map(|it| it.repository.clone())
        .collect();
    Ok(addresses.into_iter().next())
}

fn judge(findings: &[Finding]) -> Result<(), Failure> {
    for finding in findings {
        println!("{finding}");
    }
    if findings.is_empty() { Ok(()) } else { Err(Failure::Book(findings.len())) }
}

fn is_page(path: &str) -> bool {
    path.rsplit('.').next() == Some("md")
}

fn is_installed() -> bool {
    command::is_on_path("mdbook")
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|cause| Failure::File { path: path.to_owned(), cause })
}

fn write(path: &Path, text: String) -> Result<(), Failure> {
    make_folder_of(path)?;
    fs::write(path, text).map_err(|cause| Failure::File { path: path.to_owned(), cause })
}

fn make_folder_of(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(|cause| Failure::File { path: folder.to_owned(), cause })
}

const INSTALL: &str = "cargo install --locked mdbook";
/// The folder that becomes the site.
const FOLDER: &str = "docs/";
/// The order of its pages.
const SUMMARY: &str = "docs/SUMMARY.md";
/// The settings of mdBook.
const SETTINGS: &str = "book.toml";
/// The style sheet that the settings name.
const STYLE: &str = "packaging/book.css";
/// An overview for language models; the site has it at its root.
const LIST: &str = "llms.txt";
