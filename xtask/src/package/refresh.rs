//! Brings a folder up to date without touching unchanged files, since cargo compiles newer files again.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::{fs, io};

/// Moves the content of one folder into another, replacing everything there except files with the same content.
pub(super) fn refresh(from: &Path, into: &Path) -> io::Result<()> {
    fs::create_dir_all(into)?;
    let wanted = names(from)?;
    for name in names(into)?.difference(&wanted) {
        remove(&into.join(name))?;
    }
    for name in &wanted {
        let (new, old) = (from.join(name), into.join(name));
        if old.exists() && old.is_dir() != new.is_dir() {
            remove(&old)?;
        }
        if new.is_dir() {
            refresh(&new, &old)?;
        } else if !old.exists() || fs::read(&new)? != fs::read(&old)? {
            fs::rename(&new, &old)?;
        }
    }
    fs::remove_dir_all(from)
}

fn names(folder: &Path) -> io::Result<BTreeSet<OsString>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect()
}

fn remove(path: &Path) -> io::Result<()> {
    if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::{Duration, SystemTime};
    use std::{env, process};

    use super::*;

    fn write(folder: &Path, files: &[(&str, &str)]) {
        for (name, content) in files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
    }

    fn files(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for name in names(folder).unwrap() {
            let path = folder.join(name);
            if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
        }
        found
    }

    #[test]
    fn only_what_is_another_is_newer() {
        let folder = env::temp_dir().join(format!("consonance-refresh-{}", process::id()));
        let (old, new) = (folder.join("old"), folder.join("new"));
        write(
            &old,
            &[("same.rs", "1"), ("src/changed.rs", "1"), ("src/gone.rs", "1"), ("becomes/a/folder", "1")],
        );
        let before = SystemTime::now() - Duration::from_secs(100);
        for file in files(&old) {
            fs::File::options().write(true).open(file).unwrap().set_modified(before).unwrap();
        }
        write(&new, &[("same.rs", "1"), ("src/changed.rs", "2"), ("src/new.rs", "1"), ("becomes/a", "file")]);
        refresh(&new, &old).unwrap();
        let found: Vec<_> = files(&old)
            .into_iter()
            .map(|file| {
                let is_newer = fs::metadata(&file).unwrap().modified().unwrap() > before;
                (file.strip_prefix(&old).unwrap().display().to_string(), is_newer)
            })
            .collect();
        let expected =
            [("becomes/a", true), ("same.rs", false), ("src/changed.rs", true), ("src/new.rs", true)];
        assert_eq!(found, expected.map(|(name, is_newer)| (name.to_owned(), is_newer)));
        assert!(!new.exists());
        fs::remove_dir_all(folder).unwrap();
    }
}
