//! Flags that keep this machine's folders out of compiled programs: panic messages contain the paths of sources.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// Flags that make paths below these folders, and below the folders of cargo's sources, relative to them.
pub(crate) fn flags(folders: &[&Path]) -> Vec<String> {
    let cargos = source_folders();
    let all = cargos.iter().map(PathBuf::as_path).chain(folders.iter().copied());
    all.map(|folder| format!("--remap-path-prefix={}=", folder.display())).collect()
}

/// The folders in which cargo keeps the sources of other crates; they differ from machine to machine.
fn source_folders() -> Vec<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo"))).unwrap_or_default();
    let Ok(registries) = fs::read_dir(home.join("registry/src")) else { return Vec::new() };
    let mut folders: Vec<PathBuf> = registries.flatten().map(|registry| registry.path()).collect();
    folders.sort();
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_flags_are_for_the_folders_that_are_named() {
        let flags = flags(&[Path::new("/sources"), Path::new("/sources/target")]);
        let last = ["--remap-path-prefix=/sources=", "--remap-path-prefix=/sources/target="];
        assert!(flags.ends_with(&last.map(str::to_owned)), "{flags:?}");
    }
}
