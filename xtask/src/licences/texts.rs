//! The texts that go along with a program, each with the crates it is for.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::Package;

use super::data;
use super::terms::Terms;
use crate::failure::Failure;

/// All texts, one after the other; a text that several crates share occurs once.
///
/// # Errors
/// If a file of a crate cannot be read.
pub(super) fn of(terms: &[Terms<'_>]) -> Result<String, Failure> {
    let mut users: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for crate_terms in terms {
        for text in texts_of(crate_terms)? {
            users.entry(text).or_default().push(title(crate_terms));
        }
    }
    let mut pieces: Vec<(Vec<String>, String)> =
        users.into_iter().map(|(text, users)| (users, text)).collect();
    pieces.sort();
    let piece = |(users, text): &(Vec<String>, String)| format!("{RULE}\n{}\n\n{text}\n", users.join("\n"));
    let data = data::ALL.iter().map(|data| (vec![data.name.to_owned()], data.notice.trim_end().to_owned()));
    pieces.extend(data);
    Ok(pieces.iter().map(piece).collect())
}

/// A line between two texts.
pub(crate) const RULE: &str =
    "────────────────────────────────────────────────────────────────────────────────";

fn title(terms: &Terms<'_>) -> String {
    let Package { name, version, repository, .. } = terms.package;
    let licences: Vec<&str> = terms.licences.iter().map(String::as_str).collect();
    let place = repository.as_deref().map(|place| format!(", {place}")).unwrap_or_default();
    format!("{name} {version}, {}{place}", licences.join(" and "))
}

/// The texts in a crate that belong to the chosen licences; if it has none, its authors.
fn texts_of(terms: &Terms<'_>) -> Result<Vec<String>, Failure> {
    let files = licence_files(terms.package.manifest_path.as_std_path())?;
    let is_of = |file: &&PathBuf, licence: &str| {
        let name = name_of(file);
        let family = licence.split('-').next().unwrap_or(licence).to_lowercase();
        name.contains(&family) || !OTHERS.iter().any(|other| name.contains(other))
    };
    let wanted = files.iter().filter(|file| terms.licences.iter().any(|licence| is_of(file, licence)));
    let mut texts = wanted.map(|file| read(file)).collect::<Result<Vec<_>, _>>()?;
    if texts.is_empty() {
        let authors = terms.package.authors.join(", ");
        texts.push(format!("It brings no text of its licence with it. Authors: {authors}"));
    }
    texts.dedup();
    Ok(texts)
}

/// Names that mark a file as the text of one licence only.
const OTHERS: &[&str] = &["apache", "mit", "bsd", "zlib", "unlicense", "boost", "isc"];

/// The licence files beside the manifest, and those in a folder for them.
fn licence_files(manifest: &Path) -> Result<Vec<PathBuf>, Failure> {
    let folder = manifest.parent().unwrap_or(manifest);
    let is_about_licences =
        |path: &PathBuf| BEGINNINGS.iter().any(|beginning| name_of(path).starts_with(beginning));
    let (folders, mut files): (Vec<_>, Vec<_>) =
        entries(folder)?.into_iter().filter(is_about_licences).partition(|path| path.is_dir());
    for folder in folders {
        files.append(&mut entries(&folder)?);
    }
    files.sort();
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|cause| Failure::File { path: folder.to_owned(), cause })?;
    Ok(entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
}

const BEGINNINGS: &[&str] = &["licen", "copying", "copyright", "notice", "unlicense"];

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// Reads a text with `\n` as line ending, without white space around it and at the ends of lines.
fn read(path: &Path) -> Result<String, Failure> {
    let bytes = fs::read(path).map_err(|cause| Failure::File { path: path.to_owned(), cause })?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.trim().lines().map(str::trim_end).collect::<Vec<_>>().join("\n"))
}
