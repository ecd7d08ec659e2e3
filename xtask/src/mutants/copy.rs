//! A copy of the workspace, in which the mutants are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::switch_crate;
use crate::failure::Failure;

/// The copy, and what is different in it.
#[derive(Debug)]
pub(super) struct Copy {
    original: PathBuf,
    folder: PathBuf,
}

impl Copy {
    /// Copies what has changed since the last time, so that what has been built stays so.
    ///
    /// The packages in `packages`, folders from the root of the workspace, depend on the switch of the mutants there.
    ///
    /// # Errors
    /// [`Failure::File`].
    pub(super) fn update(original: &Path, folder: &Path, packages: &[PathBuf]) -> Result<Self, Failure> {
        let copy = Self { original: original.to_owned(), folder: folder.to_owned() };
        let mut kept = BTreeSet::new();
        for (name, text) in switch_crate::FILES {
            let path = switch_crate::folder(folder).join(name);
            write_if_different(&path, text.as_bytes())?;
            kept.insert(path);
        }
        let mut manifests = BTreeMap::new();
        for package in packages {
            let path = package.join("Cargo.toml");
            let text = read_text(&original.join(&path))?;
            manifests.insert(path, with_switch(&text, &switch_crate::folder(folder)));
        }
        copy.copy_folder(Path::new(""), &manifests, &mut kept)?;
        remove_all_but(folder, &kept)?;
        Ok(copy)
    }

    /// Its folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes this text to a file of the copy; `path` is from the root of the workspace.
    ///
    /// # Errors
    /// [`Failure::File`].
    pub(super) fn write(&self, path: &str, text: &str) -> Result<(), Failure> {
        write_if_different(&self.folder.join(path), text.as_bytes())
    }

    fn copy_folder(
        &self,
        below: &Path,
        manifests: &BTreeMap<PathBuf, String>,
        kept: &mut BTreeSet<PathBuf>,
    ) -> Result<(), Failure> {
        for entry in entries(&self.original.join(below))? {
            let name = entry.file_name();
            let path = below.join(&name);
            let kind = entry.file_type().map_err(|cause| Failure::File { path: entry.path(), cause })?;
            if kind.is_dir() {
                if NOT_COPIED.iter().all(|left_out| name != **left_out) {
                    self.copy_folder(&path, manifests, kept)?;
                }
            } else if kind.is_file() && !NOT_COPIED.iter().any(|left_out| name == **left_out) {
                let bytes = match manifests.get(&path) {
                    Some(text) => text.clone().into_bytes(),
                    None => {
                        fs::read(entry.path()).map_err(|cause| Failure::File { path: entry.path(), cause })?
                    }
                };
                let path = self.folder.join(&path);
                // The lock file of the copy has one more package.
                if name != *"Cargo.lock" || !path.exists() {
                    write_if_different(&path, &bytes)?;
                }
                kept.insert(path);
            }
        }
        Ok(())
    }
}

/// Folders, and a file of a checkout's own, that no build needs.
const NOT_COPIED: [&str; 3] = ["target", ".git", "node_modules"];

/// A manifest with a dependency on the switch, in the first table of dependencies or in one at the end.
fn with_switch(manifest: &str, folder: &Path) -> String {
    let line = format!("mutant-switch = {{ path = '{}' }}", folder.display());
    let table = "[dependencies]";
    if let Some(at) = manifest.lines().position(|candidate| candidate.trim() == table) {
        let (before, after): (Vec<_>, Vec<_>) =
            (manifest.lines().take(at + 1).collect(), manifest.lines().skip(at + 1).collect());
        return format!("{}\n{line}\n{}\n", before.join("\n"), after.join("\n"));
    }
    format!("{manifest}\n{table}\n{line}\n")
}

fn write_if_different(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    let failure = |cause| Failure::File { path: path.to_owned(), cause };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failure)?;
    }
    fs::write(path, bytes).map_err(failure)
}

/// Files of a former copy that are not in the workspace any more: Cargo would take some for tests.
fn remove_all_but(folder: &Path, kept: &BTreeSet<PathBuf>) -> Result<(), Failure> {
    for entry in entries(folder)? {
        let path = entry.path();
        if path.is_dir() {
            remove_all_but(&path, kept)?;
        } else if !kept.contains(&path) && entry.file_name() != *"Cargo.lock" {
            fs::remove_file(&path).map_err(|cause| Failure::File { path, cause })?;
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<fs::DirEntry>, Failure> {
    let read = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    read.map_err(|cause| Failure::File { path: folder.to_owned(), cause })
}

fn read_text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|cause| Failure::File { path: path.to_owned(), cause })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switch_joins_the_dependencies_or_brings_its_own_table() {
        let switch = "mutant-switch = { path = 'x' }";
        assert_eq!(
            with_switch("[package]\n\n[dependencies]\na = \"1\"\n", Path::new("x")),
            format!("[package]\n\n[dependencies]\n{switch}\na = \"1\"\n")
        );
        assert_eq!(
            with_switch("[package]\n", Path::new("x")),
            format!("[package]\n\n[dependencies]\n{switch}\n")
        );
    }
}
