//! The packages whose code is changed.

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::workspace;

/// A package of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Package {
    /// The name that Cargo uses.
    pub(super) name: String,
    /// The path from the root of the workspace.
    pub(super) folder: PathBuf,
}

/// The packages with these names; their common prefix, `consonance-`, may be left out.
///
/// # Errors
/// [`Failure::NoPackage`], or [`Failure`] if Cargo does not describe the workspace.
pub(super) fn named(root: &Path, names: &[String]) -> Result<Vec<Package>, Failure> {
    let metadata = workspace::describe(root)?;
    let find = |name: &String| {
        let package = metadata.packages.iter().find(|package| {
            *package.name == *name || package.name.strip_prefix("consonance-") == Some(name.as_str())
        });
        let package = package.ok_or_else(|| Failure::NoPackage(name.clone()))?;
        let folder = package.manifest_path.parent().unwrap_or(&metadata.workspace_root);
        let folder = folder.strip_prefix(&metadata.workspace_root).unwrap_or(folder);
        if !root.join(folder).join("src/lib.rs").exists() {
            return Err(Failure::NoPackage(name.clone()));
        }
        Ok(Package { name: package.name.to_string(), folder: folder.into() })
    };
    names.iter().map(find).collect()
}

#[cfg(test)]
impl Package {
    pub(super) fn fixture() -> Self {
        Self { name: "fixture".to_owned(), folder: PathBuf::from("fixture") }
    }
}
