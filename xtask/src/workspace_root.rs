//! The root of the workspace, searched upwards from the current folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The folder of the workspace that the current folder is in.
///
/// It is looked up when running, not when compiling, so that a checkout may be moved.
///
/// # Errors
/// [`Failure::NoWorkspace`] where no folder above has a `Cargo.toml` with a `[workspace]` table.
pub(crate) fn find() -> Result<PathBuf, Failure> {
    let here = std::env::current_dir().map_err(|cause| Failure::File { path: PathBuf::from("."), cause })?;
    here.ancestors().find(|folder| is_root(folder)).map(Path::to_path_buf).ok_or(Failure::NoWorkspace(here))
}

fn is_root(folder: &Path) -> bool {
    fs::read_to_string(folder.join("Cargo.toml"))
        .is_ok_and(|manifest| manifest.lines().any(|line| line.trim() == "[workspace]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_found_from_a_package_folder() {
        let root = find().unwrap();
        assert!(root.join("xtask/Cargo.toml").exists(), "{}", root.display());
    }

    #[test]
    fn a_package_is_not_a_root() {
        assert!(!is_root(&find().unwrap().join("xtask")));
    }
}
