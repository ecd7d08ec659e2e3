//! Files and folders that go into an archive.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::failure::Failure;

/// Files and folders by path, with `/` between its parts, in an order that depends on nothing else.
#[derive(Debug, Default, Clone)]
pub(super) struct Tree(BTreeMap<String, Entry>);

/// A file, or a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The permissions.
    pub(super) mode: u32,
    /// The number of the user, and of the group.
    pub(super) owner: u32,
    /// The content of a file; `None` for a folder or a link.
    pub(super) content: Option<Vec<u8>>,
    /// The file in the same folder that a link leads to.
    pub(super) leads_to: Option<String>,
}

impl Tree {
    /// A file that every user may read, and folders to it.
    pub(super) fn file(&mut self, path: &str, content: impl Into<Vec<u8>>) {
        self.add(path, Entry::file(0o644, content.into()));
    }

    /// A file that every user may run, too.
    pub(super) fn program(&mut self, path: &str, content: impl Into<Vec<u8>>) {
        self.add(path, Entry::file(0o755, content.into()));
    }

    /// Another name for a file in the same folder.
    pub(super) fn link(&mut self, path: &str, file: &str) {
        self.add(path, Entry { leads_to: Some(file.to_owned()), ..Entry::folder(0o777, 0) });
    }

    /// A folder.
    pub(super) fn folder(&mut self, path: &str, mode: u32, owner: u32) {
        self.add(path, Entry::folder(mode, owner));
    }

    /// All entries, ordered by path.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.0.iter().map(|(path, entry)| (path.as_str(), entry))
    }

    /// Moves everything into a folder of this name.
    pub(super) fn inside(self, folder: &str) -> Self {
        let mut tree = Self::default();
        for (path, entry) in self.0 {
            tree.add(&format!("{folder}/{path}"), entry);
        }
        tree
    }

    /// Writes the tree in place of this folder. Owners are not set.
    ///
    /// # Errors
    /// [`Failure::File`], or [`Failure::Entry`] for a link: no piece writes one.
    pub(super) fn write(&self, folder: &Path) -> Result<(), Failure> {
        empty(folder)?;
        for (path, entry) in self.entries() {
            if entry.leads_to.is_some() {
                return Err(Failure::Entry { path: path.to_owned(), why: "a link".to_owned() });
            }
            let path = folder.join(path);
            let made = match &entry.content {
                Some(content) => fs::write(&path, content),
                None => fs::create_dir_all(&path),
            };
            let made = made.and_then(|()| set_mode(&path, entry.mode));
            made.map_err(|cause| Failure::File { path, cause })?;
        }
        Ok(())
    }

    fn add(&mut self, path: &str, entry: Entry) {
        for (end, _) in path.match_indices('/') {
            self.0.entry(path[..end].to_owned()).or_insert(Entry::folder(0o755, 0));
        }
        self.0.insert(path.to_owned(), entry);
    }
}

impl Entry {
    fn file(mode: u32, content: Vec<u8>) -> Self {
        Self { content: Some(content), ..Self::folder(mode, 0) }
    }

    fn folder(mode: u32, owner: u32) -> Self {
        Self { mode, owner, content: None, leads_to: None }
    }
}

/// Makes an empty folder.
///
/// # Errors
/// [`Failure::File`].
pub(super) fn empty(folder: &Path) -> Result<(), Failure> {
    let failed = |cause| Failure::File { path: folder.to_owned(), cause };
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(failed)?;
    }
    fs::create_dir_all(folder).map_err(failed)
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// Does nothing: such permissions do not exist here.
#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_sorted_and_come_after_their_folders() {
        let mut tree = Tree::default();
        tree.program("usr/bin/it", "run");
        tree.file("etc/it.toml", "");
        tree.folder("usr", 0o700, 7);
        let tree = tree.inside("root");
        let paths: Vec<_> = tree.entries().map(|(path, entry)| (path, entry.mode, entry.owner)).collect();
        let expected = [
            ("root", 0o755, 0),
            ("root/etc", 0o755, 0),
            ("root/etc/it.toml", 0o644, 0),
            ("root/usr", 0o700, 7),
            ("root/usr/bin", 0o755, 0),
            ("root/usr/bin/it", 0o755, 0),
        ];
        assert_eq!(paths, expected);
    }
}
