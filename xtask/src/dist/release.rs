//! Data that all pieces of a release share: version, time and folders.

use std::fs;
use std::path::{Path, PathBuf};

use super::moment::Moment;
use crate::failure::Failure;
use crate::workspace;

/// A version of the project, and the folders in which its pieces are made.
pub(super) struct Release {
    pub(super) root: PathBuf,
    pub(super) version: String,
    pub(super) moment: Moment,
    /// The folder for intermediate results: programs as they were compiled, folders of trials.
    pub(super) work: PathBuf,
    /// The folder for the pieces.
    pub(super) out: PathBuf,
}

impl Release {
    /// The release of the sources at `root`.
    ///
    /// # Errors
    /// [`Failure`] if Cargo does not know its version, or Git its time.
    pub(super) fn of_sources(root: &Path, out: Option<&Path>) -> Result<Self, Failure> {
        let workspace = workspace::describe(root)?;
        let target = workspace.target_directory.as_std_path();
        let package = workspace.packages.iter().find(|package| package.name.as_str() == PACKAGE);
        let version = package.map(|package| package.version.to_string());
        Ok(Self {
            root: root.to_owned(),
            version: version.ok_or_else(|| Failure::NoPackage(PACKAGE.to_owned()))?,
            moment: Moment::of_sources(root)?,
            work: target.join("dist-build"),
            out: out.map_or_else(|| target.join("dist"), Path::to_owned),
        })
    }

    /// A file of the repository.
    ///
    /// # Errors
    /// [`Failure::File`].
    pub(super) fn read(&self, path: &str) -> Result<Vec<u8>, Failure> {
        let path = self.root.join(path);
        fs::read(&path).map_err(|cause| Failure::File { path, cause })
    }

    /// A text of the repository.
    ///
    /// # Errors
    /// [`Failure::File`].
    pub(super) fn read_text(&self, path: &str) -> Result<String, Failure> {
        Ok(String::from_utf8_lossy(&self.read(path)?).into_owned())
    }
}

#[cfg(test)]
impl Release {
    /// A release of 1970 whose pieces would be in this folder.
    pub(super) fn of_test(out: PathBuf) -> Self {
        let root = crate::workspace_root::find().unwrap();
        Self { root, version: "0.1.0".to_owned(), moment: Moment::at(0), work: out.clone(), out }
    }
}

/// The package with the program.
pub(super) const PACKAGE: &str = "consonance-cli";
